"""A reader names only what its format has; the rest is completed, and a misspelt column is never dropped."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from recon.api import ReadLines, ReadStatements, completed

ROW = {
    "statement_index": 0,
    "record": 1,
    "booking_date": dt.date(2026, 1, 5),
    "amount": 100,
    "currency": "EUR",
}


def test_what_a_format_has_nothing_for_is_null_or_plain():
    made = ReadLines.validate(
        completed([ROW, ROW | {"record": 2, "purpose_code": "SALA"}], ReadLines)
    )

    assert made.columns == ReadLines.column_names()
    assert made["purpose_code"].to_list() == [None, "SALA"]
    assert made["status"].to_list() == ["booked", "booked"]
    assert made["is_reversal"].to_list() == [False, False]


def test_no_rows_make_an_empty_frame_of_the_schema():
    assert ReadStatements.is_valid(completed([], ReadStatements))
    assert ReadLines.is_valid(completed(pl.DataFrame([ROW]).clear(), ReadLines))


@pytest.mark.parametrize("read", [[ROW | {"ammount": 1}], pl.DataFrame([ROW | {"ammount": 1}])])
def test_an_unknown_column_is_named(read):
    with pytest.raises(ValueError, match="ReadLines has no column ammount"):
        completed(read, ReadLines)


def test_a_column_that_must_be_there_is_named():
    with pytest.raises(ValueError, match="ReadLines needs the column booking_date, amount"):
        completed([{"statement_index": 0, "record": 1, "currency": "EUR"}], ReadLines)
