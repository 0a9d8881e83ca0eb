"""Every movement is a line or a reject with its place; a damaged record spares its neighbours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recon.api import ConfigurationError, MalformedFile
from tests.formats.norma43.norma43_records import (
    account,
    concept,
    exchange,
    head,
    movement,
    totals,
    whole,
)
from tests.formats.norma43.reading import read

FIRST, MIDDLE, LAST = (movement(100 * number) for number in (1, 2, 3))


def line(*records: str) -> dict[str, Any]:
    return dict(read(whole(account(*records))).lines.row(0, named=True))


def test_a_movement_has_sign_days_codes_and_references() -> None:
    found = line(movement(-1234, document="0000004711", first="000000000012", second="INV 7"))

    assert found["amount"] == -1234
    assert (str(found["booking_date"]), str(found["value_date"])) == ("2026-01-05", "2026-01-06")
    assert found["transaction_code"] == "04007"
    assert found["transaction_text"].startswith("GIROS - TRANSFERENCIAS")
    assert (found["bank_reference"], found["customer_reference"]) == ("0000004711", "000000000012 INV 7")  # fmt: skip


def test_concepts_are_joined_in_order_and_flow_on_where_they_are_full() -> None:
    full = "X" * 75 + "INVOICE"
    found = line(FIRST, concept("RED ROOF".ljust(38) + "FACTURA 12"), concept(full[:76], 2), concept(full[76:], 3))  # fmt: skip

    assert found["remittance"] == f"RED ROOF FACTURA 12 {full}"


def test_a_foreign_amount_is_signed_like_the_amount() -> None:
    found = line(movement(-1000), exchange(1200))

    assert (found["original_amount"], found["original_currency"]) == (-1200, "USD")


def test_a_foreign_amount_of_an_unknown_currency_is_kept_as_it_stands() -> None:
    found = line(movement(-1000), exchange(1200, "007"))

    assert (found["original_amount"], found["original_currency"]) == (None, None)
    assert json.loads(found["extras"])["exchange_record"] == "0100700000000001200"


@pytest.mark.parametrize(
    ("damaged", "field", "code"),
    [
        (MIDDLE[:35] + MIDDLE[36:], "record", "record-length"),
        (MIDDLE[:35] + "0" + MIDDLE[35:] + ".", "record", "record-length"),
        (MIDDLE[:30], "record", "record-length"),
        (MIDDLE[:60] + "\t" + MIDDLE[61:], "record", "control-character"),
        ("25" + MIDDLE[2:], "record", "unknown-record"),
        (movement(200, booked="260231"), "operation date", "no-date"),
        (movement(200, value="26 101"), "value date", "no-date"),
        (movement(200, key="3"), "debit or credit", "no-sign"),
        (MIDDLE[:30] + "O" + MIDDLE[31:], "amount", "no-amount"),
    ],
)
def test_a_damaged_record_is_rejected_alone(damaged: str, field: str, code: str) -> None:
    records = account(FIRST, LAST)
    parsed = read(whole([*records[:2], damaged, *records[2:]]))
    [reject] = parsed.rejects.to_dicts()

    assert parsed.lines["amount"].to_list() == [100, 300]
    assert (reject["field"], reject["code"]) == (field, code)
    assert (reject["record"], reject["line_number"]) == (2, 3)


def test_a_concept_right_behind_the_head_tells_of_a_lost_movement() -> None:
    parsed = read(whole(account(concept("A"), concept("B"), LAST)))

    assert parsed.rejects["code"].to_list() == ["no-movement"]
    assert parsed.lines["remittance"].to_list() == [""]


def test_concepts_behind_an_unknown_record_do_not_join_the_movement_before_it() -> None:
    parsed = read(whole(account(FIRST, "25" + MIDDLE[2:], concept("NOT OURS"), LAST)))

    assert parsed.lines["remittance"].to_list() == ["", ""]


def test_trailing_blanks_may_be_cut_off() -> None:
    text = "\n".join(each.rstrip() for each in whole(account(FIRST, concept("A"), LAST)).split("\r\n"))  # fmt: skip

    assert read(text).lines["amount"].to_list() == [100, 300]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp850", "utf-16"])
def test_letters_beyond_ascii_move_no_column(encoding: str) -> None:
    declared = {"encoding": "cp850"} if encoding == "cp850" else {}
    text = whole(account(movement(-100, second="AÑO ESPAÑA"), concept("COMISIÓN AÑO"), LAST))
    parsed = read(text.encode(encoding), **declared)

    assert parsed.lines["remittance"].to_list() == ["COMISIÓN AÑO", ""]
    assert parsed.lines["customer_reference"].to_list() == ["AÑO ESPAÑA", None]


def test_columns_that_the_bank_counted_in_bytes_are_cut_in_bytes() -> None:
    record = movement(100, first="AÑO", second="REF").replace("AÑO ", "AÑO").replace("AÑO000000000", "AÑO00000000")  # fmt: skip
    assert (len(record), len(record.encode())) == (79, 80)

    assert line(record)["customer_reference"].endswith("REF")


@pytest.mark.parametrize(
    ("number", "code", "digits", "minor"),
    [("978", "EUR", 150, 150), ("840", "USD", 150, 150), ("392", "JPY", 1500, 15), ("724", "ESP", 1500, 15)],
)  # fmt: skip
def test_numbers_of_currencies_have_letters_and_their_decimals(
    number: str, code: str, digits: int, minor: int
) -> None:
    parsed = read(whole(account(movement(digits), opening=0, currency=number)))

    assert parsed.lines.select("amount", "currency").rows() == [(minor, code)]


def test_an_account_in_an_unknown_currency_takes_no_other_along() -> None:
    parsed = read(whole(account(FIRST, currency="007") + account(LAST)))

    assert parsed.rejects["code"].to_list() == ["no-account"]
    assert parsed.lines["amount"].to_list() == [300]


@pytest.mark.parametrize(
    ("first", "last", "closing"), [("0", "2", 100_100), ("0", "9", None), ("2", "0", 100_100)]
)
def test_a_closing_balance_without_sign_is_given_only_where_the_totals_prove_it(
    first: str, last: str, closing: int | None
) -> None:
    records = account(FIRST)
    records[0] = records[0][:32] + first + records[0][33:]
    records[-1] = records[-1][:58] + last + records[-1][59:]
    parsed = read(whole(records))

    assert parsed.statements["closing_balance"].to_list() == [closing]
    assert parsed.statements["opening_balance"].to_list() == [None if first == "0" else 100_000]


def test_totals_that_do_not_agree_are_findings() -> None:
    records = [head(0), FIRST, totals([FIRST, LAST], 100)]
    said = " ".join(read(whole(records)).findings)

    assert "credit count 2, read 1" in said
    assert "credits 400, read 100" in said


def test_an_end_record_that_counts_otherwise_is_a_finding() -> None:
    parsed = read(whole(account(FIRST)).replace("000003", "000004"))

    assert any("end record counts 000004, read 3" in finding for finding in parsed.findings)


def test_totals_of_another_account_close_nothing() -> None:
    parsed = read(whole([head(0), FIRST, totals([FIRST], 100, "1" * 18)]))

    assert parsed.statements["closing_balance"].to_list() == [None]


def test_an_account_that_is_not_closed_is_told_or_refused() -> None:
    records = account(FIRST, MIDDLE)[:-1]

    assert read(whole(records)).lines.height == 2
    with pytest.raises(MalformedFile, match="cut off"):
        read(whole(records), closing_balance="required")
    parsed = read(whole(records + account(LAST)), closing_balance="required")
    assert parsed.rejects["code"].to_list() == ["statement-not-closed"] * 2
    assert parsed.lines["amount"].to_list() == [300]


def test_cut_anywhere_a_file_never_gives_another_amount_in_silence() -> None:
    text = whole(account(FIRST, concept("A"), LAST))
    amounts = read(text).lines["amount"].to_list()
    ends = {at + step for at in range(82, len(text) - 2, 82) for step in (-20, 30)}
    for end in sorted(end for end in ends if end < len(text.rstrip())):
        try:
            parsed = read(text[:end])
        except MalformedFile:
            continue

        assert parsed.lines["amount"].to_list() == amounts[: parsed.lines.height]
        assert parsed.findings or parsed.rejects.height


@pytest.mark.parametrize(
    ("code", "is_reversal"), [("14001", True), ("98000", True), ("04007", False)]
)
def test_returns_and_cancellations_are_reversals(code: str, is_reversal: bool) -> None:
    assert line(movement(-100, concept=code))["is_reversal"] == is_reversal


def test_the_document_of_a_cheque_is_its_number() -> None:
    assert line(movement(-100, concept="01001", document="0000004711"))["cheque_number"] == "0000004711"  # fmt: skip


def test_a_file_without_an_account_is_refused() -> None:
    with pytest.raises(MalformedFile, match="no account"):
        read(FIRST + "\n")


@pytest.mark.parametrize("options", [{"closing": "required"}, {"closing_balance": "maybe"}])
def test_a_wrong_option_is_named(options: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="closing"):
        read(whole(account(FIRST)), **options)
