"""The store is opened safely: old libraries and strange URLs are refused, the file is private, passwords stay unseen."""

from __future__ import annotations

import stat
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from recon import databases
from recon.databases import OLDEST_SQLITE, sqlite_library
from recon.errors import ConfigurationError, StoreBroken
from recon.store import connect
from recon.store.connect import open_store

SECRET = "hush-hush"


def test_an_sqlite_library_older_than_the_gate_is_refused_with_code_store(monkeypatch, tmp_path):
    old = SimpleNamespace(sqlite_version_info=(3, 51, 2))
    monkeypatch.setattr(databases, "import_module", lambda name: old)

    with pytest.raises(StoreBroken, match=r"SQLite 3\.51\.2 may corrupt") as caught:
        open_store(f"sqlite:///{tmp_path / 'recon.db'}")

    assert caught.value.code == "store"
    assert "pysqlite3" in caught.value.hint


def test_the_library_in_use_passes_the_gate():
    assert sqlite_library().sqlite_version_info >= OLDEST_SQLITE


def test_without_the_wheel_the_library_of_python_is_asked_for_its_version(monkeypatch):
    def load(name):
        if name == "pysqlite3.dbapi2":
            raise ModuleNotFoundError(name)
        return SimpleNamespace(sqlite_version_info=(3, 51, 3), name=name)

    monkeypatch.setattr(databases, "import_module", load)

    assert sqlite_library().name == "sqlite3.dbapi2"


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 30_000),
        ("cache_size", -262_144),
        ("trusted_schema", 0),
        ("mmap_size", 0),
        ("recursive_triggers", 1),
    ],
)
def test_every_connection_of_sqlite_is_set_up(tmp_path, pragma, value):
    store = open_store(f"sqlite:///{tmp_path / 'recon.db'}")

    for _ in range(2):
        with store.reading() as connection:
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_the_file_and_what_lies_beside_it_are_for_their_owner_alone(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'recon.db'}")
    with store.writing() as connection:
        connection.execute(text("CREATE TABLE t (a INTEGER)"))
        files = sorted(tmp_path.iterdir())

        assert [file.name for file in files] == ["recon.db", "recon.db-shm", "recon.db-wal"]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_folder_that_is_a_file_is_named_and_no_traceback(tmp_path):
    (tmp_path / "folder").write_text("no folder")

    with pytest.raises(StoreBroken, match="the store cannot be written"):
        open_store(f"sqlite:///{tmp_path / 'folder' / 'recon.db'}")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://host/name",
        "duckdb:///x.db",
        "postgres//host",
        "postgresql://host:port/name",
        "://",
        "nothing://",
        "sqlite+nosuchdriver:///x.db",
    ],
)
def test_a_url_that_means_nothing_is_refused_in_words(url):
    with pytest.raises(ConfigurationError, match="the store") as caught:
        open_store(url)

    assert "postgresql://host/name" in caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://anna:{SECRET}@host/name",
        f"postgresql://anna:{SECRET}@host:port/name",
        f"postgresql://anna:{SECRET}@more@host:port/name",
        f"nothing://anna:{SECRET}@host/name",
    ],
)
def test_a_password_is_never_shown_where_a_url_is_refused(url):
    with pytest.raises(ConfigurationError) as caught:
        open_store(url)

    assert SECRET not in caught.value.render()
    assert SECRET not in repr(caught.value.__cause__)


def test_a_password_is_never_shown_where_no_server_answers(tmp_path):
    store = open_store(f"postgresql://anna:{SECRET}@/name?host={tmp_path}")

    with pytest.raises(StoreBroken) as caught, store.reading():
        pass

    assert caught.value.hint == "the server cannot be reached; try again when it is up"
    assert SECRET not in caught.value.render()
    assert SECRET not in repr(store)


def insert_and_fail(store):
    with store.writing() as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
        raise ZeroDivisionError


def test_what_is_written_in_a_transaction_that_fails_is_gone(store):
    with store.writing() as connection:
        connection.execute(text("CREATE TABLE t (a INTEGER)"))

    with pytest.raises(ZeroDivisionError):
        insert_and_fail(store)

    with store.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM t")) == 0


def test_a_reader_sees_one_state_while_another_writes(store):
    with store.writing() as connection:
        connection.execute(text("CREATE TABLE t (a INTEGER)"))

    with store.reading() as reader:
        before = reader.scalar(text("SELECT count(*) FROM t"))
        with store.writing() as writer:
            writer.execute(text("INSERT INTO t VALUES (1)"))
        after = reader.scalar(text("SELECT count(*) FROM t"))

    assert (before, after) == (0, 0)


def test_what_is_written_while_reading_is_refused_or_leaves_nothing(store):
    with store.writing() as connection:
        connection.execute(text("CREATE TABLE t (a INTEGER)"))

    with nullcontext() if store.is_sqlite else pytest.raises(StoreBroken), store.reading() as one:
        one.execute(text("INSERT INTO t VALUES (1)"))

    with store.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM t")) == 0


class Opened:
    """A connection to a new file that other programs open too: SQLite says at once that it is locked, and waits for nobody."""

    class OperationalError(Exception):
        """What the driver raises."""

    def __init__(self, *refusals):
        self.refusals, self.asked = list(refusals), 0

    def execute(self, words):
        assert words == "PRAGMA journal_mode=WAL"
        self.asked += 1
        if self.refusals:
            raise self.OperationalError(self.refusals.pop(0))


def test_a_new_file_that_others_open_too_is_waited_for():
    opened = Opened(*["database is locked"] * 3)
    connect._write_ahead(opened)

    assert opened.asked == 4


def test_a_file_that_stays_locked_and_one_that_is_none_are_told(monkeypatch):
    monkeypatch.setattr(connect, "_BUSY_MILLISECONDS", 30)
    with pytest.raises(Opened.OperationalError, match="locked"):
        connect._write_ahead(Opened(*["database is locked"] * 1_000))
    broken = Opened("file is not a database")
    with pytest.raises(Opened.OperationalError, match="not a database"):
        connect._write_ahead(broken)

    assert broken.asked == 1
