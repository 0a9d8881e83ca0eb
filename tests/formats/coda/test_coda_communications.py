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
    assert json.loads(found["extras"])["communication"]["country"] == "JP"


def test_an_original_amount_of_an_unknown_currency_is_told_but_not_given() -> None:
    text = "105" + f"{1000:015}" + f"{150000:015}" + "015000000000" + "QQQ"
    found = line(text)

    assert (found["original_amount"], found["original_currency"]) == (None, None)
    assert json.loads(found["extras"])["communication"]["currency"] == "QQQ"


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


FORMS: list[tuple[str, list[str], dict[str, str]]] = [
    ("106", ["000000000005360", "000000000025500", "002100000000", "2"],
     {"account_amount": "5.360", "base_amount": "25.500", "percentage": "21.00000000", "minimum": "2"}),
    ("108", ["000000000012500", "360".ljust(15), "000275000000", "010126", "310326"],
     {"account_amount": "12.500", "interest_basis": "360", "interest_rate": "2.75000000",
      "from_day": "2026-01-01", "to_day": "2026-03-31"}),
    ("111", ["1", "602398", "413", "009583", "040126", "009585", "050126", "0",
             "GREEN DOOR SHOP".ljust(16), "GENT"],
     {"card_scheme": "1", "terminal": "602398", "period": "413", "first_sequence": "009583",
      "first_day": "2026-01-04", "last_sequence": "009585", "last_day": "2026-01-05",
      "transaction_type": "0", "terminal_name": "GREEN DOOR SHOP", "terminal_place": "GENT"}),
    ("113", ["6703XXXXXXXX1234", "2", "123456", "000001", "040126", "1530", "1",
             "FUEL STATION".ljust(16), "LIEGE".ljust(10), "0" * 15, "0" * 12, " " * 3, "04550", "03", "01795"],
     {"card": "6703XXXXXXXX1234", "card_scheme": "2", "terminal": "123456", "sequence": "000001",
      "day": "2026-01-04", "hour": "1530", "transaction_type": "1", "terminal_name": "FUEL STATION",
      "terminal_place": "LIEGE", "volume": "04550", "product": "03", "unit_price": "01795"}),
    ("114", ["9", "353047", "186", "006835", "040126", "1101", "5", "GREEN DOOR SHOP".ljust(16),
             "GENT".ljust(10), "0507775191760001"],
     {"card_scheme": "9", "terminal": "353047", "period": "186", "sequence": "006835",
      "day": "2026-01-04", "hour": "1101", "transaction_type": "5", "terminal_name": "GREEN DOOR SHOP",
      "terminal_place": "GENT", "transaction_reference": "0507775191760001"}),
    ("115", ["6703XXXXXXXX1234", "9", "000589", "018947", "040126", "1348", "050126", "586492",
             "000000000810000", " ", "GREEN DOOR SHOP".ljust(16), "GENT".ljust(10), "000000002020"],
     {"card": "6703XXXXXXXX1234", "card_scheme": "9", "terminal": "000589", "sequence": "018947",
      "day": "2026-01-04", "hour": "1348", "validation_day": "2026-01-05",
      "validation_sequence": "586492", "stated_amount": "810.000", "terminal_name": "GREEN DOOR SHOP",
      "terminal_place": "GENT", "message": "000000002020"}),
    ("121", ["000000001000000", "310326", "000000", "050126", "00412345678", "EUR", "   ",
             "BILL-77".ljust(13), "0" * 12],
     {"original_amount": "1000.000", "maturity_day": "2026-03-31", "issue_day": "2026-01-05",
      "company_number": "00412345678", "currency": "EUR", "bill": "BILL-77"}),
    ("122", ["0085", "000450000000", "000000001000000", "1", "BILL-77".ljust(13), "310326"],
     {"days": "0085", "interest_rate": "4.50000000", "base_amount": "1000.000", "minimum": "1",
      "bill": "BILL-77", "maturity_day": "2026-03-31"}),
    ("123", ["050126", "999999", "000000500000000", "000012500000", "0360", "2", "GUARANTEE-9"],
     {"from_day": "2026-01-05", "to_day": "999999", "base_amount": "500000.000",
      "percentage": "0.12500000", "days": "0360", "minimum": "2", "guarantee": "GUARANTEE-9"}),
    ("124", ["5526XXXXXXXX1201".ljust(20), "1", "420".ljust(12), "CLIENT-7".ljust(15), "050126"],
     {"card": "5526XXXXXXXX1201", "issuer": "1", "invoice": "420", "identification": "CLIENT-7",
      "day": "2026-01-05"}),
    ("125", ["123456789012", " " * 15, "000000100000000", "000000090000000", "000000010500000",
             "USD", "010126", "311226", "000325000000", "CR-2026-1"],
     {"credit_account": "123456789012", "old_balance": "100000.000", "new_balance": "90000.000",
      "original_amount": "10500.000", "currency": "USD", "from_day": "2026-01-01",
      "to_day": "2026-12-31", "interest_rate": "3.25000000", "reference": "CR-2026-1"}),
    ("126", ["DEPOSIT-1".ljust(15), "000000050000000", "000000046000000", "050126", "050426",
             "000210000000", "000000000262500", "USD", "000108695652"],
     {"deposit": "DEPOSIT-1", "deposit_amount": "50000.000", "account_amount": "46000.000",
      "from_day": "2026-01-05", "to_day": "2026-04-05", "interest_rate": "2.10000000",
      "interest": "262.500", "currency": "USD", "rate": "1.08695652"}),
]  # fmt: skip


@pytest.mark.parametrize(("form", "fields", "said"), FORMS, ids=[each[0] for each in FORMS])
def test_every_field_of_a_form_is_told_by_its_name(
    form: str, fields: list[str], said: dict[str, str]
) -> None:
    found = line(form + "".join(fields))

    assert json.loads(found["extras"]) == {"form": form, "communication": said}


def test_what_stands_behind_the_last_field_of_a_form_is_kept() -> None:
    found = line("103000000000123 MORE")

    assert json.loads(found["extras"])["communication"] == {
        "number": "000000000123",
        "rest": "MORE",
    }


def test_a_field_that_is_no_number_is_kept_as_it_stands() -> None:
    found = line("108" + "12 EUR AND SOME")

    assert json.loads(found["extras"])["communication"] == {"account_amount": "12 EUR AND SOME"}


@pytest.mark.parametrize(
    ("form", "original"), [("121", (100_000, "EUR", None)), ("125", (1_050_000, "USD", None))]
)
def test_a_bill_and_a_credit_have_an_amount_of_their_own_currency(
    form: str, original: tuple[int, str, None]
) -> None:
    fields = next(fields for name, fields, _ in FORMS if name == form)
    found = line(form + "".join(fields))

    assert (
        found["original_amount"],
        found["original_currency"],
        found["exchange_rate"],
    ) == original


def test_a_form_that_is_not_known_is_kept_as_it_stands() -> None:
    found = line("1290123456789 TERMINAL")

    assert json.loads(found["extras"]) == {"form": "129", "communication": "0123456789 TERMINAL"}
