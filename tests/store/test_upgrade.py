"""A store of a released revision comes to the newest one whole: same chain, sound, killed half-way it is as it was or done.

The store of the first revision is kept as text. A step after the newest is made up here, so that the way to it is tried
before there is one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from recon.errors import StoreBroken
from recon.store import migrate
from recon.store.chain import head
from recon.store.connect import open_store
from recon.store.reading import fetch
from recon.store.tables import EVENTS, METADATA
from recon.store.verify import verify
from tests.store.as_text import statements_of, text_of
from tests.stores import ENGINES, NO_POSTGRESQL, fresh_url

FIRST = Path(__file__).parents[2] / "fixtures" / "stores" / "revision_0001.sql"
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("regions", sa.Column("name", sa.Text, primary_key=True))
    op.add_column("outbox", sa.Column("region", sa.Text))
    op.execute("UPDATE outbox SET region = ledger")
    {then}
    op.create_index("ix_outbox_region", "outbox", ["region"])
"""
DIES = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
KILLED = """
import sys
from pathlib import Path
from recon.store import migrate
from recon.store.connect import open_store
migrate._FOLDER = Path(sys.argv[2])
migrate.upgrade(open_store(sys.argv[1]))
"""


@pytest.fixture(
    params=[ENGINES[0], pytest.param("postgresql", marks=[NO_POSTGRESQL, pytest.mark.nightly])]
)
def first_revision(request, tmp_path):
    """A store as the first version left it, by the URL."""
    with fresh_url(request.param, tmp_path) as url:
        store = open_store(url)
        told = statements_of(FIRST.read_text("utf-8"))
        if not store.is_sqlite:
            _make_first_tables(store)
            told = (one for one in told if one.startswith("INSERT") and "alembic" not in one)
        with store.writing() as connection:
            cursor = connection.connection.cursor()
            for one in told:
                cursor.execute(one)
        store.close()
        yield url


def _make_first_tables(store):
    config = migrate._config()
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")


def newest():
    return ScriptDirectory.from_config(migrate._config()).get_current_head()


def revision(connection):
    return MigrationContext.configure(connection).get_current_revision()


def last_hash():
    """Give the hash of the newest event as the text has it, which no later version may change."""
    events = [one for one in FIRST.read_text("utf-8").splitlines() if "INTO events " in one]
    return max(events, key=lambda one: int(one.partition("VALUES (")[2].partition(",")[0]))[-67:-3]


def steps_with(folder, then):
    """Lay out the steps of a later version: ours, and one more."""
    steps = folder / then.partition(";")[0].replace(" ", "_")
    shutil.copytree(migrate._FOLDER, steps, ignore=shutil.ignore_patterns("__pycache__"))
    text = NEXT.format(then=then, newest=newest())
    (steps / "versions" / "next.py").write_text(text, "utf-8")
    return steps


def test_a_store_of_the_first_revision_is_sound_in_the_newest_and_has_the_same_chain(
    first_revision,
):
    store = open_store(first_revision)
    migrate.upgrade(store)
    with store.reading() as connection:
        found = verify(connection, head(connection))
        tables = set(inspect(connection).get_table_names())
        newest = head(connection).hash
    store.close()

    assert found.findings == ()
    assert (found.events, newest) == (20, last_hash())
    assert set(METADATA.tables) <= tables


def test_a_text_is_taken_apart_and_put_together_again_without_a_difference(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'recon.db'}")
    text = FIRST.read_text("utf-8")
    with store.writing() as connection:
        for one in statements_of(text):
            connection.connection.cursor().execute(one)
        again = text_of(connection)
    store.close()

    assert again == text


def test_a_step_to_a_later_revision_that_is_killed_half_way_leaves_the_store_as_it_was(
    first_revision, tmp_path, monkeypatch
):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, first_revision, str(steps_with(tmp_path, DIES))],
        env=os.environ,
        check=False,
        timeout=120,
    )
    store = open_store(first_revision)
    with store.reading() as connection:
        before = revision(connection), inspect(connection).has_table("regions")
        events = fetch(connection, EVENTS)
    monkeypatch.setattr(migrate, "_FOLDER", steps_with(tmp_path, "pass"))
    migrate.upgrade(store)
    migrate.upgrade(store)
    with store.reading() as connection:
        after = revision(connection), inspect(connection).has_table("regions")
        regions = connection.exec_driver_sql("SELECT DISTINCT region FROM outbox").scalars().all()
        findings = verify(connection).findings
        assert fetch(connection, EVENTS).equals(events)
    monkeypatch.undo()

    assert killed.returncode == -9
    assert (before, findings) == (("0001", False), ())
    assert (after, regions) == (("next", True), ["books"])
    with pytest.raises(StoreBroken, match="made by a newer version"):
        migrate.upgrade(store)
    store.close()
