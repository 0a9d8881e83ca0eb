"""The steps make exactly the tables that the code means, refuse newer stores, and leave no half-made one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from recon.errors import StoreBroken
from recon.store import migrate
from recon.store.connect import open_store
from recon.store.tables import METADATA

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

KILLED_HALFWAY = """
import os, signal, sys
from recon.store import migrate
from recon.store.connect import open_store
migrate._forbid_changes = lambda connection: os.kill(os.getpid(), signal.SIGKILL)
migrate.upgrade(open_store(sys.argv[1]))
"""


def tables(store):
    with store.reading() as connection:
        return sorted(inspect(connection).get_table_names())


def test_the_steps_make_what_the_code_means(store):
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, METADATA)

    assert differences == []
    assert set(METADATA.tables) == set(tables(store)) - {"alembic_version"}


def test_steps_that_are_done_are_not_done_again(store):
    with store.writing() as connection:
        connection.execute(text("INSERT INTO own_accounts (seq, account) VALUES (1, 'A')"))

    migrate.upgrade(store)

    with store.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM own_accounts")) == 1


def test_a_store_of_a_newer_version_is_refused(store):
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreBroken, match="made by a newer version") as caught:
        migrate.upgrade(store)

    assert caught.value.code == "store"
    assert "install the newer version" in caught.value.hint


def test_a_step_that_is_killed_half_way_leaves_the_store_as_it_was(store_url):
    ended = subprocess.run(
        [sys.executable, "-c", KILLED_HALFWAY, store_url], env=os.environ, check=False, timeout=120
    )
    store = open_store(store_url)

    assert ended.returncode == -9
    assert tables(store) == []
    migrate.upgrade(store)
    assert set(METADATA.tables) < set(tables(store))
    store.close()
