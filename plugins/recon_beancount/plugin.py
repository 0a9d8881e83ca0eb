"""Registration of the ledger `beancount`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api import Ledger, LedgerCapabilities, LedgerType, hookimpl
from recon.api.file_ledger import flag, ledger_path
from recon.api.plain_text import PlainTextLedger
from recon_beancount.text import grammar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class Beancount:
    """A beancount file, written as text."""

    name = "beancount"
    capabilities = LedgerCapabilities(is_file=True, finds_by_key=True, verifies=True, reverses=True)
    file_name: str | None = "ledger.beancount"

    def connect(self, options: Mapping[str, Any]) -> Ledger:
        """Open the file `path`; `open_accounts = false` where another file opens the accounts."""
        return PlainTextLedger(
            ledger_path(options, ("open_accounts",)),
            grammar(opens_accounts=flag(options, "open_accounts", default=True)),
        )


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the beancount ledger."""
    return [Beancount()]
