"""The books of a workspace come from a source: asked before each run, kept as files, and checked like any extract."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from recon.errors import ConfigurationError, UnreadableItems
from recon.plugins import Plugins
from recon.run.daily.books import load_books
from recon.run.daily.desk import open_desk
from recon.store.reading import fetch
from recon.store.tables import FACT, ITEM_STATES
from tests.run.quiet import Quiet

POLICY = """
[sources.sql-items]
url = "sqlite:///{folder}/erp.db"
items = "SELECT id AS item_id, number, 'EUR' AS currency, open AS open_amount FROM invoices"
customers = "SELECT 'C1' AS customer_id, 'ACME' AS name"
"""
OTHER_FILES = '[sources.item-file]\ndecimal_mark = ","\n'


def books_have(folder, *rows):
    with closing(sqlite3.connect(folder / "erp.db")) as books, books:
        books.execute("DROP TABLE IF EXISTS invoices")
        books.execute("CREATE TABLE invoices (id TEXT, number TEXT, open TEXT)")
        books.executemany("INSERT INTO invoices VALUES (?, ?, ?)", rows)


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "recon.toml").write_text('source = "sql-items"\npolicy = "policy.toml"\n', "utf-8")
    (tmp_path / "policy.toml").write_text(POLICY.format(folder=tmp_path), "utf-8")
    books_have(tmp_path, ("1", "INV-1", "100.00"), ("2", "INV-2", "7.50"), ("3", "INV-3", "1.00"))
    return tmp_path


def load(workspace):
    with open_desk(workspace, "anna") as desk:
        loaded = load_books(desk, Plugins.discover(), Quiet())
        with desk.store.reading() as connection:
            items = fetch(connection, ITEM_STATES)
            files = fetch(connection, FACT["files"])["role"].to_list()
    return loaded.changes, dict(items.select("number", "open_amount").rows()), files


def test_each_run_asks_the_source_and_records_what_it_said(workspace):
    changes, items, files = load(workspace)

    assert changes == {"added": 3}
    assert items == {"INV-1": 10_000, "INV-2": 750, "INV-3": 100}
    assert sorted(files) == ["customers", "open_items"]
    assert load(workspace)[0] == {}
    books_have(workspace, ("1", "INV-1", "60.00"), ("3", "INV-3", "1.00"))
    changes, items, _ = load(workspace)
    assert changes == {"changed": 1, "closed": 1}
    assert items == {"INV-1": 6_000, "INV-2": 0, "INV-3": 100}


def test_a_source_that_lost_most_of_its_items_stops_the_run_and_asks(workspace):
    before = load(workspace)[1]
    books_have(workspace, ("1", "INV-1", "100.00"))

    with pytest.raises(UnreadableItems, match="1 items, the one before had 3"):
        load(workspace)
    books_have(workspace, ("1", "INV-1", "100.00"), ("2", "INV-2", "7.50"))
    assert load(workspace)[1] == before | {"INV-3": 0}


def test_what_a_source_said_is_never_read_by_the_marks_of_other_files(workspace):
    policy = workspace / "policy.toml"
    policy.write_text(policy.read_text("utf-8") + OTHER_FILES, "utf-8")

    with pytest.raises(ConfigurationError, match="how to read other files"):
        load(workspace)


def test_how_announcements_are_written_is_no_matter_of_what_a_source_said(workspace):
    policy = workspace / "policy.toml"
    written = '[sources.item-file]\nremittances_written = { decimal_mark = "," }\n'
    policy.write_text(policy.read_text("utf-8") + written, "utf-8")

    assert load(workspace)[1] == {"INV-1": 10_000, "INV-2": 750, "INV-3": 100}


def test_a_source_that_is_not_there_stops_the_run(workspace):
    (workspace / "erp.db").unlink()
    with pytest.raises(UnreadableItems):
        load(workspace)
    (workspace / "recon.toml").write_text('source = "oracle"\n', "utf-8")
    with pytest.raises(ConfigurationError, match="oracle"):
        load(workspace)
