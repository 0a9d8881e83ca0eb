"""Registration of the ledger and of the item source `erpnext`."""

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
from recon_erpnext.client import Erpnext
from recon_erpnext.documents import Places
from recon_erpnext.gateway import ErpnextGateway
from recon_erpnext.source import fetch_books

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from recon.api import Books

_NEEDED = ("url", "company", "cost_center", "accounts")
_SECRETS = ("api_key", "api_secret")
_OPTIONS = (*_NEEDED, *secret_options(*_SECRETS))
_OPTIONS_OF_SOURCE = ("url", *secret_options(*_SECRETS), "company")


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
        key, secret = (read_secret(options, name) for name in _SECRETS)
        places = Places(
            str(options["company"]), str(options["cost_center"]), dict(options["accounts"])
        )
        return RemoteLedger(ErpnextGateway(Erpnext(str(options["url"]), key, secret), places))


class ErpnextItems:
    """Open Sales Invoices and returns of a site of ERPNext, with their customers."""

    name = "erpnext"

    def fetch(self, as_of: dt.date | None, options: Mapping[str, Any]) -> Books:
        """Read what is open now; of what was posted up to `as_of`, if that is given.

        Raises:
            ConfigurationError: an option is wrong or missing.
            UnreadableItems: a record is missing or has a value that is none.
        """
        check_options(self.name, options, _OPTIONS_OF_SOURCE, needed=("url",), kind="source")
        key, secret = (read_secret(options, name) for name in _SECRETS)
        site = Erpnext(str(options["url"]), key, secret, tables="sources")
        return fetch_books(site, options.get("company"), as_of)


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the site of ERPNext."""
    return [ErpnextType()]


@hookimpl
def recon_register_sources() -> Sequence[ItemSource]:
    """Give the invoices of the site."""
    return [ErpnextItems()]
