"""What is learnt from the history is weighed by how often it was seen, and never applies anything by itself."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from recon.config import Policy
from recon.frames.history import History
from recon.match.decision.score import _AGREES_MILLIBITS
from recon.match.ledger import weighed_frame
from tests.examples import examples
from tests.match.worlds import ACCOUNTS, NAMES, applied, worlds
from tests.scenarios.build import (
    closed_frame,
    history_of,
    inputs_of,
    items_frame,
    line_id,
    lines_frame,
    parties_frame,
    run_world,
)

ACCOUNT = "DE75512108001245126199"
DAY = dt.date(2026, 2, 1)


def payments(times, customer="C1", first=0, **row):
    """The same payment, seen so often, as lines and what was confirmed of them."""
    lines = [
        {"booking_date": DAY, "amount": 10_000, "payer_account": ACCOUNT, **row}
        for _ in range(times)
    ]
    confirmed = [
        {
            "line_id": line_id(10_000 + first + at),
            "item_number": f"OLD-{first + at}",
            "customer_id": customer,
        }
        for at in range(times)
    ]
    return lines, confirmed


def party_bits(history):
    """What the account says for the item of C1."""
    world = inputs_of(
        lines_frame(
            [{"booking_date": DAY, "amount": 81_240, "remittance": "x", "payer_account": ACCOUNT}]
        ),
        items_frame([{"number": "INV-1", "open_amount": 81_240, "customer_id": "C1"}]),
        parties_frame(
            [{"customer_id": "C1", "name": "ACME"}, {"customer_id": "C2", "name": "Bolt"}]
        ),
        history=history,
    )
    evidence = run_world(world, Policy()).matched.evidence
    return evidence.row(by_predicate=pl.col("evidence_class") == "party", named=True)


def test_an_account_seen_once_is_weaker_than_one_seen_ten_times():
    once, often = (party_bits(history_of(*payments(times))) for times in (1, 10))

    assert 0 < once["millibits"] < often["millibits"]
    assert once["text"] == f"seen 1 time, last 2026-02-01: {ACCOUNT}"
    assert often["text"] == f"seen 10 times, last 2026-02-01: {ACCOUNT}"
    assert often["kind"] == "account_seen"


def test_an_account_that_the_customer_seldom_uses_is_weaker_than_its_usual_one():
    lines, confirmed = payments(3)
    other_lines, other = payments(20, first=3, payer_account="FR1420041010050500013M02606")
    seldom = party_bits(history_of(lines + other_lines, confirmed + other))

    assert seldom["millibits"] < party_bits(history_of(lines, confirmed))["millibits"]


def test_an_account_that_paid_for_others_too_is_weaker_the_more_it_did():
    lines, confirmed = payments(5)
    bits = [party_bits(history_of(lines, confirmed))["millibits"]]
    for times in (1, 20):
        other_lines, other = payments(times, customer="C2", first=5)
        bits.append(party_bits(history_of(lines + other_lines, confirmed + other))["millibits"])

    assert bits[0] > bits[1] > bits[2] > 0


def discounted(payments_with, payments_without):
    """A run in which C1 may take a discount and does, after so many payments with and without one; C2 seldom did."""
    lines, confirmed = payments(payments_with + payments_without)
    taken = [{**row, "kind": "discount", "amount": 2} for row in confirmed[:payments_with]]
    others, of_others = payments(200, customer="C2", first=len(lines), payer_account=None)
    taken += [{**row, "kind": "discount", "amount": 2} for row in of_others[:20]]
    discount = {"discount_amount": 40, "discount_until": DAY}
    world = inputs_of(
        lines_frame([{"booking_date": DAY, "amount": 81_200, "payer_account": ACCOUNT}]),
        items_frame([{"number": "INV-1", "open_amount": 81_240, "customer_id": "C1", **discount}]),
        parties_frame(
            [{"customer_id": "C1", "name": "ACME"}, {"customer_id": "C2", "name": "Bolt"}]
        ),
        history=history_of(lines + others, [*confirmed, *taken, *of_others]),
    )
    outcome = run_world(world, Policy())
    ledger = weighed_frame(outcome.matched.workings, Policy()).filter(pl.col("place") == 1)
    return ledger.row(0, named=True), outcome.matched.proposals["because"][0]


def test_a_habit_is_worth_more_the_more_often_it_was_kept_and_never_a_class_of_its_own():
    never, once, always = (discounted(*times)[0] for times in ((0, 5), (1, 4), (5, 0)))

    assert never["history_millibits"] == 0
    assert 0 < once["history_millibits"] < always["history_millibits"] < _AGREES_MILLIBITS


def test_a_habit_is_named_with_its_bits():
    row, because = discounted(8, 0)

    assert row["history_kind"] == "usual_discount"
    assert "history: usual discount +" in because


def test_the_ledger_names_the_payer_of_an_item_that_only_the_usual_charge_singled_out():
    lines, confirmed = payments(3)
    charged = [{**row, "kind": "bank_charge", "amount": 750} for row in confirmed]
    world = inputs_of(
        lines_frame([{"booking_date": DAY, "amount": 80_490, "payer_account": ACCOUNT}]),
        items_frame([{"number": "INV-1", "open_amount": 81_240, "customer_id": "C1"}]),
        parties_frame([{"customer_id": "C1", "name": "ACME"}]),
        history=history_of(lines, [*confirmed, *charged]),
    )
    workings = run_world(world, Policy()).matched.workings
    first = weighed_frame(workings, Policy()).row(0, named=True)

    assert (first["settlement"], first["party_kind"]) == ("usual_charge", "account_seen")
    assert first["party_text"].startswith("seen 3 times")


@st.composite
def histories(draw):
    """Past payments of the customers of `worlds`, some of them by another's account or name, some refused."""
    count = draw(st.integers(0, 8))
    lines = [
        {
            "booking_date": dt.date(2025, 12, draw(st.integers(1, 28))),
            "amount": 10_000,
            "payer_name": draw(st.sampled_from([*NAMES, "Maria Huber", None])),
            "payer_account": draw(st.sampled_from([*ACCOUNTS, ACCOUNT + "0", None])),
        }
        for _ in range(count)
    ]
    confirmed = [
        {
            "line_id": line_id(10_000 + at),
            "item_number": f"OLD-{at}",
            "customer_id": draw(st.sampled_from(["C0", "C1", "C2", "C9"])),
            "amount": 100,
            "kind": draw(st.sampled_from(["payment", "payment", "bank_charge", "discount"])),
        }
        for at in range(count)
        if draw(st.booleans())
    ]
    refused = [
        {
            "line_id": line_id(draw(st.integers(0, 3))),
            "item_number": f"INV-100{draw(st.integers(0, 4))}",
        }
        for _ in range(draw(st.integers(0, 2)))
    ]
    return history_of(lines, confirmed, refused)


def run(world, history):
    frames = (
        lines_frame(list(world.lines)),
        items_frame(list(world.items)),
        parties_frame(list(world.parties)),
        closed_frame(list(world.closed)),
    )
    return run_world(inputs_of(*frames, history=history), Policy())


@pytest.mark.slow
@given(worlds(), histories())
@settings(max_examples=examples(10))
def test_with_any_history_two_classes_agree_the_habits_are_none_of_them_and_refusals_hold(
    world, history
):
    outcome = run(world, history)
    whole = pl.col("settlement").is_in(["on_account", "account_payment"])
    told = outcome.matched.proposals.filter(pl.col("status") == "applied", ~whole)
    refused = history.refused.select("line_id", item_id="item_number")
    members = outcome.matched.members.select("line_id", "item_id")

    assert told.filter(~pl.col("classes").str.contains("+", literal=True)).is_empty()
    assert told.filter(pl.col("classes").str.contains("history")).is_empty()
    assert outcome.matched.workings.scored.proposals["history_millibits"].max() in (
        None,
        *range(_AGREES_MILLIBITS),
    )
    assert members.join(refused, on=["line_id", "item_id"], how="semi").is_empty()


@pytest.mark.slow
@given(worlds(), histories(), st.randoms(use_true_random=False))
@settings(max_examples=examples(8))
def test_a_shuffled_history_teaches_the_same(world, history, random):
    def shuffled(frame):
        order = list(range(frame.height))
        random.shuffle(order)
        return frame[order]

    turned = History(
        shuffled(history.lines), shuffled(history.confirmed), shuffled(history.refused)
    )
    one, other = run(world, history), run(world, turned)

    assert_frame_equal(one.matched.decisions, other.matched.decisions)
    assert_frame_equal(one.matched.proposals, other.matched.proposals)
    assert_frame_equal(one.matched.evidence, other.matched.evidence)


@pytest.mark.slow
@given(worlds())
@settings(max_examples=examples(5))
def test_an_unrelated_past_payment_changes_no_match(world):
    lines, confirmed = payments(
        1, customer="C99", payer_name="Zacharias Quandt", payer_account="NL91ABNA0417164300"
    )

    assert applied(run(world, history_of(lines, confirmed))) == applied(run(world, None))
