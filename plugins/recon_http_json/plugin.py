"""Registration of the ledger `http-json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api import (
    ConfigurationError,
    Ledger,
    LedgerCapabilities,
    LedgerType,
    Patience,
    Remote,
    check_options,
    hookimpl,
    read_secret,
    secret_options,
)
from recon.api.remote_ledger import RemoteLedger
from recon_http_json.gateway import HttpJson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

_OPTIONS = ("url", "timeout_seconds", *secret_options("secret"))


class HttpJsonType:
    """A service of one's own that takes signed JSON."""

    name = "http-json"
    capabilities = LedgerCapabilities(
        is_file=False, finds_by_key=True, verifies=True, reverses=True
    )
    file_name: str | None = None

    def connect(self, options: Mapping[str, Any]) -> Ledger:
        """Prepare; nothing is sent yet.

        Raises:
            ConfigurationError: an option is wrong or missing.
        """
        check_options(self.name, options, _OPTIONS, needed=("url",))
        seconds = options.get("timeout_seconds", 30)
        if not isinstance(seconds, int) or not 1 <= seconds <= 600:
            raise ConfigurationError("`timeout_seconds` is a number from 1 to 600")
        secret = read_secret(options, "secret")
        patience = Patience(seconds=seconds)
        remote = Remote(str(options["url"]), secrets=(secret,), patience=patience)
        return RemoteLedger(HttpJson(remote, secret))


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the service."""
    return [HttpJsonType()]
