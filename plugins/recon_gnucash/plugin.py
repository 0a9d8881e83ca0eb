"""Registration of the ledger `gnucash`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from recon.api import (
    Ledger,
    LedgerCapabilities,
    LedgerType,
    check_options,
    hookimpl,
)
from recon_gnucash.database import check_book
from recon_gnucash.ledger import GnuCashLedger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OPTIONS = ("book", "accounts")


class GnuCashType:
    """A book of GnuCash that is kept in SQLite."""

    name = "gnucash"
    capabilities = LedgerCapabilities(
        is_file=False, finds_by_key=True, verifies=True, reverses=True
    )
    file_name: str | None = None

    def connect(self, options: Mapping[str, Any]) -> Ledger:
        """Look at the book; nothing is written yet.

        Raises:
            ConfigurationError: an option is wrong or missing, or the book is none.
        """
        check_options(self.name, options, _OPTIONS, needed=("book",))
        path = Path(str(options["book"]))
        check_book(path)
        return GnuCashLedger(path, dict(options.get("accounts", {})))


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the book of GnuCash."""
    return [GnuCashType()]
