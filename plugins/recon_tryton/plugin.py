"""Registration of the ledger and of the item source `tryton`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recon.api import (
    ConfigurationError,
    ItemSource,
    Ledger,
    LedgerCapabilities,
    LedgerType,
    check_options,
    hookimpl,
    read_secret,
    secret_options,
)
from recon_tryton.books import Places
from recon_tryton.ledger import TrytonLedger
from recon_tryton.rpc import Rpc
from recon_tryton.source import fetch_books

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from recon.api import Books

_NEEDED = ("url", "database", "user")
_OPTIONS = (
    *_NEEDED,
    *secret_options("password"),
    "journal",
    "journals",
    "accounts",
    "entries_per_statement",
)
_OPTIONS_OF_SOURCE = (*_NEEDED, *secret_options("password"), "company")
_AT_ONCE = 50


class Tryton:
    """A Tryton server, by its JSON-RPC."""

    name = "tryton"
    capabilities = LedgerCapabilities(
        is_file=False, finds_by_key=True, verifies=True, reverses=True, leaves_out_known=False
    )
    file_name: str | None = None

    def connect(self, options: Mapping[str, Any]) -> Ledger:
        """Prepare a session; the first call logs in.

        Raises:
            ConfigurationError: an option is wrong or missing.
        """
        check_options(self.name, options, _OPTIONS, needed=_NEEDED)
        at_once = options.get("entries_per_statement", _AT_ONCE)
        if not isinstance(at_once, int) or not 1 <= at_once <= 1_000:
            raise ConfigurationError("`entries_per_statement` is a number from 1 to 1000")
        if not options.get("journal") and not options.get("journals"):
            raise ConfigurationError(
                "the ledger tryton needs 'journal', the name of a statement journal, or 'journals'"
            )
        password = read_secret(options, "password")
        url, database, user = (str(options[name]) for name in _NEEDED)
        rpc = Rpc(url, database, user, password)
        places = Places(
            journal=options.get("journal"),
            journals=dict(options.get("journals", {})),
            accounts=dict(options.get("accounts", {})),
        )
        return TrytonLedger(rpc, places, at_once)


class TrytonItems:
    """Posted customer invoices of a Tryton server that are not paid, with their parties."""

    name = "tryton"

    def fetch(self, as_of: dt.date | None, options: Mapping[str, Any]) -> Books:
        """Read what is open now; of what was issued up to `as_of`, if that is given.

        Raises:
            ConfigurationError: an option is wrong or missing.
            UnreadableItems: a record is missing or has a value that is none.
        """
        check_options(self.name, options, _OPTIONS_OF_SOURCE, needed=_NEEDED, kind="source")
        url, database, user = (str(options[name]) for name in _NEEDED)
        rpc = Rpc(url, database, user, read_secret(options, "password"), tables="sources")
        return fetch_books(rpc, options.get("company"), as_of)


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the Tryton server."""
    return [Tryton()]


@hookimpl
def recon_register_sources() -> Sequence[ItemSource]:
    """Give the invoices of the Tryton server."""
    return [TrytonItems()]
