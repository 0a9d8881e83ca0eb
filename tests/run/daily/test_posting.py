"""Entries reach a ledger to the effect of exactly once, however it fails: its own book equals the outbox."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.errors import ConfigurationError, Refused
from recon.plugins import Plugins
from recon.run.daily.posting import outbox, post, would_post
from recon.store.reading import fetch
from recon.store.tables import FACT, OUTBOX
from recon.store.verify import verify
from tests.run.daily.demo_desk import at_work, worked_workspace
from tests.run.daily.fake_ledger import FINDS, KINDS, MODES, FakeLedger
from tests.run.quiet import Quiet


def deliver(desk, ledger):
    """Post once, and check what must hold after any call."""
    posted = post(desk, ledger.name, Plugins.for_tests([ledger]), Quiet())
    check_books_agree(desk, ledger)
    return posted


def states_of(desk, ledger):
    """Give the state of each key in the outbox."""
    with desk.store.reading() as connection:
        rows = fetch(connection, OUTBOX, OUTBOX.table.c.ledger == ledger.name)
    return dict(rows.select("entry_key", "state").rows())


def check_books_agree(desk, ledger):
    states = states_of(desk, ledger)
    posted = {key for key, state in states.items() if state == "posted"}
    open_keys = {key for key, state in states.items() if state in ("unknown", "needs_confirmation")}
    listed = set(outbox(desk, ledger.name)["entry_key"])

    assert len(ledger.book) == len(set(ledger.book)), "the ledger has a key twice"
    assert set(ledger.sent) <= set(states), "a key was sent before it was stored"
    assert posted <= set(ledger.book), "said to be posted, and the ledger does not have it"
    assert set(ledger.book) <= posted | open_keys, "in the ledger, and not listed as open"
    assert open_keys <= listed
    assert not {key for key, state in states.items() if state == "rejected"} & set(ledger.book)


@pytest.fixture
def desk(tmp_path):
    with at_work(worked_workspace(tmp_path / "demo")) as found:
        yield found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", MODES)
def test_after_any_failure_the_outbox_equals_the_book_and_nothing_is_there_twice(desk, kind, mode):
    ledger = FakeLedger(kind, [mode])
    first = deliver(desk, ledger)
    again = deliver(desk, ledger)
    sent = list(ledger.sent)
    last = deliver(desk, ledger)
    states = set(states_of(desk, ledger).values())
    is_whole = set(ledger.book) == set(states_of(desk, ledger))

    assert first.queued == 17
    assert (again.queued, last.queued) == (0, 0)
    assert ledger.sent == sent
    # What a ledger can find and has is settled; what it does not have is sent again where that is safe.
    is_told = mode in ("ok", "reject", "half") or (ledger.capabilities.finds_by_key and is_whole)
    if kind == "both" or is_told:
        assert states <= {"posted", "rejected"}
    else:
        assert "needs_confirmation" in states
        assert len(sent) == len(set(sent)), "sent again though nobody knows whether it is there"


@settings(max_examples=6)
@given(
    st.sampled_from(sorted(KINDS)),
    st.lists(st.sampled_from(MODES), max_size=5),
    st.lists(st.sampled_from(FINDS), max_size=5),
)
def test_after_any_sequence_of_failures_each_key_is_in_the_book_at_most_once(kind, modes, finds):
    home = Path(tempfile.mkdtemp())
    ledger = FakeLedger(kind, modes, finds)
    try:
        with at_work(worked_workspace(home / "demo")) as desk:
            for _ in range(len(modes) + len(finds) + 2):
                last = deliver(desk, ledger)
            states = states_of(desk, ledger)
            with desk.store.reading() as connection:
                assert not verify(connection).findings
    finally:
        shutil.rmtree(home)

    assert last.failure is None
    if ledger.capabilities.finds_by_key:
        assert {key for key, state in states.items() if state == "posted"} == set(ledger.book)
    if kind == "both":
        assert set(ledger.book) == set(states) - ledger.refused
    else:
        assert len(ledger.sent) == len(set(ledger.sent))


def test_a_ledger_that_denies_a_key_it_has_is_saved_by_its_own_keys(desk):
    ledger = FakeLedger("both", ["timeout_after"], ["lies"])
    deliver(desk, ledger)
    again = deliver(desk, ledger)

    assert again.states == {"posted": 17}
    assert len(ledger.book) == 17


def test_a_ledger_that_cannot_be_asked_now_leaves_everything_unknown(desk):
    ledger = FakeLedger("find", ["half_then_timeout"], ["timeout"])
    assert deliver(desk, ledger).failure is not None
    failed = deliver(desk, ledger)

    assert "TimeoutError" in failed.failure.message
    assert set(states_of(desk, ledger).values()) == {"unknown"}


def test_two_ledgers_get_every_entry_each(desk):
    one, other = FakeLedger("both", name="one"), FakeLedger("both", name="other")
    deliver(desk, one)
    deliver(desk, other)

    assert set(one.book) == set(other.book)
    assert len(one.book) == 17


def test_what_would_be_posted_is_what_is_posted(desk):
    ledger = FakeLedger("both", ["timeout_before"])
    before = would_post(desk, "fake")
    deliver(desk, ledger)
    between = would_post(desk, "fake")
    deliver(desk, ledger)

    assert before["entry_key"].unique().sort().to_list() == sorted(ledger.book)
    assert between.equals(before)
    assert would_post(desk, "fake").is_empty()


def test_every_attempt_is_an_event_with_its_answer(desk):
    ledger = FakeLedger("both", ["timeout_after"])
    deliver(desk, ledger)
    deliver(desk, ledger)
    with desk.store.reading() as connection:
        rows = fetch(connection, FACT["answers"]).filter(ledger="fake")
    of_one = rows.filter(entry_key=ledger.book[0]).sort("seq")

    assert of_one["state"].to_list() == ["pending", "unknown", "posted"]
    assert of_one["attempts"].to_list() == [0, 1, 1]


def test_who_may_not_post_is_refused_before_anything_is_queued(tmp_path):
    users = '[users.anna]\nroles = ["preparer"]\n[users.bertha]\nroles = ["approver"]\n'
    folder = worked_workspace(tmp_path / "demo", users)
    ledger = FakeLedger("both")
    with at_work(folder) as desk:
        with pytest.raises(Refused, match="anna \\(preparer\\) may not deliver entries"):
            deliver(desk, ledger)
        assert not states_of(desk, ledger)
    with at_work(folder, "bertha") as desk:
        assert deliver(desk, ledger).states == {"posted": 17}


def test_an_unknown_ledger_is_named_with_those_that_are_there(desk):
    with pytest.raises(ConfigurationError, match="no ledger is called 'books'"):
        post(desk, "books", Plugins.for_tests([FakeLedger("both")]), Quiet())
