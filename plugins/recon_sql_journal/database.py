"""Open the journal's database. In: a URL of SQLAlchemy. Out: transactions that see one another's entries.

SQLite: the library of the store, synchronous FULL, and a writing transaction begins IMMEDIATE. PostgreSQL: writers take
one advisory lock for the length of their transaction. So a key that is not there when it is looked for is not there when
the entry is written either. A connection lives as long as its transaction: a ledger is never closed.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from recon.api import ConfigurationError, ReconError
from recon.api.sql_database import cause_of, open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from recon.api import Secret

# Another number than the store's, so that a journal in the same server waits for no run.
_WRITERS: Final = 0x4A4F55524E
_KNOWN: Final = ("sqlite", "postgresql")
# Tables of the program's own store: its record is written by events alone.
_STORE: Final = frozenset({"events", "outbox", "line_states"})


def open_database(url: str, password: Secret | None) -> Engine:
    """Open a database; nothing is read or written yet.

    Raises:
        ConfigurationError: the URL means nothing, its driver is missing, or it is the program's own store.
    """
    pragmas = ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF")
    engine = open_engine(url, password, "the journal's database", pragmas=pragmas)
    if engine.dialect.name not in _KNOWN:
        raise ConfigurationError(
            f"a journal lies in SQLite or PostgreSQL, not in {engine.dialect.name}"
        )
    return engine


def refuse_store(connection: Connection) -> None:
    """Refuse the program's own store.

    Raises:
        ConfigurationError: the database has its tables.
    """
    if set(inspect(connection).get_table_names()) >= _STORE:
        raise ConfigurationError(
            "this database is the program's own store, and a journal is another one",
            hint="name another file or database under [ledgers.sql-journal]",
        )


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open the one writing transaction; it is committed at the end, or rolled back whole.

    Raises:
        ReconError: the database cannot be reached or written, in its own words.
    """
    with _told(), engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a reading transaction.

    Raises:
        ReconError: the database cannot be reached or read, in its own words.
    """
    with _told(), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        yield connection
        connection.rollback()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise ReconError(
            f"the journal's database says: {cause_of(error)}",
            hint="nothing of this batch was posted, or all of it: the same call can be repeated",
        ) from None
