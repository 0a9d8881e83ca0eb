"""The journal in a database, on both engines: once, whole, balanced, and whole again after a kill."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

import recon_sql_journal.plugin
from recon.api import ConfigurationError, LedgerType, ReconError
from recon_sql_journal.database import open_database, reading, writing
from recon_sql_journal.tables import journal_tables
from tests.plugins.ledgers.oracles import entries_of, entry_rows
from tests.stores import fresh_url

(KIND,) = recon_sql_journal.plugin.recon_register_ledgers()
JOURNAL = journal_tables("recon_entries", "recon_postings")
ROOT = Path(__file__).parents[4]


@pytest.fixture
def url(engine, tmp_path):
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'journal.db'}"
        return
    with fresh_url(engine, tmp_path) as found:
        yield found


@pytest.fixture
def ledger(url):
    return KIND.connect({"url": url})


def counted(url):
    """Entries, postings and the sum of all amounts, as the database says."""
    database = open_database(url, None)
    with reading(database) as connection:
        rows = JOURNAL.postings
        told = (
            connection.scalar(select(func.count()).select_from(JOURNAL.entries)),
            *connection.execute(select(func.count(), func.sum(rows.c.amount))).one(),
        )
    database.dispose()
    return told


def batch(count):
    return entries_of(*(entry_rows(f"K{n:03}") for n in range(count)))


def test_it_keeps_the_protocol():
    assert isinstance(KIND, LedgerType)
    assert not KIND.capabilities.is_file


def test_entries_are_posted_once_and_found_by_key(ledger, url):
    first = ledger.post(batch(3))
    again = ledger.post(batch(4))

    assert first["outcome"].to_list() == ["accepted"] * 3
    assert again["outcome"].to_list() == ["duplicate"] * 3 + ["accepted"]
    assert ledger.find(["K000", "K9"]) == {"K000": "K000"}
    assert counted(url) == (4, 8, 0)


def test_what_does_not_balance_is_rejected_alone(ledger, url):
    lame = entry_rows("K2", [("cash", "A", 2, "EUR"), ("receivable", "B", -1, "EUR")])
    outcomes = ledger.post(entries_of(entry_rows("K1"), lame))

    assert outcomes["outcome"].to_list() == ["accepted", "rejected"]
    assert "0.02 EUR" in outcomes["reason"][1]
    assert counted(url)[0] == 1


def test_hostile_text_is_data(ledger):
    hostile = "'; drop table recon_entries; --\n\u202e" + "x" * 10_000
    texts = dict.fromkeys(
        ("description", "evidence", "item_number", "customer_id", "line_id"), hostile
    )
    receipts = ledger.post(entries_of(entry_rows("K1", **texts)))

    assert ledger.verify(receipts)["outcome"].to_list() == ["accepted"]


def test_a_changed_posting_is_seen_and_not_reversed(ledger, url):
    receipts = ledger.post(batch(2))
    database = open_database(url, None)
    with writing(database) as connection:
        rows = JOURNAL.postings
        connection.execute(update(rows).where(rows.c.entry_key == "K000").values(customer_id="C8"))
    database.dispose()

    assert ledger.verify(receipts)["outcome"].to_list() == ["needs_confirmation", "accepted"]
    assert ledger.reverse(receipts)["outcome"].to_list() == ["rejected", "accepted"]


def test_a_reversal_is_posted_once_and_leaves_a_balance_of_zero(ledger, url):
    receipts = ledger.post(batch(2))

    assert ledger.reverse(receipts).row(0) == ("K000", "accepted", None, "reversal-of-K000")
    assert ledger.reverse(receipts)["outcome"].to_list() == ["duplicate"] * 2
    database = open_database(url, None)
    with reading(database) as connection:
        rows = JOURNAL.postings
        sums = select(func.sum(rows.c.amount)).group_by(rows.c.account)
        assert {total for (total,) in connection.execute(sums)} == {0}
    database.dispose()


def test_what_was_never_posted_is_unknown_and_cannot_be_reversed(ledger, tmp_path):
    elsewhere = KIND.connect({"url": f"sqlite:///{tmp_path / 'other.db'}"})
    receipts = elsewhere.post(batch(1))

    assert ledger.verify(receipts)["outcome"].to_list() == ["unknown"]
    assert ledger.reverse(receipts)["outcome"].to_list() == ["rejected"]


def test_the_store_of_the_program_is_refused(engine, tmp_path):
    with (
        fresh_url(engine, tmp_path, migrated=True) as store,
        pytest.raises(ConfigurationError, match="own store"),
    ):
        KIND.connect({"url": store})


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"url": "sqlite:///x", "colour": "red"},
        {"url": "mysql://host/x"},
        {"url": "no url"},
        {"url": "sqlite://", "entries_table": "x; drop"},
    ],
)
def test_wrong_options_are_an_error_of_configuration(options):
    with pytest.raises(ConfigurationError):
        KIND.connect(options)


def test_a_password_of_the_environment_is_in_no_message(monkeypatch):
    monkeypatch.setenv("JOURNAL_PASSWORD", "hush-hush")
    options = {
        "url": "postgresql://anna@127.0.0.1:1/books?connect_timeout=1",
        "password_env": "JOURNAL_PASSWORD",
    }
    with pytest.raises(ReconError) as caught:
        KIND.connect(options)

    assert "hush-hush" not in caught.value.render()


KILLED = """
import os, sys
from sqlalchemy import event
sys.path[:0] = {paths!r}
from tests.plugins.ledgers.sql_journal.test_sql_journal import KIND, batch
ledger = KIND.connect({{"url": {url!r}}})
ledger.post(batch(5))
left = [{left}]
@event.listens_for(ledger._engine, {moment!r})
def die(*_args):
    left[0] -= 1
    if not left[0]:
        os._exit(9)
ledger.post(batch(20))
"""


# Before the entries, between entries and postings, and when all stands there but the commit.
@pytest.mark.parametrize(
    ("moment", "left"),
    [
        ("after_cursor_execute", 3),
        pytest.param("after_cursor_execute", 2, marks=pytest.mark.slow),
        pytest.param("after_cursor_execute", 4, marks=pytest.mark.slow),
        pytest.param("commit", 1, marks=pytest.mark.slow),
    ],
)
def test_a_kill_half_way_loses_nothing_and_posts_nothing_twice(url, moment, left):
    paths = [str(ROOT), str(ROOT / "formats"), str(ROOT / "plugins")]
    program = KILLED.format(paths=paths, url=url, moment=moment, left=left)
    done = subprocess.run([sys.executable, "-c", program], check=False)

    assert done.returncode == 9
    assert counted(url) == (5, 10, 0)

    outcomes = KIND.connect({"url": url}).post(batch(20))

    assert outcomes["outcome"].value_counts().sort("outcome").rows() == [
        ("accepted", 15),
        ("duplicate", 5),
    ]
    assert counted(url) == (20, 40, 0)
