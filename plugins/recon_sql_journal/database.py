"""Open the journal's database. In: a URL of SQLAlchemy. Out: transactions that see one another's entries.

SQLite: the library of the store, synchronous FULL, and a writing transaction begins IMMEDIATE. PostgreSQL: writers take
one advisory lock for the length of their transaction. So a key that is not there when it is looked for is not there when
the entry is written either. A connection lives as long as its transaction: a ledger is never closed.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from recon.api import ConfigurationError, ReconError, sqlite_library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

    from recon.api import Secret

# Another number than the store's, so that a journal in the same server waits for no run.
_WRITERS: Final = 0x4A4F55524E
_BUSY_SECONDS: Final = 30
# Tables of the program's own store: its record is written by events alone.
_STORE: Final = frozenset({"events", "outbox", "line_states"})


def open_database(url: str, password: Secret | None) -> Engine:
    """Open a database; nothing is read or written yet.

    Raises:
        ConfigurationError: the URL means nothing, its driver is missing, or it is the program's own store.
    """
    try:
        parsed = make_url(url)
        if password is not None:
            parsed = parsed.set(password=password.reveal())
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed)
        if parsed.get_backend_name() == "postgresql":
            return create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                poolclass=NullPool,
                hide_parameters=True,
            )
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        # The URL may hold a password, and so may what is said of it.
        raise ConfigurationError(
            f"the journal's database cannot be opened: {type(error).__name__}",
            hint="`url` is such as sqlite:///journal.db or postgresql://host/name (pip install 'cashrecon[postgresql]')",
        ) from None
    raise ConfigurationError(
        f"a journal lies in SQLite or PostgreSQL, not in {parsed.get_backend_name()}"
    )


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


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        module=sqlite_library(),
        connect_args={"isolation_level": None, "timeout": _BUSY_SECONDS},
        poolclass=NullPool,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0]
        raise ReconError(
            f"the journal's database says: {said}",
            hint="nothing of this batch was posted, or all of it: the same call can be repeated",
        ) from None
