"""A booking and its details never count twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from tests.formats.coda.coda_records import movement, second, statement
from tests.formats.coda.reading import read

if TYPE_CHECKING:
    from recon.api import ParsedStatements

DETAILS = [movement(1, 300, detail=1, code="50150000"), movement(1, 700, detail=2, code="50150000")]


def extras(parsed: ParsedStatements, index: int = 0) -> dict[str, object]:
    return dict(json.loads(parsed.lines["extras"][index] or "{}"))


def test_details_that_add_up_take_the_place_of_a_totalled_booking() -> None:
    parsed = read(statement(movement(1, 1000, code="10150000", text="TOTAL"), *DETAILS))

    assert parsed.lines["amount"].to_list() == [300, 700]
    assert parsed.lines["batch"].n_unique() == 1
    assert parsed.lines["batch"].null_count() == 0
    assert extras(parsed)["booking"] == {"amount": "10.00", "code": "10150000", "reference": "REF0001KBCTRANSFER", "text": "TOTAL"}  # fmt: skip


def test_details_that_do_not_add_up_are_told_with_their_booking() -> None:
    parsed = read(statement(movement(1, 1001, code="10150000"), *DETAILS))
    parts = extras(parsed)["parts"]

    assert parsed.lines["amount"].to_list() == [1001]
    assert parsed.lines["batch"].to_list() == [None]
    assert [part["amount"] for part in parts] == ["3.00", "7.00"]  # type: ignore[index, union-attr]


def test_a_total_with_a_rejected_detail_stays_one_line() -> None:
    wrong = movement(1, 700, detail=2, code="50150000", booked="310226")
    parsed = read(statement(movement(1, 1000, code="10150000"), DETAILS[0], wrong))

    assert parsed.lines["amount"].to_list() == [1000]
    assert parsed.rejects["code"].to_list() == ["no-date"]


def test_details_of_a_rejected_booking_are_rejected() -> None:
    parsed = read(statement(movement(1, 1000, code="10150000", booked="310226"), *DETAILS))

    assert parsed.lines.is_empty()
    assert parsed.rejects["code"].to_list() == ["no-date", "no-booking", "no-booking"]


def test_the_parts_of_one_payment_are_no_lines_and_name_the_charges() -> None:
    parsed = read(
        statement(
            movement(1, 990, code="34150000"),
            movement(1, 1000, detail=1, code="84150100"),
            movement(1, -10, detail=2, code="84150006"),
        )
    )

    assert parsed.lines.select("amount", "charges", "batch").rows() == [(990, 10, None)]


def test_costs_alone_are_the_amount_and_no_charges_beside_it() -> None:
    parsed = read(
        statement(
            movement(1, -121, code="38037000"),
            movement(1, -100, detail=1, code="88037006"),
            movement(1, -21, detail=2, code="88037011"),
        )
    )

    assert parsed.lines.select("amount", "charges").rows() == [(-121, None)]


def test_charges_are_not_stated_where_the_parts_are_not_all_of_the_amount() -> None:
    parsed = read(
        statement(
            movement(1, 995, code="34150000"),
            movement(1, 1000, detail=1, code="84150100"),
            movement(1, -10, detail=2, code="84150006"),
        )
    )

    assert parsed.lines["charges"].to_list() == [None]


def test_a_detail_with_parts_of_its_own_is_one_line_of_the_batch() -> None:
    parsed = read(
        statement(
            movement(1, 990, code="20150000"),
            movement(1, 990, detail=1, code="70150000"),
            movement(1, 1000, detail=2, code="90150100"),
            movement(1, -10, detail=3, code="90150006"),
        )
    )

    assert parsed.lines.select("amount", "charges").rows() == [(990, 10)]


def test_the_original_amount_of_a_part_is_that_of_the_payment() -> None:
    text = "105" + f"{10000:015}" + f"{12000:015}" + "000120000000" + "USD"
    parsed = read(
        statement(
            movement(1, -1000, code="34101000"),
            movement(
                1, -1000, detail=1, code="84101100", structured=True, text=text[:53], next="1"
            ),
            second(1, text[53:], detail=1),
        )
    )
    row = parsed.lines.row(0, named=True)

    assert (row["original_amount"], row["original_currency"]) == (-1200, "USD")
    assert row["exchange_rate"] == "1.20000000"


def test_the_raw_record_of_a_line_holds_its_parts() -> None:
    text = statement(movement(1, 990, code="34150000"), movement(1, 990, detail=1, code="84150100"))
    row = read(text).lines.row(0, named=True)

    assert text[row["byte_offset"] :][: row["byte_length"]].count("\r\n21") == 1


def test_equal_sequence_numbers_of_two_statements_are_two_bookings() -> None:
    one = statement(movement(1, 1000, code="10150000"))
    other = statement(movement(1, 300, detail=1, code="50150000"))
    parsed = read(one + other)

    assert parsed.lines["amount"].to_list() == [1000]
    assert parsed.rejects["code"].to_list() == ["no-booking"]


def test_as_many_records_are_counted_as_lines_and_rejects() -> None:
    parsed = read(statement(movement(1, 1000, code="10150000"), *DETAILS, movement(2, 1)))

    assert parsed.statements["line_count"].to_list() == [3]
    assert parsed.lines.select(pl.col("record")).to_series().to_list() == [1, 2, 3]
