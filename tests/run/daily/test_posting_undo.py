"""What is taken back gets one opposite entry where the ledger has the first, and none where it has not."""

from __future__ import annotations

import polars as pl
import pytest

from recon.review.approvals import answer
from recon.review.decide import split
from recon.review.parts import Part
from recon.review.undo import undo
from recon.run.daily.deciding import act_of, answer_decision, decide, stands
from recon.store.reading import fetch
from recon.store.tables import FACT, LINE_STATES
from tests.run.daily.demo_desk import Clock, at_work, worked_workspace
from tests.run.daily.fake_ledger import FakeLedger
from tests.run.daily.test_posting import deliver, states_of


@pytest.fixture
def desk(tmp_path):
    with at_work(worked_workspace(tmp_path / "demo")) as found:
        yield found


def applied(desk):
    """Give a line that one item was applied to, with its decision and its entry's key."""
    with desk.store.reading() as connection:
        states = fetch(connection, LINE_STATES).filter(fate="applied")
        allocations = fetch(connection, FACT["allocations"])
        entries = fetch(connection, FACT["entries"])
    numbers = states.select("line_id", "decision_no")
    single = (
        allocations.join(numbers, on=["line_id", "decision_no"])
        .filter(pl.len().over("decision_no") == 1)
        .sort("line_id")
        .row(0, named=True)
    )
    key = entries.filter(decision_no=single["decision_no"])["entry_key"][0]
    return single, key


def take_back(desk, number, line_id):
    before = stands(desk, [line_id])
    act = act_of(desk, comment="wrong")
    decision = undo(before, number, act, knows_dependents=True)
    return decide(desk, before, [decision])[0][1]


def entries_of(desk, line_id):
    with desk.store.reading() as connection:
        found = fetch(connection, FACT["entries"]).filter(line_id=line_id)
    return found.select("entry_key", "reverses", "decision_no").unique().sort("decision_no")


def left_of(desk, ledger, line_id):
    """Give what a line moved in the book, by account: nothing, once everything is taken back."""
    with desk.store.reading() as connection:
        found = fetch(connection, FACT["entries"]).filter(line_id=line_id)
    booked = found.filter(pl.col("entry_key").is_in(ledger.book))
    sums = booked.group_by("account", "currency").agg(pl.col("amount").sum())
    return sums.filter(pl.col("amount") != 0).height


def test_a_posted_entry_that_is_taken_back_gets_exactly_one_opposite(desk):
    row, key = applied(desk)
    ledger = FakeLedger("both")
    deliver(desk, ledger)
    take_back(desk, row["decision_no"], row["line_id"])
    first = deliver(desk, ledger)
    again = deliver(desk, ledger)
    opposites = entries_of(desk, row["line_id"]).filter(reverses=key)["entry_key"].to_list()

    assert (first.states, again.states) == ({"posted": 1}, {})
    assert ledger.book[17:] == opposites
    assert left_of(desk, ledger, row["line_id"]) == 0


def test_what_is_taken_back_before_it_was_queued_is_never_posted(desk):
    row, key = applied(desk)
    take_back(desk, row["decision_no"], row["line_id"])
    ledger = FakeLedger("both")
    deliver(desk, ledger)

    assert len(ledger.book) == 16
    assert key not in ledger.book
    assert left_of(desk, ledger, row["line_id"]) == 0


def test_what_is_taken_back_and_decided_again_posts_a_third_entry_with_a_key_of_its_own(desk):
    row, key = applied(desk)
    ledger = FakeLedger("both")
    deliver(desk, ledger)
    take_back(desk, row["decision_no"], row["line_id"])
    before = stands(desk, [row["line_id"]], [row["item_id"]])
    part = Part(kind="payment", amount=row["amount"], item_id=row["item_id"])
    decide(desk, before, [split(before, row["line_id"], [part], act_of(desk))])
    deliver(desk, ledger)
    keys = entries_of(desk, row["line_id"])["entry_key"].to_list()

    assert len(set(keys)) == 3
    assert keys[0] == key
    assert sorted(ledger.book[17:]) == sorted(keys[1:])


def test_what_the_ledger_rejected_gets_no_opposite(desk):
    row, _ = applied(desk)
    ledger = FakeLedger("both", ["reject"])
    deliver(desk, ledger)
    take_back(desk, row["decision_no"], row["line_id"])
    deliver(desk, ledger)

    assert ledger.book == []


@pytest.mark.parametrize(
    "mode", ["timeout_before", "timeout_after", "unknown_after", "half_then_timeout"]
)
def test_the_opposite_follows_once_the_ledger_has_told_of_the_first(desk, mode):
    row, key = applied(desk)
    ledger = FakeLedger("both", [mode])
    deliver(desk, ledger)
    take_back(desk, row["decision_no"], row["line_id"])
    deliver(desk, ledger)
    (opposite,) = entries_of(desk, row["line_id"]).filter(reverses=key)["entry_key"]

    assert ledger.book.index(key) < ledger.book.index(opposite)
    assert left_of(desk, ledger, row["line_id"]) == 0
    assert set(states_of(desk, ledger).values()) == {"posted"}


def test_no_opposite_is_sent_while_nobody_knows_whether_the_ledger_has_the_first(desk):
    row, key = applied(desk)
    ledger = FakeLedger("neither", ["timeout_before"])
    deliver(desk, ledger)
    take_back(desk, row["decision_no"], row["line_id"])
    deliver(desk, ledger)

    assert states_of(desk, ledger)[key] == "needs_confirmation"
    assert ledger.book == []


def test_an_undo_that_waits_for_an_approval_posts_nothing_before_it(tmp_path):
    settings = (
        "[controls]\nbands = [{ from_amount = 0, approvals = 1 }]\n"
        '[users.anna]\nroles = ["preparer"]\n[users.bertha]\nroles = ["approver"]\n'
    )
    folder = worked_workspace(tmp_path / "demo", settings)
    ledger, clock = FakeLedger("both"), Clock()
    with at_work(folder, "bertha", clock) as bertha:
        deliver(bertha, ledger)
        row, _ = applied(bertha)
    with at_work(folder, "anna", clock) as anna:
        number = take_back(anna, row["decision_no"], row["line_id"])
    with at_work(folder, "bertha", clock) as bertha:
        assert deliver(bertha, ledger).states == {}
        act = act_of(bertha)
        answer_decision(bertha, number, lambda before: answer(before, number, act, is_granted=True))
        assert deliver(bertha, ledger).states == {"posted": 1}

    assert len(ledger.book) == 18
