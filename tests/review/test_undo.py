"""Undoing is a further decision: the line is open again, what was built on it is listed, and a rule does not repeat itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from recon.errors import Refused
from recon.review.approvals import answer, withdraw
from recon.review.decide import accept, put_on_account, reject, split
from recon.review.parts import Part
from recon.review.record import line_state
from recon.review.undo import dependents, undo
from tests.review.world import (
    DAY,
    L1,
    L2,
    TODAY,
    act,
    answered,
    decision,
    item,
    recorded,
    settled,
    suggestion,
    world,
)


def by_rule(amount=10_000):
    """A line that a rule applied to INV-1, and a line that nobody decided."""
    return settled(
        world(
            [{"amount": amount}, {}],
            [item("INV-1", amount), item("INV-2", 10_000)],
            [decision(L1, 1, "applied", "evidence_agrees"), decision(L2, 2, "unmatched", "none")],
            [suggestion(L1, "INV-1", amount, status="applied")],
        )
    )


def test_an_undone_line_is_open_again_and_says_what_was_taken_back():
    standing = by_rule()
    made = undo(standing, 1, act(comment="wrong customer"))
    after = recorded(standing, made)

    assert (made.fate, made.decision["reason"].item(), made.undoes) == ("unmatched", "undone", 1)
    assert made.decision["note"].item() == "takes back decision 1 (applied, evidence_agrees)"
    assert made.comment == "wrong customer"
    assert line_state(after, L1).fate == "unmatched"
    assert after.items["open_amount"].to_list() == [10_000, 10_000]
    assert put_on_account(after, L1, "C1", act()).follows == 3


def test_a_rule_does_not_apply_again_what_was_undone():
    made = undo(by_rule(), 1, act(comment="wrong"))

    assert made.refused.rows() == [(L1, None, "INV-1", 10_000)]


def test_what_a_person_had_accepted_may_be_proposed_again():
    standing = world([{}], [item("INV-1", 10_000)], allocations=[suggestion(L1, "INV-1", 10_000)])
    after = recorded(standing, accept(standing, L1, 1, act()))

    assert undo(after, 2, act("carl", comment="too early")).refused.is_empty()


def test_an_undo_says_why_and_is_for_preparers():
    with pytest.raises(Refused, match="needs a comment"):
        undo(by_rule(), 1, act())
    with pytest.raises(Refused, match="may not take a decision back"):
        undo(by_rule(), 1, act("berta", comment="x"))


def test_only_the_decision_in_force_is_undone_and_once():
    standing = by_rule()
    with pytest.raises(Refused, match="no decision 9"):
        undo(standing, 9, act(comment="x"))
    with pytest.raises(Refused, match="decides nothing"):
        undo(standing, 2, act(comment="x"))
    after = recorded(standing, undo(standing, 1, act(comment="x")))
    with pytest.raises(Refused, match="decision 1 is not in force: the line stands by decision 3"):
        undo(after, 1, act(comment="x"))
    with pytest.raises(Refused, match="decides nothing"):
        undo(after, 3, act(comment="x"))


def test_a_rejection_is_taken_back():
    standing = world([{}], [item("INV-1", 10_000)], allocations=[suggestion(L1, "INV-1", 10_000)])
    after = recorded(standing, reject(standing, L1, 1, act()))
    made = undo(after, 2, act(comment="it was right"))

    assert (made.undoes, made.approvals_needed) == (2, 0)


def test_later_allocations_to_the_same_item_are_listed_before_and_stay():
    standing = world([{"amount": 4_000}, {"amount": 6_000}], [item("INV-1", 10_000)])
    for line, amount in ((L1, 4_000), (L2, 6_000)):
        part = Part(kind="payment", amount=amount, item_id="INV-1")
        standing = recorded(standing, split(standing, line, [part], act()))

    assert dependents(standing, 3).allocations == ((4, L2, "INV-1"),)
    assert not dependents(standing, 4)
    with pytest.raises(Refused, match=r"built on decision 3: item INV-1 \(decision 4\)"):
        undo(standing, 3, act(comment="x"))
    after = recorded(standing, undo(standing, 3, act(comment="x"), knows_dependents=True))

    assert line_state(after, L2).fate == "applied"
    assert after.items["open_amount"].to_list() == [4_000]


def test_entries_that_a_ledger_has_are_listed_before():
    entry = {
        "entry_key": "k" * 32,
        "posting": 1,
        "line_id": L1,
        "date": DAY,
        "role": "cash",
        "account": "Bank",
        "amount": 10_000,
        "currency": "EUR",
        "description": "x",
        "evidence": "x",
        "decision_no": 1,
    }
    delivery = {"ledger": "books", "entry_key": "k" * 32, "attempts": 1, "seq": 5}
    for state, is_there in (("posted", True), ("unknown", True), ("pending", False)):
        standing = by_rule()
        filled = world(
            [{}, {}],
            entries=[entry],
            outbox=[{**delivery, "state": state}],
        )
        standing = replace(standing, entries=filled.entries, outbox=filled.outbox)
        assert dependents(standing, 1).entries == ((("books", "k" * 32),) if is_there else ())
        if is_there:
            with pytest.raises(Refused, match="entry kkkkkkkk in books"):
                undo(standing, 1, act(comment="x"))
        made = undo(standing, 1, act(comment="x"), knows_dependents=True)
        assert made.undoes == 1


def test_undoing_a_large_line_needs_as_many_approvals_as_deciding_it():
    standing = by_rule(1_000_000)
    made = undo(standing, 1, act(comment="x"))
    after = recorded(standing, made)

    assert made.approvals_needed == 2
    assert line_state(after, L1).fate == "applied"
    assert line_state(after, L1).waiting_no == 3


def test_a_withdrawn_undo_leaves_the_line_as_it_stood():
    standing = by_rule(1_000_000)
    waiting = recorded(standing, undo(standing, 1, act(comment="x")))
    with pytest.raises(Refused, match="decision 3 of the line waits for an approval"):
        undo(waiting, 3, act(comment="x"))
    after = answered(waiting, withdraw(waiting, 3, act(comment="a mistake")))
    state = line_state(after, L1)

    assert (state.fate, state.decision_no, state.waiting_no) == ("applied", 1, None)
    with pytest.raises(Refused, match="waits for no approval"):
        withdraw(after, 3, act(comment="again"))


def test_a_withdrawn_decision_no_longer_holds_its_item():
    standing = world([{"amount": 100_000}, {"amount": 100_000}], [item("INV-1", 100_000)])
    part = [Part(kind="payment", amount=100_000, item_id="INV-1")]
    waiting = recorded(standing, split(standing, L1, part, act()))
    with pytest.raises(Refused, match="left"):
        split(waiting, L2, part, act())
    after = answered(waiting, withdraw(waiting, 3, act("carl", comment="wrong line")))

    assert split(after, L2, part, act()).fate == "applied"
    assert split(after, L1, part, act()).follows == 3
    with pytest.raises(Refused, match="does not wait"):
        answer(after, 3, act("berta"), is_granted=True)


def test_who_approved_a_decision_does_not_withdraw_it():
    standing = by_rule(1_000_000)
    waiting = recorded(standing, undo(standing, 1, act(comment="x")))
    once = answered(waiting, answer(waiting, 3, act("carl"), is_granted=True))
    with pytest.raises(Refused, match="carl approved decision 3"):
        withdraw(once, 3, act("carl", comment="x"))


def test_a_decision_that_counts_later_is_taken_back_from_then_on():
    standing = world([{}], parties=[{"customer_id": "C1"}])
    later = TODAY + dt.timedelta(3)
    after = recorded(standing, put_on_account(standing, L1, "C1", act(effective_on=later)))

    assert line_state(after, L1).fate == "unmatched"
    assert line_state(replace(after, as_of=later), L1).fate == "on_account"
    with pytest.raises(Refused, match="waits for no approval"):
        withdraw(after, 2, act(comment="x"))
    with pytest.raises(Refused, match="counts from 2026-02-04, and is taken back from then on"):
        undo(after, 2, act(comment="x"))
    made = undo(after, 2, act(comment="x", effective_on=later))
    assert line_state(replace(recorded(after, made), as_of=later), L1).reason == "undone"
