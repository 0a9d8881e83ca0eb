"""Account payments, families and liberal policies: whatever is applied, no item gets more than is open."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.config import BankCharges, Decide, Discount, Policy, Tolerance
from tests.examples import examples
from tests.match.worlds import Rows, worlds

LIBERAL = Policy(
    tolerance=Tolerance(amount=Decimal(5), percent=Decimal(10)),
    discount=Discount(grace_days=5, tax_percents=(Decimal(19), Decimal(7)), rounded_to=Decimal(1)),
    bank_charges=BankCharges(limit=Decimal(15)),
    decide=Decide(account_payment="oldest_first"),
)


@pytest.mark.slow
@given(worlds())
@settings(max_examples=examples(12))
def test_under_a_liberal_policy_no_cent_is_lost_or_made(world):
    # The flow's own check of the identities runs inside: cash is the line's amount, items are never oversettled.
    outcome = world.run(LIBERAL)
    opens = {row["number"]: row["open_amount"] for row in world.items}
    applied = outcome.allocations.filter(pl.col("status") == "applied").drop_nulls("item_id")
    without_cash = applied.filter(~pl.col("kind").is_in(["payment"]))

    assert all(
        abs(amount) <= abs(opens[item])
        for item, amount in applied.select("item_id", "amount").iter_rows()
    )
    assert (without_cash["amount"] > 0).all()


@pytest.mark.slow
@given(
    st.lists(st.integers(1, 5_000), min_size=1, max_size=6),
    st.lists(st.integers(1, 9_000), min_size=1, max_size=3),
)
@settings(max_examples=examples(12))
def test_account_payments_follow_each_other_and_fill_the_oldest_items(opens, paid):
    world = Rows(
        lines=tuple(
            {
                "booking_date": dt.date(2026, 2, at + 1),
                "amount": amount * 100 + 37,
                "remittance": "thank you",
                "payer_name": "ACME GmbH",
                "payer_account": "DE75512108001245126199",
            }
            for at, amount in enumerate(paid)
        ),
        items=tuple(
            {
                "number": f"X{at}Y",
                "open_amount": amount * 100 + 11,
                "customer_id": "C0",
                "due_date": dt.date(2026, 1, at + 1),
            }
            for at, amount in enumerate(opens)
        ),
        parties=(
            {
                "customer_id": "C0",
                "name": "ACME GmbH",
                "accounts": ["DE75512108001245126199"],
            },
        ),
        closed=(),
    )
    outcome = world.run(LIBERAL)
    spread = outcome.matched.proposals.filter(
        pl.col("settlement") == "account_payment", pl.col("status") == "applied"
    )
    rows = outcome.allocations.join(spread.select("line_id"), on="line_id", how="semi")
    filled = rows.drop_nulls("item_id").group_by("item_id").agg(pl.col("amount").sum())
    left = [row["open_amount"] for row in world.items]
    for number, amount in filled.iter_rows():
        left[int(number[1:-1])] -= amount

    assert all(rest >= 0 for rest in left)
    # Money on account of an account payment means that its payer owes nothing older.
    if rows.filter(pl.col("kind") == "on_account").height and spread.height == len(paid):
        assert not any(left)
