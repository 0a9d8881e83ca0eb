"""What a post would do is shown beside what the ledger has: there already, not there, gone, or not to be asked."""

from __future__ import annotations

import polars as pl
import pytest

from recon.plugins import Plugins
from recon.run.daily.looking_back import difference
from recon.run.daily.posting import post, would_post
from recon.store.reading import fetch
from recon.store.tables import EVENTS
from tests.run.daily.demo_desk import at_work, worked_workspace
from tests.run.daily.fake_ledger import FakeLedger
from tests.run.quiet import Quiet


@pytest.fixture
def desk(tmp_path):
    with at_work(worked_workspace(tmp_path / "demo")) as found:
        yield found


def compared(desk, ledger):
    return difference(desk, ledger.name, Plugins.for_tests([ledger]), Quiet())


def there(found):
    told = found.postings.select("entry_key", "in_ledger").unique()
    return dict(told.group_by("in_ledger").agg(pl.len()).rows())


def events(desk):
    with desk.store.reading() as connection:
        return fetch(connection, EVENTS).height


def test_a_dry_run_says_what_the_ledger_has_already_and_what_it_has_lost(desk):
    ledger = FakeLedger("both")
    before = events(desk)
    fresh = compared(desk, ledger)
    keys = fresh.postings["entry_key"].unique().sort().to_list()
    ledger.book.append(keys[0])
    booked_by_another = compared(desk, ledger)

    assert there(fresh) == {"no": 17}
    assert fresh.postings.drop("in_ledger").equals(would_post(desk, "fake"))
    assert there(booked_by_another) == {"no": 16, "yes": 1}
    assert events(desk) == before
    assert ledger.sent == []

    post(desk, "fake", Plugins.for_tests([ledger]), Quiet())
    ledger.book.remove(keys[5])
    after = compared(desk, ledger)

    assert after.postings.is_empty()
    assert after.unconfirmed["entry_key"].to_list() == [keys[5]]


def test_a_ledger_that_fails_or_cannot_be_asked_leaves_the_postings_shown(desk):
    failing = compared(desk, FakeLedger("both", finds=["timeout"]))
    mute = compared(desk, FakeLedger("keys"))

    assert there(failing) == there(mute) == {None: 17}
    assert "no answer" in failing.failure.message
    assert mute.failure is None
