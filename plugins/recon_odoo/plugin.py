"""Registration of the ledger `odoo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recon.api import (
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

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NEEDED = ("url", "database", "journal", "accounts")
_OPTIONS = (*_NEEDED, *secret_options("api_key"))


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


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the Odoo server."""
    return [OdooType()]
