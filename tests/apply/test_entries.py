from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from recon.config import Chart, Policy
from tests.scenarios.build import (
    OUR_ACCOUNT,
    inputs_of,
    items_frame,
    lines_frame,
    parties_frame,
    run_world,
)

DAY = dt.date(2026, 1, 10)
ACME = [{"customer_id": "C1", "name": "ACME GmbH"}]


def world(amount, text="INV-1001", *, items=None, policy=None, **line):
    lines = lines_frame(
        [
            {
                "booking_date": DAY,
                "amount": amount,
                "remittance": text,
                "payer_name": "ACME GmbH",
                **line,
            }
        ]
    )
    open_items = items or [{"number": "INV-1001", "open_amount": 100_000, "customer_id": "C1"}]
    return run_world(
        inputs_of(lines, items_frame(open_items), parties_frame(ACME)), policy or Policy()
    )


def postings(outcome):
    return outcome.entries.select("posting", "role", "amount", "item_number").rows()


def test_a_full_payment_debits_cash_and_credits_the_receivable():
    assert postings(world(100_000)) == [
        (1, "cash", 100_000, None),
        (2, "receivable", -100_000, "INV-1001"),
    ]


def test_a_discount_is_debited_and_the_whole_receivable_credited():
    item = {
        "number": "INV-1001",
        "open_amount": 100_000,
        "customer_id": "C1",
        "discount_amount": 2_000,
        "discount_until": DAY,
    }

    assert postings(world(98_000, items=[item])) == [
        (1, "cash", 98_000, None),
        (2, "receivable", -100_000, "INV-1001"),
        (3, "discount", 2_000, "INV-1001"),
    ]


def test_an_overpayment_is_credited_on_account():
    assert postings(world(110_000)) == [
        (1, "cash", 110_000, None),
        (2, "receivable", -100_000, "INV-1001"),
        (3, "on_account", -10_000, None),
    ]


def test_a_netted_credit_note_debits_its_receivable():
    items = [
        {"number": "INV-1001", "open_amount": 100_000, "customer_id": "C1"},
        {"number": "CN-5077", "open_amount": -20_000, "customer_id": "C1"},
    ]

    assert postings(world(80_000, "INV-1001 CN-5077", items=items)) == [
        (1, "cash", 80_000, None),
        (2, "receivable", 20_000, "CN-5077"),
        (3, "receivable", -100_000, "INV-1001"),
    ]


def test_a_suggestion_posts_nothing():
    outcome = world(100_000, payer_name="Someone", text="thank you")

    assert outcome.allocations["status"].to_list() == ["suggested"]
    assert outcome.entries.is_empty()


@pytest.mark.parametrize(
    "amount", [100_000, 110_000, 99_996, 40_000], ids=["exact", "over", "write-off", "part"]
)
def test_every_entry_adds_up_to_zero(amount):
    entries = world(amount).entries

    assert entries.height >= 2
    assert entries.group_by("entry_key").agg(pl.col("amount").sum())["amount"].to_list() == [0]


def test_postings_go_to_the_accounts_of_the_chart():
    chart = Chart(cash="1200-{account}", receivable="1400", on_account="1599")
    entries = world(110_000, policy=Policy(chart=chart)).entries

    assert entries["account"].to_list() == [f"1200-{OUR_ACCOUNT}", "1400", "1599"]


def test_a_line_without_account_is_posted_to_an_account_that_has_a_name():
    assert world(100_000, account="").entries["account"][0] == "Assets:Bank:Unknown"


def test_an_entry_is_dated_by_the_booking_and_not_the_value():
    assert set(world(100_000, value_date=dt.date(2026, 1, 3)).entries["date"]) == {DAY}


def test_the_key_of_an_entry_is_fixed_for_ever():
    # Ledgers remember the key, so a key that changes posts everything twice.
    assert world(100_000).entries["entry_key"].unique().to_list() == [
        "b537000f27a620feaff70422a32b5493"
    ]


def test_the_key_does_not_depend_on_texts_dates_or_confidence():
    def key(**line):
        return world(100_000, **line).entries["entry_key"][0]

    assert key() == key(text="Rechnung INV-1001 danke", booking_date=dt.date(2026, 2, 1))


def test_the_key_changes_with_what_is_allocated():
    keys = {world(amount).entries["entry_key"][0] for amount in (100_000, 110_000, 40_000)}

    assert len(keys) == 3


def test_two_lines_have_two_keys_although_they_are_equal():
    rows = [
        {
            "booking_date": DAY,
            "amount": 100_000,
            "remittance": f"INV-100{at}",
            "payer_name": "ACME GmbH",
        }
        for at in (1, 2)
    ]
    items = [
        {"number": f"INV-100{at}", "open_amount": 100_000, "customer_id": "C1"} for at in (1, 2)
    ]
    entries = run_world(
        inputs_of(lines_frame(rows), items_frame(items), parties_frame(ACME)), Policy()
    ).entries

    assert entries["entry_key"].n_unique() == 2


def test_the_evidence_stands_in_every_posting():
    assert world(100_000).entries["evidence"].str.contains("number 'INV 1001'", literal=True).all()
