"""Registration of the ledger `sql-journal`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from recon.api import (
    ConfigurationError,
    Ledger,
    LedgerCapabilities,
    LedgerType,
    check_options,
    find_secret,
    hookimpl,
    secret_options,
)
from recon_sql_journal.database import open_database
from recon_sql_journal.ledger import SqlJournal
from recon_sql_journal.tables import journal_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,50}")
_OPTIONS = (
    "url",
    "entries_table",
    "postings_table",
    *secret_options("url", "password"),
)


class SqlJournalType:
    """A journal of two tables in SQLite or PostgreSQL."""

    name = "sql-journal"
    capabilities = LedgerCapabilities(
        is_file=False, finds_by_key=True, verifies=True, reverses=True
    )
    file_name: str | None = None

    def connect(self, options: Mapping[str, Any]) -> Ledger:
        """Open the database `url`, and make the tables where they are missing.

        Raises:
            ConfigurationError: an option is wrong, or the database is the program's own store.
        """
        check_options(self.name, options, _OPTIONS)
        secret = find_secret(options, "url")
        url = secret.reveal() if secret else str(options.get("url") or "")
        if not url:
            raise ConfigurationError(
                "sql-journal needs the option 'url', 'url_env' or 'url_keyring'"
            )
        names = [
            str(options.get(f"{what}_table", f"recon_{what}")) for what in ("entries", "postings")
        ]
        for name in names:
            if not _PLAIN_NAME.fullmatch(name):
                raise ConfigurationError(
                    f"a table's name is of small letters, digits and _, not {name!r}"
                )
        return SqlJournal(
            open_database(url, find_secret(options, "password")), journal_tables(*names)
        )


@hookimpl
def recon_register_ledgers() -> Sequence[LedgerType]:
    """Give the journal in a database."""
    return [SqlJournalType()]
