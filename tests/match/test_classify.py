from __future__ import annotations

import datetime as dt

import pytest

from recon.match.classify import set_aside
from recon.normalise.prepare import prepare
from tests.scenarios.build import OUR_ACCOUNT, inputs_of, items_frame, line_id, lines_frame

DAY = dt.date(2026, 1, 15)


def aside(*rows, own=(OUR_ACCOUNT,), items=()):
    """Give what is set aside, by the place of the line in the call."""
    lines = lines_frame([{"booking_date": DAY, "amount": 81_240, **row} for row in rows])
    given = inputs_of(lines, items_frame(list(items)), own=own)
    comparable = prepare(given.lines, given.items, given.parties, given.closed, given.own_accounts)
    places = {line_id(at): at for at in range(len(rows))}
    found = set_aside(comparable.lines, comparable.line_keys, comparable.item_keys)
    return {places[line]: (fate, reason) for line, fate, reason in found.rows()}


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ({}, None),
        ({"amount": 0}, ("not_receivable", "zero_amount")),
        ({"amount": -1}, ("not_receivable", "payment_out")),
        ({"is_reversal": True}, ("not_receivable", "reversal_of_debit")),
        ({"payer_account": OUR_ACCOUNT}, ("not_receivable", "own_transfer")),
        ({"payer_account": "de02 1001 0010 0109 3071 18"}, ("not_receivable", "own_transfer")),
        ({"transaction_code": "INT"}, ("not_receivable", "interest")),
        ({"transaction_code": "nint"}, ("not_receivable", "interest")),
        ({"transaction_text": "HABENZINSEN"}, ("not_receivable", "interest")),
        ({"transaction_text": "Intérêts créditeurs"}, ("not_receivable", "interest")),
        ({"transaction_code": "CHG"}, ("not_receivable", "bank_fee")),
        ({"remittance": "Gebühren Erstattung"}, ("not_receivable", "bank_fee")),
        ({"remittance": "Erstattung Entgelte"}, ("not_receivable", "bank_fee")),
        ({"remittance": "interest", "payer_name": "ACME GmbH"}, None),
        ({"remittance": "Gebühren", "payer_account": "DE75512108001245126199"}, None),
        ({"remittance": "pinterest advertising"}, None),
        ({"remittance": "returned goods", "payer_name": "ACME GmbH"}, None),
        ({"amount": -1, "transaction_code": "NRTI"}, ("returned", "return_of_earlier_receipt")),
        ({"amount": -1, "transaction_code": "109"}, ("returned", "return_of_earlier_receipt")),
        (
            {"amount": -1, "bank_transaction_code": "PMNT-IDDT-UPDD"},
            ("returned", "return_of_earlier_receipt"),
        ),
        ({"amount": -1, "return_reason": "AC04"}, ("returned", "return_of_earlier_receipt")),
        ({"return_reason": "AC04"}, ("not_receivable", "reversal_of_debit")),
        ({"bank_transaction_code": "PMNT-ICDT-RRTN"}, ("not_receivable", "reversal_of_debit")),
        ({"bank_transaction_code": "ACMT-MCOP-INTR"}, ("not_receivable", "interest")),
        ({"bank_transaction_code": "ACMT-MDOP-CHRG"}, ("not_receivable", "bank_fee")),
        ({"bank_transaction_code": "PMNT-RCDT-ESCT"}, None),
        (
            {"amount": -1, "transaction_text": "Rücklastschrift"},
            ("returned", "return_of_earlier_receipt"),
        ),
        ({"amount": -1, "transaction_text": "IMPAYÉ"}, ("returned", "return_of_earlier_receipt")),
        ({"amount": -1, "is_reversal": True}, ("returned", "return_of_earlier_receipt")),
        ({"amount": -1, "remittance": "nonreturnable"}, ("not_receivable", "payment_out")),
    ],
)
def test_lines_that_are_no_receipts_are_set_aside_with_their_reason(row, verdict):
    assert aside(row).get(0) == verdict


RECEIPT = {
    "booking_date": dt.date(2026, 1, 10),
    "remittance": "INV-1001",
    "payer_account": "DE75512108001245126199",
}
BACK = {"amount": -81_240, "is_reversal": True}


@pytest.mark.parametrize(
    ("receipt", "back", "is_undone"),
    [
        ({}, {"payer_account": "DE75512108001245126199"}, True),
        ({}, {"remittance": "return of INV-1001"}, True),
        ({"end_to_end_id": "E1"}, {"end_to_end_id": "E1"}, True),
        ({"structured_reference": "RF18"}, {"structured_reference": "RF18"}, True),
        ({}, {}, False),  # the amount alone is coincidence
        ({}, {"payer_account": "DE12500105170648489890"}, False),
        ({}, {"payer_account": "DE75512108001245126199", "amount": -81_241}, False),
        ({"account": "other"}, {"payer_account": "DE75512108001245126199"}, False),
        ({"currency": "USD"}, {"payer_account": "DE75512108001245126199"}, False),
        (
            {"booking_date": dt.date(2026, 1, 16)},
            {"payer_account": "DE75512108001245126199"},
            False,
        ),
        ({"booking_date": dt.date(2024, 1, 1)}, {"payer_account": "DE75512108001245126199"}, False),
        ({}, {"remittance": "return of 2026"}, False),  # a year in both texts says nothing
    ],
)
def test_a_return_undoes_the_receipt_that_it_belongs_to(receipt, back, is_undone):
    seen = aside({**RECEIPT, "remittance": "INV-1001 of 2026", **receipt}, {**BACK, **back})

    assert (seen.get(0) == ("returned", "returned_later")) == is_undone
    assert seen[1] == (
        "returned",
        "return_of_receipt" if is_undone else "return_of_earlier_receipt",
    )


def test_one_return_undoes_one_receipt():
    payer = {"payer_account": "DE75512108001245126199"}
    receipts = [{**RECEIPT, "remittance": f"INV-100{at}"} for at in range(3)]
    seen = aside(*receipts, {**BACK, **payer}, {**BACK, **payer})

    assert [reason for _, reason in seen.values()].count("returned_later") == 2


def test_no_own_accounts_and_no_payer_account_make_no_transfer():
    assert aside({"payer_account": None}, own=()) == {}


def test_a_receipt_that_quotes_an_open_item_is_not_set_aside_for_its_words():
    item = {"item_id": "1", "number": "INV-1001", "open_amount": 81_240}

    assert aside({"remittance": "INV-1001 incl. interest"}, items=[item]) == {}
    assert aside({"remittance": "interest"}, items=[item]) == {0: ("not_receivable", "interest")}
