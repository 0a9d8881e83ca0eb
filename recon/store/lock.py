"""Let one run work on a store at a time. In: an open store and who asks. Out: the lock, or who has it.

The operating system or the server lets go of it when its holder ends, however it ends.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

from sqlalchemy import event, text

from recon.errors import Locked, StoreBroken
from recon.store.connect import told_of_store

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from recon.store.connect import Store

# Beside the number of the writers' lock, which is taken for single transactions.
_RUNS: Final = 0x5245434F4F
_HINT: Final = "wait until it is done; its lock goes with it, however it ends"


@contextmanager
def run_lock(store: Store, holder: str) -> Iterator[None]:
    """Hold the lock of a run.

    Args:
        store: an open store.
        holder: who asks, for whoever comes too late: "recon run, since ...".

    Raises:
        Locked: another run has it; the message says which.
        StoreBroken: the server cannot be reached, or dropped the lock.
    """
    told = f"{holder} (process {os.getpid()})"
    with _file_lock(store, told) if store.is_sqlite else _server_lock(store, told):
        yield


@contextmanager
def _file_lock(store: Store, told: str) -> Iterator[None]:
    """Lock a file beside the store; never the store itself, whose own locks would go when it is closed."""
    database = store.engine.url.database
    if not database or database == ":memory:":
        yield
        return
    handle = os.open(f"{database}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        if not _taken(file):
            file.seek(0)
            raise Locked(
                f"another run works on this store: {file.read(200).strip() or 'unknown'}",
                hint=_HINT,
            )
        file.truncate(0)
        file.seek(0)
        file.write(told)
        file.flush()
        yield
        file.truncate(0)


def _taken(file: IO[str]) -> bool:
    """Try to lock an open file."""
    try:
        if sys.platform == "win32":
            # A byte far behind the text, which others may go on reading.
            file.seek(1 << 20)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def _server_lock(store: Store, told: str) -> Iterator[None]:
    """Hold a lock of the server on a connection of its own; no transaction begins once the server has dropped it."""
    with ExitStack() as opened:
        with told_of_store():
            connection = opened.enter_context(store.engine.connect())
            _take(connection, told)
        # The lock goes with the connection, which is not given back for others to use.
        opened.callback(connection.invalidate)
        driver: Any = connection.connection.dbapi_connection

        def check(_begun: Connection) -> None:
            try:
                driver.execute("SELECT 1")
                driver.rollback()
            except driver_error as error:
                raise StoreBroken(
                    "the server was restarted, and the lock of this run went with it",
                    hint="run it again: what was stored stays, and the rest follows",
                ) from error

        driver_error = store.engine.dialect.loaded_dbapi.Error
        event.listen(store.engine, "begin", check)
        opened.callback(event.remove, store.engine, "begin", check)
        yield


def _take(connection: Connection, told: str) -> None:
    connection.execute(
        text("SELECT set_config('application_name', :told, false)"), {"told": told[:63]}
    )
    if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _RUNS}):
        other = connection.scalar(text(_HOLDER), {"low": _RUNS & 0xFFFFFFFF, "high": _RUNS >> 32})
        raise Locked(f"another run works on this store: {other or 'unknown'}", hint=_HINT)
    connection.commit()


_HOLDER: Final = """
SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.objid = :low AND l.classid = :high AND l.granted LIMIT 1
"""
