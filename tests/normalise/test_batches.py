from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.frames.history import History
from recon.normalise.batches import prepare_batches
from recon.normalise.prepare import prepare
from tests.scenarios.build import (
    batches_frame,
    closed_frame,
    history_of,
    inputs_of,
    items_frame,
    lines_frame,
    parties_frame,
)

DAY = dt.date(2026, 1, 16)


def prepared(parts, lines=(), history=None):
    given = inputs_of(
        lines_frame(list(lines)),
        items_frame([{"number": "INV-1", "open_amount": 10_000, "customer_id": "C1"}]),
        parties_frame([{"customer_id": "C1", "name": "ACME GmbH"}]),
    )
    today = prepare(given.lines, given.items, given.parties, closed_frame([]), given.own_accounts)
    return prepare_batches(batches_frame(parts), today, history or History.empty())


def part(gross, fee=0, net=None, reference="PO-77001", **columns):
    row = {"batch_reference": reference, "gross_amount": gross, "fee": fee}
    kind = "payment" if gross > 0 else "refund"
    return {**row, "net_amount": gross - fee if net is None else net, "kind": kind, **columns}


def line(text, amount=9_750):
    return {"booking_date": DAY, "amount": amount, "remittance": text, "bank_reference": text[:9]}


def codes(found):
    return found.problems["code"].to_list()


def test_a_batch_whose_parts_less_fees_come_to_its_net_amount_is_used():
    found = prepared([part(10_000, 250, net=16_700), part(7_000, 50, net=16_700)])

    assert codes(found) == []
    assert found.batches["net"].to_list() == [16_700]
    assert found.parts.select("gross", "fee").rows() == [(10_000, 250), (7_000, 50)]


def test_a_batch_that_does_not_add_up_is_refused_with_both_figures_and_its_place():
    found = prepared([part(10_000, 250, net=9_000), part(500, reference="PO-2")])

    assert found.batches["batch_reference"].to_list() == ["PO-2"]
    assert found.problems.row(0, named=True) == {
        "provider": None,
        "batch_reference": "PO-77001",
        "file": "payouts.csv",
        "row": 2,
        "code": "batch_does_not_add_up",
        "reason": "its parts less fees come to 97.50, its net amount is 90.00: a difference of 7.50",
    }


@given(
    parts=st.lists(
        st.tuples(st.integers(-(10**14), 10**14), st.integers(-(10**12), 10**12)), min_size=1
    ),
    difference=st.sampled_from([0, 0, 1, -1, 10**9]),
)
def test_only_the_exact_sum_is_proven(parts, difference):
    net = sum(gross - fee for gross, fee in parts) + difference
    if abs(net) > 10**15:
        return

    found = prepared([part(gross, fee, net=net) for gross, fee in parts])

    assert found.batches.height == (difference == 0 and net > 0)
    assert found.batches.height + found.problems.height == 1


def test_parts_that_name_two_net_amounts_are_refused():
    assert codes(prepared([part(100, net=300), part(200, net=301)])) == ["batch_contradicts_itself"]


def test_a_batch_that_takes_money_is_no_receipt():
    assert codes(prepared([part(-500)])) == ["batch_pays_nothing"]


def test_a_copy_in_another_file_is_counted_once_and_said():
    found = prepared([part(500, file="a.csv"), part(500, file="b.csv")])

    assert codes(found) == ["batch_given_twice"]
    assert found.parts["file"].to_list() == ["a.csv"]


def test_one_reference_of_two_different_batches_names_neither():
    found = prepared([part(500, file="a.csv"), part(600, file="b.csv")])

    assert codes(found) == ["batch_reference_twice"] * 2
    assert found.batches.is_empty()


def test_the_same_reference_of_two_providers_is_two_batches():
    found = prepared([part(500, provider="Stripe"), part(600, provider="Adyen")])

    assert codes(found) == []
    assert found.batches.height == 2


def test_a_batch_that_a_confirmed_line_quotes_was_settled_before():
    past = history_of(
        [line("payout PO 77001")], [{"bank_reference": "payout PO", "item_number": "INV-0"}]
    )

    assert codes(prepared([part(10_000, 250)], history=past)) == ["batch_settled_before"]


@pytest.mark.parametrize(
    ("text", "amount", "confirmed"),
    [
        ("payout PO 77002", 9_750, "payout PO"),
        ("payout PO 77001", 9_751, "payout PO"),
        ("payout PO 77001", 9_750, "another"),
    ],
)
def test_a_line_of_then_that_is_another_or_was_confirmed_by_nobody_settled_nothing(
    text, amount, confirmed
):
    past = history_of([line(text, amount)], [{"bank_reference": confirmed, "item_number": "INV-0"}])

    assert codes(prepared([part(10_000, 250)], history=past)) == []


@pytest.mark.parametrize("text", ["PO-77001", "payout po77001 of monday", "PO 77001"])
def test_a_line_quotes_a_batch_however_its_reference_is_split(text):
    found = prepared([part(10_000, 250)], [line(text)])

    assert found.quotes["line"].to_list() == [0]


@pytest.mark.parametrize("text", ["PO-770011", "7PO-77001"])
def test_a_piece_of_a_longer_number_quotes_no_batch(text):
    found = prepared([part(10_000, 250)], [line(text)])

    assert found.quotes.is_empty()


def test_a_line_of_another_amount_quotes_it_all_the_same():
    found = prepared([part(10_000, 250)], [line("PO-77001", 9_700)])

    assert found.quotes["line"].to_list() == [0]


def test_the_customer_of_a_part_is_known_by_id_or_by_its_name():
    found = prepared(
        [
            part(1, net=3, customer_id="C1"),
            part(1, net=3, customer_name="Acme"),
            part(1, net=3, customer_name="Somebody"),
        ]
    )

    assert found.parts["customer"].to_list() == [0, 0, None]
