"""The queue holds every receipt that waits for a person, ranked by amount and age within its currency."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from recon.review.approvals import answer
from recon.review.decide import accept, put_on_account
from recon.review.queue import queue
from tests.examples import examples
from tests.review.world import (
    DAY,
    L1,
    L2,
    L3,
    NOW,
    TODAY,
    act,
    answered,
    decision,
    item,
    recorded,
    suggestion,
    world,
)
from tests.scenarios.build import line_id


def test_only_receipts_that_wait_for_a_person_are_in_the_queue():
    fates = ["unmatched", "suggested", "on_account", "applied", "not_receivable", "returned"]
    decisions = [decision(line_id(at), at + 1, fate, "x") for at, fate in enumerate(fates)]
    standing = world([{}] * 6, decisions=decisions)

    assert sorted(queue(standing)["fate"]) == ["on_account", "suggested", "unmatched"]


def test_a_debit_is_not_and_a_held_receipt_is():
    decisions = [
        decision(L1, 1, "applied", "x"),
        decision(L2, 2, "not_receivable", "x"),
        decision(L3, 3, "unmatched", "x"),
    ]
    lines = [{"is_held": True}, {"is_held": True}, {"amount": -5}]
    rows = queue(world(lines, decisions=decisions))

    assert rows.select("line_id", "is_held").rows() == [(L1, True)]


def test_a_line_that_nobody_looked_at_yet_is_in_the_queue():
    rows = queue(world([{}], decisions=[]))

    assert rows.select("fate", "reason", "decision_no").rows() == [
        ("unmatched", "no_candidate", None)
    ]


def test_amount_times_age_decides_and_a_line_left_lying_rises():
    lines = [
        {"amount": 10_000, "booking_date": TODAY},
        {"amount": 1_000, "booking_date": TODAY - dt.timedelta(9)},
        {"amount": 1_000, "booking_date": TODAY - dt.timedelta(10)},
    ]
    rows = queue(world(lines))

    assert rows["line_id"].to_list() == [L3, L1, L2]
    assert rows["age_days"].to_list() == [10, 0, 9]
    assert rows["place"].to_list() == [1, 2, 3]


def test_amounts_of_two_currencies_are_never_compared():
    lines = [
        {"amount": 5, "currency": "USD"},
        {"amount": 9_000_000, "currency": "JPY"},
        {"amount": 8_000_000, "currency": "JPY"},
    ]
    rows = queue(world(lines))

    assert rows.select("line_id", "rank_in_currency").rows() == [(L2, 1), (L1, 1), (L3, 2)]


def test_the_age_counts_from_the_value_date_and_is_never_negative():
    lines = [{"value_date": DAY - dt.timedelta(2)}, {"value_date": TODAY + dt.timedelta(2)}, {}]
    ages = dict(queue(world(lines)).select("line_id", "age_days").iter_rows())

    assert ages == {L1: 24, L2: 0, L3: 22}


def test_a_row_shows_the_best_suggestion_the_owner_and_the_last_comment():
    said = [
        {"seq": 1, "line_id": L1, "at": NOW, "actor": "anna", "owner": "carl"},
        {"seq": 2, "line_id": L1, "at": NOW, "actor": "carl", "comment": "asked them"},
    ]
    standing = world(
        [{"payer_name": "ACME"}],
        [item("INV-1", 6_000), item("INV-2", 4_000)],
        allocations=[
            suggestion(L1, "INV-2", 4_000),
            suggestion(L1, "INV-1", 6_000),
            suggestion(L1, "INV-9", 10_000, rank=2, confidence_ppm=9),
        ],
        comments=said,
    )
    row = queue(standing).row(0, named=True)

    assert (row["best_items"], row["best_confidence_ppm"], row["suggestions"]) == (
        "INV-1|INV-2",
        950_000,
        2,
    )
    assert (row["owner"], row["comment"], row["decision_no"]) == ("carl", "asked them", 1)
    assert (row["awaiting_no"], row["approvals_missing"], row["not_from"]) == (None, 0, None)


def test_a_line_that_waits_for_an_approval_says_for_how_many_and_not_from_whom():
    standing = world(
        [{"amount": 2_000_000}],
        [item("INV-1", 2_000_000)],
        allocations=[suggestion(L1, "INV-1", 2_000_000)],
    )
    waiting = recorded(standing, accept(standing, L1, 1, act()))
    row = queue(waiting).row(0, named=True)

    assert (row["fate"], row["awaiting_fate"], row["awaiting_no"]) == ("suggested", "applied", 2)
    assert (row["approvals_missing"], row["not_from"]) == (2, "anna")
    once = answered(waiting, answer(waiting, 2, act("Berta"), is_granted=True))
    row = queue(once).row(0, named=True)
    assert (row["approvals_missing"], row["not_from"]) == (1, "anna|berta")
    twice = answered(once, answer(once, 2, act("carl"), is_granted=True))
    assert queue(twice).is_empty()


def test_a_decision_shows_at_once():
    standing = world([{}], parties=[{"customer_id": "C1"}])
    after = recorded(standing, put_on_account(standing, L1, "C1", act()))

    assert queue(after).select("fate", "reason").rows() == [("on_account", "on_account_by_person")]


@settings(max_examples=examples(8), deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "amount": st.integers(-5, 10**15),
                "currency": st.sampled_from(["EUR", "JPY"]),
                "booking_date": st.dates(dt.date(2000, 1, 1), TODAY),
            }
        ),
        min_size=1,
        max_size=6,
    )
)
def test_every_receipt_has_one_place_and_none_is_lost_however_large(lines):
    rows = queue(world(lines))

    receipts = [line_id(at) for at, line in enumerate(lines) if line["amount"] > 0]
    assert sorted(rows["line_id"]) == receipts
    assert rows["place"].to_list() == list(range(1, len(receipts) + 1))
    for currency in ("EUR", "JPY"):
        of = [row for row in rows.to_dicts() if row["currency"] == currency]
        weights = [row["amount"] * (row["age_days"] + 1) for row in of]
        assert weights == sorted(weights, reverse=True)
        assert [row["rank_in_currency"] for row in of] == list(range(1, len(of) + 1))
