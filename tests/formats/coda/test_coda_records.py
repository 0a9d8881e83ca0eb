"""Every record is a line, a detail of one, or a reject with its place; a damaged one spares its neighbours."""

from __future__ import annotations

import json

import pytest

from recon.api import ConfigurationError, MalformedFile
from tests.formats.coda.coda_records import (
    header,
    movement,
    new_balance,
    old_balance,
    second,
    statement,
    third,
    trailer,
)
from tests.formats.coda.reading import read

FIRST, MIDDLE, LAST = (movement(number, 1000 * number, text=f"N{number}") for number in (1, 2, 3))


def test_a_movement_with_all_its_parts_is_one_line() -> None:
    text = "A TEXT THAT FILLS THE FIRST PART AND BREAKS IN A WOR" + "D OF THE SECOND"
    parsed = read(
        statement(
            movement(1, 1000, text=text[:53], next="1"),
            second(1, text[53:], reference="E2E-1", bic="GEBABEBB"),
            third(1, "BE32123456789002", "RED ROOF BV"),
        )
    )
    line = parsed.lines.row(0, named=True)

    assert line["remittance"] == text
    assert (line["payer_name"], line["payer_account"]) == ("RED ROOF BV", "BE32123456789002")
    assert (line["end_to_end_id"], line["payer_bank"]) == ("E2E-1", "GEBABEBB")
    assert parsed.findings == ()


@pytest.mark.parametrize(
    ("damaged", "field", "code"),
    [
        (MIDDLE[:60] + MIDDLE[61:], "record", "record-length"),
        (MIDDLE[:60] + "X" + MIDDLE[60:], "record", "record-length"),
        (MIDDLE[:60] + "\t" + MIDDLE[61:], "record", "record-length"),
        ("29" + MIDDLE[2:], "record", "unknown-record"),
        (movement(2, 2000, booked="310226"), "entry date", "no-date"),
        (movement(2, 2000, booked="1 0226"), "entry date", "no-date"),
        (movement(2, 2000, value="290226"), "value date", "no-date"),
        (MIDDLE[:31] + "2" + MIDDLE[32:], "debit or credit", "no-sign"),
        (MIDDLE[:40] + "O" + MIDDLE[41:], "amount", "no-amount"),
        (MIDDLE[:46] + "5" + MIDDLE[47:], "amount", "no-amount"),  # half a cent
        (second(2, "PART OF NOTHING"), "record", "no-movement"),
        (movement(2, 2000, detail=1), "detail number", "no-booking"),
    ],
)
def test_a_damaged_record_is_rejected_alone(damaged: str, field: str, code: str) -> None:
    parsed = read(statement(FIRST, LAST, closing=106_000).replace(LAST, f"{damaged}\r\n{LAST}"))
    [reject] = parsed.rejects.to_dicts()

    assert parsed.lines["remittance"].to_list() == ["N1", "N3"]
    assert (reject["field"], reject["code"]) == (field, code)
    assert (reject["record"], reject["line_number"]) == (2, 4)
    assert reject["excerpt"].startswith(damaged[:20].rstrip())


def test_blanks_behind_a_record_do_no_harm() -> None:
    text = statement(FIRST).replace("\r\n", "  \r\n")

    assert read(text).lines["amount"].to_list() == [1000]


def test_a_part_that_lost_a_column_rejects_its_movement() -> None:
    part = second(2, "TEXT")
    parsed = read(statement(FIRST, MIDDLE, part, LAST).replace(part, part[:-1]))

    assert parsed.lines["remittance"].to_list() == ["N1", "N3"]
    assert parsed.rejects["code"].to_list() == ["record-length"]


def test_a_part_that_stands_twice_rejects_its_movement() -> None:
    parsed = read(statement(FIRST, second(1, "A"), second(1, "B"), LAST))

    assert parsed.rejects["code"].to_list() == ["repeated-record"]


def test_parts_behind_an_unknown_record_do_not_join_the_movement_before_it() -> None:
    parsed = read(
        statement(FIRST, "2X" + MIDDLE[2:], third(2, "BE32123456789002", "RED ROOF"), LAST)
    )

    assert parsed.lines["payer_name"].to_list() == [None, None]
    assert parsed.rejects["code"].to_list() == ["unknown-record"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("000003", "000004"), "says records 4, read 3"),
        (("000000000010000", "000000000010001"), "says credits 10001 thousandths, read 10000"),
    ],
)
def test_a_trailer_that_does_not_agree_is_a_finding(change: tuple[str, str], said: str) -> None:
    records = statement(FIRST).split("\r\n")
    records[4] = records[4].replace(*change)
    parsed = read("\r\n".join(records))

    assert any(said in finding for finding in parsed.findings)


def test_balances_are_given_as_the_bank_wrote_them() -> None:
    row = read(statement(FIRST, opening=-500, closing=999)).statements.row(0, named=True)

    assert (row["opening_balance"], row["closing_balance"]) == (-500, 999)


def test_a_statement_whose_account_record_is_damaged_takes_no_other_along() -> None:
    first = [header(), old_balance(0), movement(1, 1000), new_balance(1000)]
    broken = [header(), old_balance(0)[:-1], movement(1, 7000), new_balance(7000)]
    texts = ["\r\n".join([*records, trailer(records)]) for records in (broken, first)]
    parsed = read("\r\n".join(texts) + "\r\n")

    assert parsed.lines["amount"].to_list() == [1000]
    assert parsed.rejects["code"].to_list() == ["no-account"]
    assert parsed.statements["currency"].to_list() == ["XXX", "EUR"]


def test_a_file_without_an_account_is_refused() -> None:
    with pytest.raises(MalformedFile, match="no account"):
        read(header() + "\r\n")


def test_a_statement_that_ends_without_balance_and_trailer_is_told_or_refused() -> None:
    whole = statement(FIRST, MIDDLE)
    cut = whole[: whole.index("\r\n8") + 2]

    assert read(cut).lines.height == 2
    assert any("may be cut off" in finding for finding in read(cut).findings)
    with pytest.raises(MalformedFile, match="cut off"):
        read(cut, closing_balance="required")


def test_cut_anywhere_a_file_never_gives_another_amount_in_silence() -> None:
    whole = statement(FIRST, second(1, "A"), LAST)
    amounts = read(whole).lines["amount"].to_list()
    inside = range(3 * 130, 4 * 130, 40)  # of the first movement and the record behind it
    ends = sorted({at + step for at in range(130, len(whole) - 2, 130) for step in (0, 40)})
    for end in (*ends, *inside):
        try:
            parsed = read(whole[:end])
        except MalformedFile:
            continue

        assert parsed.lines["amount"].to_list() == amounts[: parsed.lines.height]
        assert parsed.findings or parsed.rejects.height


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(newline: str) -> None:
    parsed = read(statement(FIRST, LAST).replace("\r\n", newline))

    assert parsed.lines["amount"].to_list() == [1000, 3000]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_letters_beyond_ascii_move_no_column(encoding: str) -> None:
    text = statement(movement(1, 1000, text="CAFÉ à Liège"), LAST)
    parsed = read(text.encode(encoding))

    assert parsed.lines["remittance"].to_list() == ["CAFÉ à Liège", "N3"]
    assert parsed.lines["amount"].to_list() == [1000, 3000]


def test_columns_that_the_bank_counted_in_bytes_are_cut_in_bytes() -> None:
    record = movement(1, 1000, text="CAFÉ à Liège").replace(" " * 3 + "050126007", "050126007")
    assert len(record) == 125
    assert len(record.encode()) == 128

    line = read(statement(LAST).replace(LAST, record)).lines.row(0, named=True)

    assert (line["remittance"], line["amount"]) == ("CAFÉ à Liège", 1000)
    assert str(line["booking_date"]) == "2026-01-05"


@pytest.mark.parametrize(("currency", "decimals", "minor"), [("JPY", 0, 1500), ("KWD", 3, 1234)])
def test_three_decimals_fit_any_currency(currency: str, decimals: int, minor: int) -> None:
    parsed = read(
        statement(movement(1, minor, decimals=decimals), opening=0, currency=currency, decimals=decimals)
    )  # fmt: skip

    assert parsed.lines["amount"].to_list() == [minor]
    assert parsed.statements["closing_balance"].to_list() == [minor]


def test_movements_of_a_separate_application_are_a_notification() -> None:
    parsed = read(statement(movement(1, 1000, detail=1, code="60150000"), application="00012"))

    assert parsed.statements["kind"].to_list() == ["notification"]
    assert parsed.lines["amount"].to_list() == [1000]


def test_a_trailer_that_announces_another_statement_is_believed() -> None:
    parsed = read(statement(FIRST, goes_on=True))

    assert any("another statement follows" in finding for finding in parsed.findings)


def test_what_no_column_holds_is_in_the_extras() -> None:
    parsed = read(
        statement(
            movement(1, 1000, next="1"),
            second(1, category="SALA", returned="9XX"),
            third(1, "BE32123456789002 EURMISPLACED", "RED ROOF"),
        )
    )
    extras = json.loads(parsed.lines["extras"][0])

    assert extras["zone_22"] == "9XX SALA"
    assert extras["zone_23"] == "BE32123456789002 EURMISPLACED"
    assert parsed.lines["payer_account"].to_list() == ["BE32123456789002"]


@pytest.mark.parametrize("options", [{"closing": "required"}, {"closing_balance": "maybe"}])
def test_a_wrong_option_is_named(options: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="closing"):
        read(statement(FIRST), **options)
