"""Registration of the ledger `xero`."""

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
from recon_xero.client import Xero
from recon_xero.gateway import XeroGateway

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NEEDED = ("tenant", "accounts")
_OPTIONS = (*_NEEDED, "url", *secret_options("token"))
_URL = "https://api.xero.com/api.xro/2.0"


class XeroType:
    """An organisation of Xero, by its Accounting API."""

    name = "xero"
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
        token = read_secret(options, "token")
        xero = Xero(str(options.get("url") or _URL), str(options["tenant"]), token)
        return RemoteLedger(XeroGateway(xero, dict(options["accounts"])))


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the organisation of Xero."""
    return [XeroType()]
