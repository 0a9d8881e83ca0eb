"""Many suggestions at once: only those that nothing speaks against, and each that is left out says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recon.errors import Refused
from recon.review.bulk import bulk_accept
from recon.review.decide import accept
from tests.review.world import L1, L2, L3, act, item, recorded, suggestion, world
from tests.scenarios.build import line_id

L4, L5 = line_id(3), line_id(4)


def morning():
    """Three sound suggestions, the second below 90 %; two more lines want one item."""
    return world(
        [{}] * 5,
        [item("A", 10_000), item("B", 10_000), item("C", 10_000), item("D", 20_000)],
        allocations=[
            suggestion(L1, "A", 10_000),
            suggestion(L1, "D", 10_000, rank=2, confidence_ppm=10_000),
            suggestion(L2, "B", 10_000, confidence_ppm=899_999),
            suggestion(L3, "C", 10_000, confidence_ppm=900_000),
            suggestion(L4, "D", 10_000),
            suggestion(L5, "D", 10_000),
        ],
    )


def test_the_best_suggestions_from_a_confidence_on_are_accepted():
    done = bulk_accept(morning(), 900_000, act())

    assert [(made.line_id, made.follows) for made in done.decisions] == [(L1, 1), (L3, 3)]
    assert done.decisions[0].allocations["item_id"].to_list() == ["A"]
    assert {made.decision["reason"].item() for made in done.decisions} == {"accepted_by_person"}


def test_two_lines_that_want_one_item_get_it_neither():
    assert bulk_accept(morning(), 900_000, act()).left_out == (
        (L4, "another line wants the same item"),
        (L5, "another line wants the same item"),
    )


def test_each_can_be_recorded_after_the_other():
    standing = morning()
    for made in bulk_accept(standing, 0, act()).decisions:
        standing = recorded(standing, made)

    assert standing.items["open_amount"].to_list() == [0, 0, 0, 20_000]


def test_what_forgives_is_left_to_a_decision_by_itself():
    standing = world(
        [{}],
        [item("A", 10_010)],
        allocations=[
            suggestion(L1, "A", 10_000),
            suggestion(L1, "A", 10, kind="write_off"),
        ],
    )
    done = bulk_accept(standing, 0, act("carl", comment="x"))

    assert done.decisions == ()
    assert done.left_out == ((L1, "it forgives something, which is decided line by line"),)


def test_a_line_that_may_not_be_decided_is_left_out_with_the_refusal():
    standing = world(
        [{"is_held": True}, {}],
        [item("A", 10_000), item("B", 9_000)],
        allocations=[suggestion(L1, "A", 10_000), suggestion(L2, "B", 10_000)],
    )
    done = bulk_accept(standing, 0, act())

    assert done.decisions == ()
    assert [line for line, _ in done.left_out] == [L1, L2]
    assert "is held" in done.left_out[0][1]
    assert "90.00 EUR left" in done.left_out[1][1]


def test_what_a_waiting_decision_wants_is_not_given_away():
    standing = world(
        [{"amount": 500_000}, {}],
        [item("A", 500_000)],
        allocations=[suggestion(L1, "A", 500_000), suggestion(L2, "A", 10_000)],
    )
    waiting = recorded(standing, accept(standing, L1, 1, act()))
    done = bulk_accept(waiting, 0, act("carl"))

    assert done.decisions == ()
    assert [line for line, _ in done.left_out] == [L2]


def test_a_large_line_is_accepted_and_waits_for_its_approval():
    standing = world(
        [{"amount": 500_000}], [item("A", 500_000)], allocations=[suggestion(L1, "A", 500_000)]
    )

    assert [made.approvals_needed for made in bulk_accept(standing, 0, act()).decisions] == [1]


def test_who_may_not_decide_may_not_in_bulk():
    with pytest.raises(Refused, match="may not"):
        bulk_accept(morning(), 0, act("berta"))


def test_nothing_to_accept_is_nothing():
    done = bulk_accept(world([{}]), 0, replace(act(), saw=7))

    assert (done.decisions, done.left_out) == ((), ())
