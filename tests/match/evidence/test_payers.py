from __future__ import annotations

import datetime as dt

import msgspec
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from recon.config import Policy
from recon.match.evidence.settle import add_settlement, most_short
from recon.run.matching import match_lines
from tests.scenarios.build import inputs_of, items_frame, lines_frame

DAY = dt.date(2026, 1, 15)


def crowd(lines: int, items: int, **more: object):
    """One payer with many equal payments and many equal items, none quoted."""
    rows = [
        {"booking_date": DAY, "amount": 81_247, "payer_name": "ACME GmbH", "remittance": "rent"}
        | more
        for _ in range(lines)
    ]
    owed = [
        {
            "number": f"INV-{at:05}",
            "open_amount": 81_247,
            "customer_id": "C1",
            "customer_name": "ACME GmbH",
            "due_date": DAY - dt.timedelta(days=at),
            "purchase_order": "PO-4711",
        }
        for at in range(items)
    ]
    return inputs_of(lines_frame(rows), items_frame(owed))


def test_each_of_many_equal_payments_is_offered_an_item_in_its_turn():
    matched = match_lines(crowd(150, 150), Policy())
    first = matched.members.filter(pl.col("rank") == 1)

    # 150 x 150 pairs are a crowd; still no item is offered first to two lines.
    assert first["item_id"].n_unique() == first["line_id"].n_unique() == 150
    assert set(matched.decisions["fate"]) <= {"applied", "suggested"}


def test_a_price_that_everybody_pays_is_no_second_witness():
    few, many = (match_lines(crowd(size, size), Policy()).decisions for size in (2, 150))

    assert set(few["reason"]) == {"evidence_agrees"}
    assert set(many["reason"]) == {"one_class_only"}


def test_a_token_that_names_a_hundred_items_names_none():
    matched = match_lines(crowd(2, 150, remittance="PO-4711"), Policy())

    assert not matched.evidence.filter(pl.col("evidence_class") == "reference").height


@given(
    st.lists(
        st.tuples(
            st.integers(1, 300_000),
            st.integers(0, 12_000),
            st.integers(-20_000, 320_000),
            st.sampled_from([-3, 0, 40]),
            st.sampled_from(["EUR", "JPY", "KWD"]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_what_settles_an_item_in_full_falls_short_by_no_more_than_is_looked_at(rows):
    policy = msgspec.convert(
        {
            "tolerance": {"amount": "5.00", "percent": "2"},
            "bank_charges": {"limit": "15.00"},
            "discount": {"rounded_to": "1", "with_tolerance": True, "tax_percents": ["19", "7"]},
        },
        Policy,
    )
    pairs = pl.DataFrame(
        [
            {
                "open": owed,
                "discount": min(discount, owed),
                "discount_until": DAY + dt.timedelta(days=days),
                "date": DAY,
                "amount": amount,
                "currency": currency,
            }
            for owed, discount, amount, days, currency in rows
        ]
    )
    settled = add_settlement(pairs, policy).with_columns(most=most_short(policy))
    in_full = settled.filter(~pl.col("settlement").is_in(["part", "over"]))
    assert in_full.filter(~pl.col("difference").is_between(0, "most")).is_empty()
