"""Structured communications and information give the columns of a line; what they say beyond stays in the extras."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.formats.coda.coda_records import information, movement, second, statement, third
from tests.formats.coda.reading import read


def line(text: str, minor: int = 1000, *more: str, **columns: Any) -> dict[str, Any]:
    """Read one movement with a structured communication over its three parts."""
    records = [
        movement(1, minor, structured=True, text=text[:53], next="1", **columns),
        second(1, text[53:106], **columns),
        third(1, "", "", text[106:149]),
        *more,
    ]
    return dict(read(statement(*records)).lines.row(0, named=True))


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("100RF18539007547034", "RF18539007547034"),
        ("101090933755493", "090933755493"),
        ("102090933755493", "090933755493"),
    ],
)
def test_a_structured_reference_has_its_own_column(text: str, reference: str) -> None:
    found = line(text)

    assert (found["structured_reference"], found["remittance"]) == (reference, "")
    assert found["extras"] is None


def test_a_number_is_that_of_a_cheque_only_for_cheques() -> None:
    assert line("103000000000123", code="00301000")["cheque_number"] == "000000000123"
    assert line("103000000000123", code="00402000")["cheque_number"] is None


def test_the_original_amount_is_signed_like_the_amount() -> None:
    text = "105" + f"{1000:015}" + f"{150000:015}" + "015000000000" + "JPY" + "0" * 12 + "JP" + f"{1000:015}"  # fmt: skip
    found = line(text, -100)

    assert (found["original_amount"], found["original_currency"]) == (-150, "JPY")
    assert found["exchange_rate"] == "150.00000000"
    assert "JP" in json.loads(found["extras"])["communication"]


def test_an_original_amount_of_an_unknown_currency_is_told_but_not_given() -> None:
    text = "105" + f"{1000:015}" + f"{150000:015}" + "015000000000" + "QQQ"
    found = line(text)

    assert (found["original_amount"], found["original_currency"]) == (None, None)
    assert "QQQ" in json.loads(found["extras"])["communication"]


def test_an_old_direct_debit_names_mandate_and_text() -> None:
    text = "107" + "123456789012" + "050126" + "SUBSCRIPTION".ljust(30) + "0" + "00412345678"
    found = line(text)

    assert (found["mandate_id"], found["creditor_id"]) == ("123456789012", "00412345678")
    assert found["remittance"] == "SUBSCRIPTION"


def test_a_sepa_direct_debit_names_mandate_creditor_text_and_reason() -> None:
    text = (
        "127" + "050126" + "112" + "BE68ZZZ0412345678".ljust(35) + "MANDATE".ljust(35)
        + "INVOICE 12".ljust(62) + "2" + "MD01"
    )  # fmt: skip
    found = line(text, -1000, code="00503000")

    assert (found["mandate_id"], found["creditor_id"]) == ("MANDATE", "BE68ZZZ0412345678")
    assert (found["remittance"], found["return_reason"]) == ("INVOICE 12", "MD01")
    assert found["is_reversal"]


def test_a_return_is_known_by_its_type_and_reason() -> None:
    found = line("101090933755493", returned="2AC04")

    assert (found["is_reversal"], found["return_reason"]) == (True, "AC04")


@pytest.mark.parametrize("operation", ["49", "99"])
def test_a_cancellation_is_a_reversal(operation: str) -> None:
    assert line("101090933755493", code=f"001{operation}000")["is_reversal"]


def test_a_reference_not_provided_is_none() -> None:
    found = line("101090933755493", reference="NOTPROVIDED")

    assert (found["end_to_end_id"], found["customer_reference"]) == (None, None)


def test_our_own_reference_is_told_on_payments_only() -> None:
    paid, received = (line("101090933755493", minor, reference="R-1") for minor in (-100, 100))

    assert (paid["end_to_end_id"], paid["customer_reference"]) == ("R-1", "R-1")
    assert (received["end_to_end_id"], received["customer_reference"]) == ("R-1", None)


def test_ultimate_parties_come_from_the_information() -> None:
    more = [
        *information(1, 1, "SHOP HOLDING".ljust(70), "008"),
        *information(1, 2, "MOTHER OF PAYER".ljust(70), "009"),
        *information(1, 3, "A SECURITY", "010"),
    ]
    found = line("101090933755493", 1000, *more)

    assert found["ultimate_creditor"] == "SHOP HOLDING"
    assert found["ultimate_debtor"] == "MOTHER OF PAYER"
    assert json.loads(found["extras"])["information_010"] == "A SECURITY"


def test_the_name_in_the_information_stands_in_for_a_missing_one() -> None:
    text = "RED ROOF BV".ljust(70)
    more = information(1, 1, text, "001", "STATIESTRAAT 12".ljust(35) + "9000 GENT")
    found = line("101090933755493", 1000, *more)

    assert found["payer_name"] == "RED ROOF BV"
    assert json.loads(found["extras"])["address"] == "STATIESTRAAT 12 9000 GENT"


def test_free_information_is_the_text_where_there_is_no_other() -> None:
    information_records = information(1, 1, "PAID AT THE COUNTER")
    without = read(statement(movement(1, 1000), *information_records)).lines.row(0, named=True)
    with_text = read(statement(movement(1, 1000, text="ORDER 1"), *information_records)).lines.row(
        0, named=True
    )

    assert (without["remittance"], without["extras"]) == ("PAID AT THE COUNTER", None)
    assert with_text["remittance"] == "ORDER 1"
    assert json.loads(with_text["extras"]) == {"information": "PAID AT THE COUNTER"}


@pytest.mark.parametrize("form", ["106", "108", "111", "114", "115", "121", "123", "124", "126"])
def test_every_other_form_is_kept_as_it_stands(form: str) -> None:
    found = line(form + "0123456789 TERMINAL")

    assert json.loads(found["extras"]) == {"form": form, "communication": "0123456789 TERMINAL"}
