"""Registration of the ledger `quickbooks-online`."""

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
from recon_quickbooks.client import QuickBooks
from recon_quickbooks.gateway import QuickBooksGateway

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NEEDED = ("company", "accounts")
_OPTIONS = (*_NEEDED, "url", *secret_options("token"))
_URL = "https://quickbooks.api.intuit.com"


class QuickBooksType:
    """A company of QuickBooks Online, by its Accounting API."""

    name = "quickbooks-online"
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
        company = QuickBooks(str(options.get("url") or _URL), str(options["company"]), token)
        return RemoteLedger(QuickBooksGateway(company, dict(options["accounts"])))


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the company of QuickBooks Online."""
    return [QuickBooksType()]
