"""Open the books' database for reading. In: a URL of SQLAlchemy. Out: one transaction that can write nothing.

SQLite: the library of the store, `query_only`, and a file that is not there is not made. PostgreSQL: READ ONLY,
REPEATABLE READ, so that all queries see one moment. Any other database that SQLAlchemy knows and whose driver is
installed: the transaction is rolled back, and the user's rights are all else that keeps it from writing.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from recon.api import ConfigurationError, UnreadableItems, sqlite_library
from recon_sql_items.options import SECTION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

    from recon.api import Secret

_BUSY_SECONDS: Final = 30


def open_database(url: str, password: Secret | None) -> Engine:
    """Open a database; nothing is read yet.

    Raises:
        ConfigurationError: the URL means nothing, or its driver is missing.
        UnreadableItems: the file of an SQLite database is not there.
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
                isolation_level="REPEATABLE READ",
                execution_options={"postgresql_readonly": True},
            )
        return create_engine(parsed, poolclass=NullPool, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        # The URL may hold a password, and so may what is said of it.
        raise ConfigurationError(
            f"the database of sql-items cannot be opened: {type(error).__name__}",
            hint="`url` is such as sqlite:///books.db or postgresql://host/name (pip install 'cashrecon[postgresql]')",
        ) from None


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open the one reading transaction, which is rolled back at its end.

    Raises:
        UnreadableItems: the database cannot be reached, in its own words.
    """
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise UnreadableItems(
            f"the database of the open items cannot be reached: {cause_of(error)}",
            hint=f"look at the url and the user {SECTION}",
        ) from None
    with connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        yield connection
        connection.rollback()


def cause_of(error: SQLAlchemyError) -> str:
    """Give the first line of what the database itself says; SQLAlchemy adds the whole statement to it."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__


def _sqlite(url: URL) -> Engine:
    if not url.database or not Path(url.database).is_file():
        raise UnreadableItems(
            f"there is no database {url.database or 'in memory'}",
            hint=f"sqlite:///books.db is beside the working directory, sqlite:////srv/books.db is absolute; look {SECTION}",
        )
    engine = create_engine(
        url,
        module=sqlite_library(),
        connect_args={"isolation_level": None, "timeout": _BUSY_SECONDS},
        poolclass=NullPool,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in ("query_only=ON", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
