"""Rules of batches on random payouts: every cent goes somewhere, and what is not certain is not applied."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.config import Policy
from tests.examples import examples
from tests.scenarios.build import batches_frame, inputs_of, items_frame, lines_frame, run_world

DAY = dt.date(2026, 1, 16)
REFERENCE = "PO-884201"

ITEMS = [
    {"number": f"INV-{1001 + at}", "open_amount": amount, "customer_id": f"C{at % 3}"}
    for at, amount in enumerate((10_000, 25_050, 8_000, 7_711, 10_000))
]


@st.composite
def payouts(draw):
    """Up to six parts: of open items, at or near their price, of nothing known, refunds and fees."""
    parts = []
    for at in range(draw(st.integers(1, 6))):
        item = draw(st.sampled_from(ITEMS))
        kind = draw(st.sampled_from(["right", "right", "right", "off", "unknown", "refund", "fee"]))
        price = item["open_amount"]
        gross = {
            "off": draw(st.integers(1, 30_000)),
            "unknown": draw(st.integers(1, 9_000)),
            "refund": -draw(st.integers(1, 2_000)),
            "fee": 0,
        }.get(kind, price)
        reference = item["number"] if kind in ("right", "off") else f"WEB-{900_000 + at}"
        customer = draw(st.sampled_from([None, item["customer_id"]]))
        parts.append(
            {
                "batch_reference": REFERENCE,
                "provider": "Stripe",
                "settled_on": DAY,
                "part_id": str(at),
                "kind": {"right": "payment", "off": "payment", "unknown": "payment"}.get(
                    kind, kind
                ),
                "gross_amount": gross,
                "fee": draw(st.integers(0, 300)),
                "reference": None if kind == "fee" else reference,
                "customer_id": customer,
            }
        )
    net = sum(part["gross_amount"] - part["fee"] for part in parts)
    return [part | {"net_amount": net} for part in parts], net


def outcome_of(parts, net):
    line = {
        "booking_date": DAY,
        "amount": net,
        "remittance": f"payout {REFERENCE}",
        "payer_name": "STRIPE PAYMENTS",
    }
    inputs = inputs_of(lines_frame([line]), items_frame(ITEMS), batches=batches_frame(parts))
    return run_world(inputs, Policy())


@given(payouts())
@settings(max_examples=examples(8))
def test_what_is_applied_of_a_payout_is_its_gross_amounts_with_its_fees_as_charges(payout):
    parts, net = payout
    if net <= 0:
        return
    # The cash identities are asserted by the run itself.
    found = outcome_of(parts, net)
    applied = found.allocations.filter(pl.col("status") == "applied")
    if applied.is_empty():
        return

    by_kind = dict(applied.group_by("kind").agg(pl.col("amount").sum()).iter_rows())
    assert by_kind.get("bank_charge", 0) == sum(part["fee"] for part in parts)
    settled = found.entries.filter(pl.col("role").is_in(["receivable", "on_account"]))
    assert -settled["amount"].sum() == sum(part["gross_amount"] for part in parts) + by_kind.get(
        "write_off", 0
    )


@given(payouts())
@settings(max_examples=examples(8))
def test_a_payout_with_a_part_that_is_not_certain_is_not_applied(payout):
    parts, net = payout
    if net <= 0:
        return
    found = outcome_of(parts, net)

    doubtful = {"refund", "several_items", "too_little", "too_much", "paid_twice", "same_amount"}
    if doubtful & set(found.matched.batches["finding"]):
        assert set(found.matched.batches["state"]) == {"suggested"}
        assert found.entries.is_empty()


@given(payouts())
@settings(max_examples=examples(5))
def test_every_part_that_is_given_has_one_outcome(payout):
    parts, net = payout
    if abs(net) == 0:
        return
    line = {"booking_date": DAY, "amount": max(net, 1), "remittance": REFERENCE}
    inputs = inputs_of(lines_frame([line]), items_frame(ITEMS), batches=batches_frame(parts))

    found = run_world(inputs, Policy()).matched.batches
    assert found["row"].to_list() == list(range(2, len(parts) + 2))
