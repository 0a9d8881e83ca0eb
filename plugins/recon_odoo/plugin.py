"""Registration of the ledger and of the item source `odoo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recon.api import (
    ItemSource,
    Ledger,
    LedgerCapabilities,
    LedgerType,
    check_options,
    hookimpl,
    read_secret,
    secret_options,
)
from recon.api.remote_ledger import RemoteLedger
from recon_odoo.client import Odoo
from recon_odoo.gateway import OdooGateway
from recon_odoo.source import fetch_books

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from recon.api import Books

_NEEDED = ("url", "database", "journal", "accounts")
_OPTIONS = (*_NEEDED, *secret_options("api_key"))
_NEEDED_OF_SOURCE = ("url", "database")
_OPTIONS_OF_SOURCE = (*_NEEDED_OF_SOURCE, *secret_options("api_key"), "company")


class OdooType:
    """An Odoo of 19 or newer, by its JSON-2 interface."""

    name = "odoo"
    capabilities = LedgerCapabilities(
        is_file=False, finds_by_key=True, verifies=True, reverses=True, leaves_out_known=False
    )
    file_name: str | None = None

    def connect(self, options: Mapping[str, Any]) -> Ledger:
        """Prepare; nothing is sent yet.

        Raises:
            ConfigurationError: an option is wrong or missing.
        """
        check_options(self.name, options, _OPTIONS, needed=_NEEDED)
        key = read_secret(options, "api_key")
        odoo = Odoo(str(options["url"]), str(options["database"]), key)
        return RemoteLedger(OdooGateway(odoo, str(options["journal"]), dict(options["accounts"])))


class OdooItems:
    """Open invoices and credit notes of an Odoo of 19 or newer, with their customers."""

    name = "odoo"

    def fetch(self, as_of: dt.date | None, options: Mapping[str, Any]) -> Books:
        """Read what is open now; of what was issued up to `as_of`, if that is given.

        Raises:
            ConfigurationError: an option is wrong or missing.
            UnreadableItems: a record is missing or has a value that is none.
        """
        check_options(
            self.name, options, _OPTIONS_OF_SOURCE, needed=_NEEDED_OF_SOURCE, kind="source"
        )
        key = read_secret(options, "api_key")
        odoo = Odoo(str(options["url"]), str(options["database"]), key, tables="sources")
        return fetch_books(odoo, options.get("company"), as_of)


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the Odoo server."""
    return [OdooType()]


@hookimpl
def recon_register_sources() -> Sequence[ItemSource]:
    """Give the invoices of the Odoo server."""
    return [OdooItems()]
