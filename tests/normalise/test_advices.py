"""Which line an advice speaks of, and when it is not believed."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.frames.parties import Remittances
from recon.normalise.advices import find_advised
from recon.normalise.prepare import prepare
from tests.scenarios.build import inputs_of, items_frame, lines_frame, parties_frame

DAY = dt.date(2026, 2, 10)
ACME = {"customer_id": "C1", "name": "ACME GmbH", "accounts": ["DE89370400440532013000"]}
OTHER = {"customer_id": "C2", "name": "Beta Ltd"}


def advised(advices, lines, items, parties=(ACME, OTHER)):
    """Give the pairs as line's place, item number and advice."""
    rows = [
        {**dict.fromkeys(Remittances.column_names()), "currency": "EUR", **one} for one in advices
    ]
    schema = Remittances.create_empty().schema
    frame = Remittances.validate(pl.DataFrame(rows, schema=schema, orient="row"))
    given_lines = [{"booking_date": DAY, "currency": "EUR", **line} for line in lines]
    inputs = inputs_of(lines_frame(given_lines), items_frame(items), parties_frame(list(parties)))
    comparable = prepare(
        inputs.lines, inputs.items, inputs.parties, inputs.closed, inputs.own_accounts
    )
    references = inputs.lines.select("line_id", "bank_reference")
    found = find_advised(frame, comparable, references).join(comparable.items, on="item")
    return sorted(found.select("line", "number", "advice_id").rows())


def item(number, amount, customer="C1", **columns):
    return {
        "item_id": f"{number}/{customer}",
        "number": number,
        "open_amount": amount,
        "customer_id": customer,
        "currency": "EUR",
        **columns,
    }


def advice(number, total, amount=None, name="A", **columns):
    return {"advice_id": name, "item_number": number, "total": total, "amount": amount, **columns}


def test_an_advice_without_a_payer_is_of_the_one_who_owns_its_items():
    line = {"amount": 300, "payer_name": "Acme GmbH"}

    assert advised([advice("1", 300)], [line], [item("1", 300)]) == [(0, "1", "A")]
    assert advised([advice("1", 300)], [line], [item("1", 300, "C2")]) == []


def test_a_known_account_is_the_payers_too():
    line = {"amount": 300, "payer_name": "x", "payer_account": "DE89 3704 0044 0532 0130 00"}

    assert advised([advice("1", 300, customer_id="C1")], [line], [item("1", 300)]) == [
        (0, "1", "A")
    ]


def test_an_advice_that_was_sent_twice_counts_once():
    line = {"amount": 300, "payer_name": "Acme GmbH"}

    assert advised([advice("1", 300)] * 2, [line], [item("1", 300)]) == [(0, "1", "A")]


def test_two_advices_that_fit_one_line_equally_name_nothing():
    line = {"amount": 300, "payer_name": "Acme GmbH"}
    items = [item("1", 300), item("2", 300)]
    two = [advice("1", 300), advice("2", 300, name="B", reference="ZR-77001")]

    assert advised(two, [line], items) == []
    # Unless the line says which.
    assert advised(two, [{**line, "remittance": "ZR 77001"}], items) == [(0, "2", "B")]


def test_a_reference_is_a_whole_word():
    line = {"amount": 300, "payer_name": "x", "remittance": "18144"}

    assert advised([advice("1", 300, reference="1814")], [line], [item("1", 300)]) == []


def test_the_banks_own_reference_of_a_line_names_its_advice():
    line = {"amount": 300, "payer_name": "x", "bank_reference": "BATCH-2026/0210"}
    item_of_advice = advice("1", 300, reference="Batch 2026 0210")

    assert advised([item_of_advice], [line], [item("1", 300)]) == [(0, "1", "A")]
    other = {**line, "bank_reference": "BATCH-2026/02101"}
    assert advised([item_of_advice], [other], [item("1", 300)]) == []


def test_an_item_may_be_named_by_its_payment_reference():
    line = {"amount": 500, "payer_name": "Acme GmbH"}
    items = [
        item("1", 300, payment_reference="RF18 5390 0754 7034"),
        item("2", 200, payment_reference="Order 77123"),
        item("3", 300),
    ]
    two = [advice("RF18539007547034", 500, 300), advice("ORDER-77123", 500, 200)]

    assert advised(two, [line], items) == [(0, "1", "A"), (0, "2", "A")]


def test_a_number_goes_before_a_payment_reference_that_is_equal_to_it():
    line = {"amount": 300, "payer_name": "Acme GmbH"}
    items = [item("77123", 300), item("2", 300, payment_reference="77123")]

    assert advised([advice("77123", 300)], [line], items) == [(0, "77123", "A")]


def test_an_advice_that_contradicts_itself_names_nothing():
    line = {"amount": 300, "payer_name": "Acme GmbH"}
    items = [item("1", 100), item("2", 200)]
    two = [advice("1", 300, 100), advice("2", 400, 200)]

    assert advised(two, [line], items) == []


def test_of_two_items_of_one_number_that_of_the_payer_is_meant():
    line = {"amount": 300, "payer_name": "Acme GmbH"}
    items = [item("1", 300), item("1", 300, "C2")]

    assert advised([advice("1", 300, customer_id="C1")], [line], items) == [(0, "1", "A")]
    assert advised([advice("1", 300)], [line], items) == []


def test_an_item_that_is_named_twice_is_believed_in_neither():
    line = {"amount": 200, "payer_name": "Acme GmbH"}
    two = [advice("1", 200, 100), advice("1", 200)]

    assert advised(two, [line], [item("1", 100)]) == []


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=4),
    st.integers(-2, 2),
    st.randoms(use_true_random=False),
)
@settings(max_examples=25, deadline=None)
def test_an_advice_is_believed_if_and_only_if_it_adds_up_to_the_line(amounts, off, order):
    items = [item(f"N{at}", amount) for at, amount in enumerate(amounts)]
    rows = [advice(f"N{at}", sum(amounts), amount) for at, amount in enumerate(amounts)]
    order.shuffle(rows)
    line = {"amount": sum(amounts) + off, "payer_name": "Acme GmbH"}
    if line["amount"] <= 0:
        return
    found = advised(rows, [line], items)

    assert len(found) == (len(items) if off == 0 else 0)
