"""Open the store: an SQLite file or a PostgreSQL server. In: a URL. Out: an engine whose transactions are safe.

SQLite: WAL, synchronous FULL, foreign keys, and every writing transaction begins IMMEDIATE, so that nothing read in it is
stale when it is written. Versions before 3.51.3 may corrupt a WAL file that two processes use, and are refused.
PostgreSQL: writers take one advisory lock for the length of their transaction, for the same reason.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from recon.databases import sqlite_library
from recon.errors import ConfigurationError, Place, StoreBroken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

# Any number will do, if it is always the same one.
WRITERS: Final = 0x5245434F4E
_BUSY_MILLISECONDS: Final = 30_000
_CACHE_KIB: Final = 262_144
_PAUSE_MILLISECONDS: Final = 10
_PRAGMAS: Final = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}",
    f"PRAGMA cache_size=-{_CACHE_KIB}",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA mmap_size=0",
    # Else INSERT OR REPLACE removes a row behind the back of the trigger that forbids it.
    "PRAGMA recursive_triggers=ON",
)


@dataclass(frozen=True, slots=True)
class Store:
    """An open store; `writing` and `reading` give transactions."""

    engine: Engine

    @property
    def is_sqlite(self) -> bool:
        """Say which of the two it is."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open the one writing transaction; it is committed at the end, or rolled back whole.

        Raises:
            StoreBroken: the store cannot be written: full, read-only, locked for too long, or gone.
        """
        with told_of_store(), self.engine.begin() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITERS})
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a reading transaction, which sees one state of the store throughout.

        Raises:
            StoreBroken: the store cannot be read.
        """
        with told_of_store(), self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execute(
                    text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                )
            yield connection
            connection.rollback()

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Open a store; its tables are made or brought up to date by `migrate.upgrade`.

    Raises:
        ConfigurationError: the URL means nothing, or its driver is not installed.
        StoreBroken: the SQLite library is too old.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return Store(_sqlite(parsed))
        if parsed.get_backend_name() == "postgresql":
            return Store(_postgresql(parsed))
    # A port that is no number is a plain ValueError there.
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        raise ConfigurationError(
            f"the store {_shown(url)!r} cannot be opened: {error}",
            hint="`store` is a file name or a URL such as postgresql://host/name (pip install 'cashrecon[postgresql]')",
        ) from None
    raise ConfigurationError(
        f"the store {_shown(url)!r} is neither SQLite nor PostgreSQL",
        hint="`store` is a file name, or a URL such as postgresql://host/name",
    )


def _sqlite(url: URL) -> Engine:
    database = url.database or ":memory:"
    engine = create_engine(
        url,
        module=sqlite_library(),
        # The driver's own idea of transactions is switched off; ours begin where they are written.
        connect_args={"isolation_level": None, "timeout": _BUSY_MILLISECONDS // 1000},
    )
    # Only now: a URL that means nothing leaves no file behind.
    if database != ":memory:":
        _make_private(Path(database))

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        _write_ahead(connection)
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    return engine


def _write_ahead(connection: Any) -> None:
    """Let a file have its log, however many programs open a new one at once: SQLite does not wait for that by itself."""
    until = time.monotonic() + _BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except connection.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_MILLISECONDS / 1000)
        else:
            return


def _make_private(path: Path) -> None:
    """Make the file with rights for its owner alone; bank data is nobody else's business."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreBroken(
            f"the store cannot be written: {error.strerror}",
            place=Place(path.name),
            hint="the folder must be there, on a disk of this machine, and writable",
        ) from None


def _postgresql(url: URL) -> Engine:
    return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)


@contextmanager
def told_of_store() -> Iterator[None]:
    """Turn what a driver says of a disk, a lock or a server into words with a hint.

    Raises:
        StoreBroken: the driver said that something of this sort failed.
    """
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0]
        hint = next((hint for word, hint in _HINTS.items() if word in said.lower()), None)
        if hint is None and not isinstance(error, OperationalError):
            raise
        raise StoreBroken(f"the store says: {said}", hint=hint) from error


_HINTS: Final = {
    "full": "make room on the disk and run it again: nothing of this step was stored",
    "readonly": "the file or its folder is read-only for this user",
    "read-only": "the file or its folder is read-only for this user",
    "locked": "another program works on the store; try again",
    "disk i/o": "look at the disk; then `recon verify`",
    "malformed": "the file is damaged: restore the last backup, then `recon verify`",
    "not a database": "this file is no store; name another one in recon.toml",
    "append-only": "what was recorded is never changed; another event follows it",
    "connection": "the server cannot be reached; try again when it is up",
    "terminating": "the server was stopped; run it again when it is up: nothing of this step was stored",
}


def _shown(url: str) -> str:
    """A URL without its password, also one that cannot be taken apart."""
    before, mark, rest = url.partition("://")
    who, at, where = rest.rpartition("@")
    return f"{before}{mark}{who.partition(':')[0]}{at}{where}"
