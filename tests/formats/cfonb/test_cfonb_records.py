"""Every movement is a line or a reject with its place; a damaged record spares its neighbours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recon.api import ConfigurationError, MalformedFile
from tests.formats.cfonb.cfonb_records import (
    balance,
    complement,
    movement,
    placed,
    signed,
    statement,
)
from tests.formats.cfonb.reading import read

FIRST, MIDDLE, LAST = (movement(100 * number, f"N{number}") for number in (1, 2, 3))


def line(*records: str, **columns: Any) -> dict[str, Any]:
    return dict(read(statement(*records, **columns)).lines.row(0, named=True))


@pytest.mark.parametrize(
    ("last", "minor"),
    [(sign, at) for at, sign in enumerate("{ABCDEFGHI")]
    + [(sign, -120 - at) for at, sign in enumerate("}JKLMNOPQR")],
)
def test_the_last_digit_carries_the_sign(last: str, minor: int) -> None:
    whole = "0000000000012" if minor < 0 else "0000000000000"

    assert line(movement(0, amount=whole + last))["amount"] == minor
    assert line(movement(0, amount=whole + last.lower()))["amount"] == minor


@pytest.mark.parametrize(("letter", "minor"), [("é", 120), ("è", -120)])
def test_an_accent_of_a_french_host_is_a_zero_with_its_sign(letter: str, minor: int) -> None:
    text = statement(movement(0, amount="0000000000012" + letter))
    for encoding in ("cp1252", "utf-8"):
        parsed = read(text.encode(encoding))

        assert parsed.lines["amount"].to_list() == [minor]
        assert any("accent" in finding or "é, è" in finding for finding in parsed.findings)


@pytest.mark.parametrize(
    ("damaged", "field", "code"),
    [
        (MIDDLE[:60] + MIDDLE[61:], "record", "record-length"),
        (MIDDLE[:60] + "X" + MIDDLE[60:], "amount", "no-amount"),
        (MIDDLE[:60] + "\t" + MIDDLE[61:], "record", "control-character"),
        (MIDDLE[:100], "record", "record-length"),
        (MIDDLE.rstrip().ljust(120) + "X", "record", "record-length"),
        ("06" + MIDDLE[2:], "record", "unknown-record"),
        (movement(200, booked="310226"), "booking date", "no-date"),
        (movement(200, value="3X0226"), "value date", "no-date"),
        (movement(200, amount="00000000000200"), "amount", "no-amount"),
        (movement(200, amount="00000000 0020{"), "amount", "no-amount"),
        (movement(201, decimals="3"), "amount", "no-amount"),  # a tenth of a cent
        (movement(200, account="00099999999"), "account", "other-account"),
        (movement(200, currency="USD"), "currency", "other-currency"),
        (complement("NPY", "NOBODY", code="18"), "record", "no-movement"),
    ],
)
def test_a_damaged_record_is_rejected_alone(damaged: str, field: str, code: str) -> None:
    parsed = read(statement(FIRST, damaged, LAST))
    [reject] = parsed.rejects.to_dicts()

    assert parsed.lines["remittance"].to_list() == ["N1", "N3"]
    assert (reject["field"], reject["code"]) == (field, code)
    assert (reject["record"], reject["line_number"]) == (2, 3)


def test_complements_behind_an_unknown_record_do_not_join_the_movement_before_it() -> None:
    parsed = read(statement(FIRST, "06" + MIDDLE[2:], complement("NPY", "SOMEBODY"), LAST))

    assert parsed.lines["payer_name"].to_list() == [None, None]
    assert parsed.rejects["code"].to_list() == ["unknown-record"]


def test_a_complement_right_behind_the_old_balance_tells_of_a_lost_movement() -> None:
    parsed = read(statement(complement("LIB", "A"), complement("LIB", "B"), LAST))

    assert parsed.rejects["code"].to_list() == ["no-movement"]
    assert parsed.lines["remittance"].to_list() == ["N3"]


def test_free_text_flows_on_where_a_complement_is_full() -> None:
    full = "X" * 69 + "INV"
    found = line(FIRST, complement("LCC", full[:70]), complement("LC2", full[70:]))

    assert found["remittance"] == f"N1 {full}"


def test_what_no_column_holds_is_in_the_extras() -> None:
    found = line(
        FIRST, complement("QQQ", "A"), complement("QQQ", "B"), complement('"\\Z', "C"),
        complement("FEE", "USD2" + f"{100:014}"), complement("MMO", "ABC2" + f"{100:014}"),
        complement("NBE", "US"), complement("NPY", "THEM"),
    )  # fmt: skip
    extras = json.loads(found["extras"])

    assert extras == {"internal_code": "0421", "QQQ": "A B", '"\\Z': "C", "FEE": "USD200000000000100", "MMO": "ABC200000000000100", "NBE": "US"}  # fmt: skip
    assert (found["payer_name"], found["charges"], found["original_amount"]) == ("THEM", None, None)


@pytest.mark.parametrize(("minor", "name"), [(100, "THE PAYER"), (-100, "THE BENEFICIARY")])
def test_the_other_party_is_the_payer_of_a_receipt_and_the_beneficiary_of_a_payment(
    minor: int, name: str
) -> None:
    found = line(
        movement(minor), complement("NPY", "THE PAYER"), complement("NBE", "THE BENEFICIARY")
    )

    assert found["payer_name"] == name


def test_balances_without_a_currency_have_that_of_their_movements() -> None:
    blank = {"currency": "   ", "decimals": " "}
    parsed = read(
        "\n".join([balance("01", 100, "040126", **blank), FIRST, balance("07", 200, **blank)])
    )

    row = parsed.statements.row(0, named=True)
    assert (row["currency"], row["opening_balance"], row["closing_balance"]) == ("EUR", 100, 200)


def test_a_file_that_names_no_currency_at_all_is_told_with_its_movements_rejected() -> None:
    blank = {"currency": "   ", "decimals": " "}
    parsed = read(statement(movement(100, **blank), **blank))

    assert parsed.statements["currency"].to_list() == ["XXX"]
    assert parsed.rejects["code"].to_list() == ["no-currency"]


def test_a_balance_with_an_impossible_day_is_given_without_it() -> None:
    text = "\n".join([balance("01", 100, "  CART"), FIRST, balance("07", 200)])
    parsed = read(text)

    assert parsed.statements.select("opening_balance", "opening_date").row(0) == (100, None)
    assert any("no day" in finding for finding in parsed.findings)


def test_several_days_and_accounts_are_statements_of_their_own() -> None:
    other = {"account": "00099999999"}
    text = statement(FIRST) + statement(MIDDLE) + statement(movement(300, **other), **other)
    parsed = read(text)

    assert parsed.statements["account"].n_unique() == 2
    assert parsed.lines["statement_index"].to_list() == [0, 1, 2]


def test_a_file_without_line_ends_is_cut_every_120_columns() -> None:
    text = statement(FIRST, complement("LIB", "DÉTAIL"), LAST, newline="")
    for data in (text.encode("cp1252"), text.encode()):
        parsed = read(data)

        assert parsed.lines["amount"].to_list() == [100, 300]
        offsets = parsed.lines["byte_offset"].to_list()
        assert [data[at : at + 2] for at in offsets] == [b"04", b"04"]


def test_columns_that_the_bank_counted_in_bytes_are_cut_in_bytes() -> None:
    record = movement(100, "CAFÉ").replace("CAFÉ ", "CAFÉ")
    assert (len(record), len(record.encode())) == (119, 120)

    found = line(record)

    assert (found["amount"], found["remittance"]) == (100, "CAFÉ")


def test_a_statement_that_is_not_closed_is_told_or_refused() -> None:
    whole = statement(FIRST, MIDDLE)
    cut = whole[: whole.index("\n07") + 1]

    assert read(cut).lines.height == 2
    assert any("may be cut off" in finding for finding in read(cut).findings)
    with pytest.raises(MalformedFile, match="cut off"):
        read(cut, closing_balance="required")
    parsed = read(cut + statement(LAST), closing_balance="required")
    assert parsed.rejects["code"].to_list() == ["statement-not-closed"] * 2
    assert parsed.lines["amount"].to_list() == [300]


def test_cut_anywhere_a_file_never_gives_another_amount_in_silence() -> None:
    whole = statement(FIRST, complement("LIB", "A"), LAST)
    amounts = read(whole).lines["amount"].to_list()
    ends = {at + step for at in range(121, len(whole) - 1, 121) for step in (-3, 0, 60)}
    for end in sorted(ends):
        try:
            parsed = read(whole[:end])
        except MalformedFile:
            continue
        if end >= len(whole.rstrip()):
            continue

        assert parsed.lines["amount"].to_list() == amounts[: parsed.lines.height]
        assert parsed.findings or parsed.rejects.height


def test_a_new_balance_of_another_account_closes_nothing() -> None:
    text = "\n".join([balance("01", 0), FIRST, balance("07", 100, account="00099999999")])
    parsed = read(text)

    assert parsed.statements["closing_balance"].to_list() == [None]
    assert any("00099999999" in finding for finding in parsed.findings)


def test_more_decimals_than_the_currency_has_must_be_zeros() -> None:
    parsed = read(statement(movement(1230, decimals="3"), closing=100_123))

    assert parsed.lines["amount"].to_list() == [123]


def test_the_rate_of_a_foreign_amount_is_written_with_its_decimals() -> None:
    found = line(
        movement(-100, amount=signed(-100)),
        complement("MMO", "USD2" + f"{130:014}" + "8" + f"{130000000:011}"),
    )

    assert (found["original_amount"], found["original_currency"]) == (-130, "USD")
    assert found["exchange_rate"] == "1.30000000"


@pytest.mark.parametrize(
    "text", [placed((1, "05"), (3, "30002")), "Dear customer,\n", "0730002\n" * 3]
)
def test_a_file_without_balance_and_movement_is_refused_or_empty(text: str) -> None:
    try:
        parsed = read(text)
    except MalformedFile:
        return

    assert parsed.lines.is_empty()


@pytest.mark.parametrize("options", [{"closing": "required"}, {"closing_balance": "maybe"}])
def test_a_wrong_option_is_named(options: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="closing"):
        read(statement(FIRST), **options)
