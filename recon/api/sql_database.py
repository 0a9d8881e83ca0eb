"""Open a database that is not our store. In: a URL of SQLAlchemy, a password. Out: an engine whose connections end with their transaction.

SQLite: the one library of this process, transactions begun by hand. PostgreSQL: psycopg. Whatever else SQLAlchemy knows is
opened if its driver is installed; whether it is wanted is for the caller to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from recon.databases import sqlite_library
from recon.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from recon.credentials import Secret

_BUSY_SECONDS: Final = 30


def open_engine(
    url: str, password: Secret | None, what: str, *, pragmas: Sequence[str], **postgresql: Any
) -> Engine:
    """Open a database; nothing is read or written yet.

    Args:
        url: of SQLAlchemy.
        password: in place of the one in the URL.
        what: the database, for errors.
        pragmas: what each connection to SQLite is told.
        **postgresql: what the engine of PostgreSQL is told.

    Raises:
        ConfigurationError: the URL means nothing, or its driver is missing.
    """
    common: dict[str, Any] = {"poolclass": NullPool, "hide_parameters": True}
    try:
        parsed = make_url(url)
        if password is not None:
            parsed = parsed.set(password=password.reveal())
        backend = parsed.get_backend_name()
        if backend == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
            return create_engine(parsed, **common, **postgresql)
        if backend != "sqlite":
            return create_engine(parsed, **common)
        own = {"isolation_level": None, "timeout": _BUSY_SECONDS}
        engine = create_engine(parsed, module=sqlite_library(), connect_args=own, **common)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        # The URL may hold a password, and so may what is said of it.
        raise ConfigurationError(
            f"{what} cannot be opened: {type(error).__name__}",
            hint="`url` is such as sqlite:///books.db or postgresql://host/name (pip install 'cashrecon[postgresql]')",
        ) from None

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    return engine


def cause_of(error: Exception) -> str:
    """Give the first line of what the database itself says; SQLAlchemy adds the whole statement to its own errors."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__
