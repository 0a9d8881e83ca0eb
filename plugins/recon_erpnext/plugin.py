"""Registration of the ledger `erpnext`."""

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
from recon_erpnext.client import Erpnext
from recon_erpnext.gateway import ErpnextGateway, Places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NEEDED = ("url", "company", "cost_center", "accounts")
_OPTIONS = (*_NEEDED, *secret_options("api_key", "api_secret"))


class ErpnextType:
    """A site of ERPNext, by its REST interface."""

    name = "erpnext"
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
        key, secret = (read_secret(options, name) for name in ("api_key", "api_secret"))
        places = Places(
            str(options["company"]), str(options["cost_center"]), dict(options["accounts"])
        )
        return RemoteLedger(ErpnextGateway(Erpnext(str(options["url"]), key, secret), places))


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the site of ERPNext."""
    return [ErpnextType()]
