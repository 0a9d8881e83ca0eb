from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from recon.normalise.history import remember
from recon.normalise.prepare import prepare
from tests.scenarios.build import (
    closed_frame,
    history_of,
    items_frame,
    line_id,
    lines_frame,
    parties_frame,
)

TODAY = dt.date(2026, 3, 1)
ACCOUNT = "DE75512108001245126199"


def past(days_ago, **row):
    return {"booking_date": TODAY - dt.timedelta(days=days_ago), "amount": 10_000, **row}


def learnt(lines, confirmed, refused=(), closed=(), accounts=()):
    """What the history teaches to a day with one line and one item of customer C1."""
    today = lines_frame(
        [{"booking_date": TODAY, "amount": 5_000, "remittance": "x", "bank_reference": "R1"}]
    )
    items = items_frame([{"number": "INV-1", "open_amount": 5_000, "customer_id": "C1"}])
    parties = parties_frame(
        [
            {"customer_id": "C1", "name": "ACME GmbH", "accounts": list(accounts)},
            {"customer_id": "C2", "name": "Bolt AG"},
        ]
    )
    settled = closed_frame(list(closed))
    history = history_of(lines, confirmed, list(refused))
    comparable = prepare(today, items, parties, settled, pl.Series("account", [], pl.String))
    references = today.select("line_id", "bank_reference")
    return remember(history, (items, settled), comparable, references, 180)


def paid(number, **row):
    return {
        "line_id": line_id(10_000 + number),
        "item_number": f"OLD-{number}",
        "customer_id": "C1",
        **row,
    }


def test_a_payment_counts_half_after_the_half_life():
    memory = learnt(
        [past(0, payer_account=ACCOUNT), past(180, payer_account=ACCOUNT)], [paid(0), paid(1)]
    )
    seen = memory.payers.row(0, named=True)

    assert (seen["times"], seen["weight"], seen["of_weight"]) == (2, 1500, 1500)
    assert seen["last_seen"] == TODAY


def test_ages_count_from_the_last_line_and_never_from_the_clock():
    future = [{**past(0, payer_account=ACCOUNT), "booking_date": TODAY + dt.timedelta(days=700)}]

    assert learnt(future, [paid(0)]).payers["weight"].to_list() == [1000]


def test_an_allocation_finds_its_line_by_the_banks_reference_and_its_customer_by_the_closed_item():
    row = {"bank_reference": "B1", "item_number": "OLD-7"}
    memory = learnt(
        [past(1, bank_reference="B1", payer_name="Rotwild Bikes GmbH")],
        [row],
        closed=[{"number": "OLD-7", "customer_id": "C1"}],
    )

    assert memory.payers.select("role", "key", "customer").rows() == [("name", "BIKES ROTWILD", 0)]


@pytest.mark.parametrize("closed", [[], [{"number": "OLD-7", "customer_id": "C2"}]])
def test_an_item_that_is_nobodys_or_two_customers_teaches_nothing(closed):
    rows = [{"number": "OLD-7", "customer_id": "C1"}, *closed] if closed else []
    lines = [past(1, bank_reference="B1", payer_account=ACCOUNT)]
    memory = learnt(lines, [{"bank_reference": "B1", "item_number": "OLD-7"}], closed=rows)

    assert memory.payers.is_empty()


def test_a_reference_that_two_lines_share_tells_of_neither():
    lines = [past(1, bank_reference="B1", payer_account=ACCOUNT), past(2, bank_reference="B1")]
    row = {"bank_reference": "B1", "item_number": "OLD-7", "customer_id": "C1"}

    assert learnt(lines, [row]).payers.is_empty()


def test_debits_teach_nobodys_account():
    lines = [past(1, amount=-10_000, payer_account=ACCOUNT)]

    assert learnt(lines, [paid(0)]).payers.is_empty()


def test_a_name_on_a_listed_account_is_remembered_apart_from_confirmed_ones():
    memory = learnt([past(1, payer_name="Rotwild", payer_account=ACCOUNT)], [], accounts=[ACCOUNT])

    assert memory.payers.select("role", "key").rows() == [("name_on_account", "ROTWILD")]


def test_a_name_on_an_account_of_two_customers_is_neither_ones():
    lines = [
        past(3, payer_account=ACCOUNT),
        past(2, payer_account=ACCOUNT),
        past(1, payer_name="Rotwild", payer_account=ACCOUNT),
    ]
    memory = learnt(lines, [paid(0), paid(1, customer_id="C2")])

    assert set(memory.payers["role"]) == {"account"}


def test_habits_are_counted_by_payment():
    lines = [past(0), past(0)]
    confirmed = [
        paid(0, amount=4_000),
        paid(0, item_number="OLD-9", amount=7_000),
        paid(0, item_number="CN-1", amount=-1_000),
        paid(0, kind="discount", amount=80),
        paid(1, amount=10_000),
    ]
    habits = dict(
        learnt(lines, confirmed).habits.select("habit", pl.concat_list("kept", "could")).rows()
    )

    assert habits == {
        "discount": [1000, 2000],
        "together": [1000, 2000],
        "netting": [1000, 2000],
        "bank_charge": [0, 2000],
        "oldest_first": [0, 2000],
    }


def test_an_item_paid_in_two_lumps_shows_who_pays_the_oldest_first():
    lines = [past(20), past(5)]
    confirmed = [
        paid(0, amount=4_000),
        paid(0, item_number="OLD-9", amount=6_000),
        paid(1, item_number="OLD-9", amount=1_000),
        paid(1, amount=9_000),
    ]
    habits = learnt(lines, confirmed).habits.filter(pl.col("habit") == "oldest_first")

    assert habits["kept"].to_list() == habits["could"].to_list()
    assert habits["kept"][0] > 0


def test_charges_are_counted_by_amount():
    lines = [past(0), past(0), past(0)]
    confirmed = [
        *(paid(at) for at in range(3)),
        *(paid(at, kind="bank_charge", amount=750) for at in range(2)),
        paid(2, kind="bank_charge", amount=1_250),
    ]
    charges = learnt(lines, confirmed).charges.select("charge", "times", "weight", "of_weight")

    assert charges.rows() == [(750, 2, 2000, 3000), (1_250, 1, 1000, 3000)]


@pytest.mark.parametrize(
    ("row", "is_refused"),
    [
        ({"line_id": line_id(0)}, True),
        ({"bank_reference": "R1"}, True),
        ({"bank_reference": "R1", "open_amount": 5_000}, True),
        ({"bank_reference": "R1", "open_amount": 4_999}, False),
        ({"bank_reference": "R2"}, False),
        ({"line_id": line_id(1), "bank_reference": "R1"}, False),
    ],
)
def test_a_refusal_holds_for_the_line_that_it_names_while_the_same_is_open(row, is_refused):
    memory = learnt([], [], refused=[{"item_number": "INV-1", **row}])

    assert memory.refused.rows() == ([(0, 0)] if is_refused else [])


def test_money_left_on_account_is_remembered_until_as_much_was_paid_back():
    rest = {"kind": "on_account", "item_number": None, "amount": 5_025}
    lines = [past(30), past(20), past(10, amount=-5_025)]
    left = [paid(0, **rest), paid(1, **rest)]
    both = learnt(lines, left).credits
    one = learnt(lines, [*left, paid(2, **rest | {"amount": -5_025})]).credits

    assert both["line_id"].to_list() == [line_id(10_000), line_id(10_001)]
    assert both.row(0, named=True)["amount"] == 5_025
    assert one["line_id"].to_list() == [line_id(10_001)]


@pytest.mark.parametrize(
    ("currency", "is_gone"), [({"currency": "USD"}, False), ({}, True), (None, True)]
)
def test_what_was_paid_back_in_another_currency_is_not_this_credit(currency, is_gone):
    rest = {"kind": "on_account", "item_number": None, "amount": 5_025}
    lines = [past(30), *([] if currency is None else [past(10, amount=-5_025, **currency)])]
    known = learnt(lines, [paid(0, **rest), paid(1, **rest | {"amount": -5_025})]).credits

    # A line of which nothing is known may have been of any currency.
    assert known.height == (not is_gone)


@pytest.mark.parametrize(
    ("owners", "is_provider"), [(("C1", "C2"), False), (("C1", "C2", "C3"), True)]
)
def test_who_paid_for_three_customers_at_once_twice_is_a_provider(owners, is_provider):
    lines = [
        past(9, payer_account=ACCOUNT, payer_name="Stripe Payments"),
        past(2, payer_account=ACCOUNT, payer_name="Stripe Europe"),
    ]
    confirmed = [paid(at, customer_id=owner) for at in (0, 1) for owner in owners]
    found = learnt(lines, confirmed).providers.filter(role="account")

    assert found["key"].to_list() == [ACCOUNT] * is_provider
    assert found["times"].to_list() == [2] * is_provider
    assert found["words"].to_list() == [["EUROPE", "PAYMENTS", "STRIPE"]] * is_provider
    assert learnt(lines[:1], confirmed[: len(owners)]).providers.is_empty()
