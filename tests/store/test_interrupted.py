"""A server that is stopped in the middle, and a writer that is in the way, are told in words; then the work goes on."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from recon.errors import StoreBroken
from recon.store import connect
from recon.store.connect import open_store
from tests.stores import NO_POSTGRESQL, fresh_store, server

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

INSERT = text("INSERT INTO own_accounts (seq, account) VALUES (1, 'A')")
COUNT = text("SELECT count(*) FROM own_accounts")


def write_and_crash(store):
    with store.writing() as connection:
        connection.execute(INSERT)
        server().restart("immediate")


@NO_POSTGRESQL
def test_a_server_that_is_stopped_in_a_transaction_leaves_nothing_of_it_and_serves_again(tmp_path):
    with fresh_store("postgresql", tmp_path) as store:
        with pytest.raises(StoreBroken) as caught:
            write_and_crash(store)
        with store.writing() as connection:
            before = connection.scalar(COUNT)
            connection.execute(INSERT)
        with store.reading() as connection:
            after = connection.scalar(COUNT)

    assert caught.value.code == "store"
    assert caught.value.hint is not None
    assert (before, after) == (0, 1)


def test_an_sqlite_store_that_another_writes_to_for_too_long_is_told(tmp_path, monkeypatch):
    impatient = tuple(p.replace("30000", "50") for p in connect._PRAGMAS)
    with fresh_store("sqlite", tmp_path) as store:
        monkeypatch.setattr(connect, "_PRAGMAS", impatient)
        other = open_store(store.engine.url.render_as_string())
        with store.writing() as connection:
            connection.execute(INSERT)
            with pytest.raises(StoreBroken, match="locked") as caught:
                other.writing().__enter__()
        with other.writing() as connection:
            assert connection.scalar(COUNT) == 1
        other.close()

    assert caught.value.hint == "another program works on the store; try again"
