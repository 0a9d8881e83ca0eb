"""Excel and Parquet: typed cells keep exactly their value, and what a spreadsheet spoilt is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from recon.api import UnreadableItems
from tests.plugins.item_file.writing import (
    HEADER,
    change_sheet,
    fetch,
    write_csv,
    write_parquet,
    write_xlsx,
)

NAMES = HEADER.split(",")
# Cells of a file have no time zone.
MIDNIGHT = dt.datetime(2026, 1, 2)  # noqa: DTZ001
NOON = dt.datetime(2026, 1, 2, 12)  # noqa: DTZ001


def wrong(path, **options):
    with pytest.raises(UnreadableItems) as caught:
        fetch(path, **options)
    return caught.value


def test_excel_numbers_dates_and_texts_come_out_exactly(tmp_path):
    day = (dt.date(2026, 1, 31), "dd.mm.yyyy")
    rows = [
        [*NAMES, "due_date", "discount_amount"],
        [1001, 123, "EUR", 1234.5, day, 0.1],
        ["0042", "INV 7", "JPY", 1200, "2026-02-28", None],
        ["X-3", "INV 8", "KWD", "-0.125", None, None],
        ["4", "INV 9", "EUR", (99_999_999_999.99, "#,##0.00 €"), None, None],
    ]
    items = fetch(write_xlsx(tmp_path, rows)).items

    assert items["item_id"].to_list() == ["1001", "0042", "X-3", "4"]
    assert items["number"].to_list() == ["123", "INV 7", "INV 8", "INV 9"]
    assert items["open_amount"].to_list() == [123_450, 1_200, -125, 9_999_999_999_999]
    assert items["due_date"].to_list() == [dt.date(2026, 1, 31), dt.date(2026, 2, 28), None, None]
    assert items["discount_amount"].to_list() == [10, None, None, None]


@pytest.mark.parametrize("noisy", ["0.30000000000000004", "1000.1000000000001", "1234.505"])
def test_an_excel_number_with_noise_beyond_the_cents_is_an_error(tmp_path, noisy):
    path = write_xlsx(tmp_path, [NAMES, ["1", "A", "EUR", 77]])
    change_sheet(path, "<v>77</v>", f"<v>{noisy}</v>")
    error = wrong(path)

    assert (error.place.line, error.place.column) == (2, 4)
    assert error.excerpt == noisy
    assert "decimals" in error.message
    assert "ROUND" in error.hint


def test_an_excel_date_where_a_number_of_an_invoice_should_be_is_an_error(tmp_path):
    error = wrong(write_xlsx(tmp_path, [NAMES, ["1", (dt.date(2026, 1, 2), "d-m"), "EUR", 5]]))

    assert "number" in error.message
    assert "date" in error.message


def test_an_id_longer_than_excel_keeps_is_an_error_as_number_and_right_as_text(tmp_path):
    text = write_xlsx(tmp_path, [NAMES, ["12345678901234567", "A", "EUR", 5]], "text.xlsx")
    number = write_xlsx(tmp_path, [NAMES, [12345678901234567, "A", "EUR", 5]], "number.xlsx")

    assert fetch(text).items["item_id"].to_list() == ["12345678901234567"]
    assert "15 digits" in wrong(number).message


def test_an_excel_error_in_a_column_we_need_is_never_a_blank(tmp_path):
    path = write_xlsx(
        tmp_path, [[*NAMES, "due_date"], ["1", "A", "EUR", 5, 77], ["2", "B", "EUR", 5, None]]
    )
    change_sheet(path, "<v>77</v>", "<v>78</v>")
    change_sheet(path, '<c r="E2"><v>78</v>', '<c r="E2" t="e"><f>1/0</f><v>#DIV/0!</v>')
    error = wrong(path)

    assert (error.place.line, error.place.column) == (2, 5)
    assert "#DIV/0!" in error.message


def test_an_excel_error_in_a_column_we_do_not_need_is_no_matter(tmp_path):
    path = write_xlsx(tmp_path, [["note", *NAMES], [77, "1", "A", "EUR", 5]])
    change_sheet(path, '<c r="A2"><v>77</v>', '<c r="A2" t="e"><v>#N/A</v>')

    assert fetch(path).items.height == 1


def test_the_place_of_an_excel_error_counts_in_a_sheet_that_begins_further_right(tmp_path):
    path = write_xlsx(tmp_path, [[*NAMES, "due_date"], ["1", "A", "EUR", 5, 77]], at=(3, 2))
    change_sheet(path, '<c r="G5"><v>77</v>', '<c r="G5" t="e"><v>#N/A</v>')
    error = wrong(path)

    assert error.place.line == 5
    assert "due_date" in error.message


def test_a_formula_that_was_never_calculated_is_never_a_blank(tmp_path):
    path = write_xlsx(tmp_path, [[*NAMES, "due_date"], ["1", "A", "EUR", 5, 77]])
    change_sheet(path, '<c r="E2"><v>77</v></c>', '<c r="E2"><f>TODAY()</f></c>')

    assert "TODAY()" in wrong(path).message


def test_an_excel_number_where_a_date_should_be_is_an_error(tmp_path):
    error = wrong(write_xlsx(tmp_path, [[*NAMES, "due_date"], ["1", "A", "EUR", 5, 46_000]]))

    assert "due_date '46000': no date" in error.message


def test_an_excel_moment_is_no_date(tmp_path):
    noon = (NOON, "yyyy-mm-dd hh:mm")
    error = wrong(write_xlsx(tmp_path, [[*NAMES, "due_date"], ["1", "A", "EUR", 5, noon]]))

    assert "due_date '2026-01-02 12:00:00': no date" in error.message


def test_true_is_no_amount(tmp_path):
    error = wrong(write_xlsx(tmp_path, [NAMES, ["1", "A", "EUR", True]]))

    assert "open_amount 'true': no amount" in error.message


def test_declared_marks_speak_of_text_cells_and_never_of_numbers(tmp_path):
    rows = [
        NAMES,
        ["1", "A", "EUR", 1234.5],
        ["2", "B", "EUR", "1.234,50"],
        ["3", "C", "EUR", "1.234"],
    ]
    items = fetch(write_xlsx(tmp_path, rows), decimal_mark=",", thousands_mark=".").items

    assert items["open_amount"].to_list() == [123_450, 123_450, 123_400]


def test_blank_rows_in_a_sheet_keep_the_row_numbers_right(tmp_path):
    rows = [[], [], NAMES, ["1", "A", "EUR", 5], [], ["2", "B", "EUR", "x"]]

    assert wrong(write_xlsx(tmp_path, rows)).place.line == 6


def test_a_sheet_is_chosen_by_name_or_is_the_first(tmp_path):
    path = write_xlsx(tmp_path, [NAMES, ["1", "A", "EUR", 5]])

    assert fetch(path, sheet="Open items").items.height == 1
    assert "nope" in wrong(path, sheet="nope").message


@pytest.mark.parametrize(
    ("data", "word"),
    [(b"PK\x03\x04junk", "Excel"), (b"PAR1junk", "Parquet"), (b"\xd0\xcf\x11\xe0\xa1", ".xls")],
)
def test_a_broken_file_is_refused_whatever_its_name(tmp_path, data, word):
    path = tmp_path / "items.csv"
    path.write_bytes(data)

    assert word in wrong(path).message


def test_an_empty_sheet_is_an_error(tmp_path):
    assert "empty" in wrong(write_xlsx(tmp_path, [])).message


@pytest.mark.parametrize(
    "amounts",
    [
        pl.Series([12.5, -0.1, 9_999_999_999.99]),
        pl.Series(
            [Decimal("12.500"), Decimal("-0.1"), Decimal("9999999999.99")], dtype=pl.Decimal(20, 4)
        ),
        pl.Series(["12.5", "-0.10", "9999999999.99"]),
    ],
    ids=["float", "decimal", "text"],
)
def test_parquet_amounts_of_each_type_come_out_exactly(tmp_path, amounts):
    columns = {
        "item_id": [1, 2, 3],
        "number": ["A", "B", "C"],
        "currency": ["EUR"] * 3,
        "open_amount": amounts,
    }
    items = fetch(write_parquet(tmp_path, columns)).items

    assert items["item_id"].to_list() == ["1", "2", "3"]
    assert items["open_amount"].to_list() == [1_250, -10, 999_999_999_999]


def test_parquet_dates_and_midnights_are_days_and_moments_are_not(tmp_path):
    columns = {"item_id": [1.0], "number": ["A"], "currency": ["EUR"], "open_amount": [5]}
    path = write_parquet(
        tmp_path, columns | {"due_date": [MIDNIGHT], "issue_date": [dt.date(2026, 1, 1)]}
    )
    items = fetch(path).items

    assert items["item_id"].to_list() == ["1"]
    assert items["due_date"].to_list() == [dt.date(2026, 1, 2)]
    assert items["issue_date"].to_list() == [dt.date(2026, 1, 1)]
    wrong(write_parquet(tmp_path, columns | {"due_date": [NOON]}))


@pytest.mark.parametrize(
    "amounts",
    [
        pl.Series([1234567.89], dtype=pl.Float32),
        pl.Series([[1]]),
        pl.Series([True]),
        pl.Series([b"1"]),
    ],
    ids=["float32", "list", "bool", "bytes"],
)
def test_parquet_types_without_exact_amounts_are_refused_when_needed(tmp_path, amounts):
    columns = {"item_id": ["1"], "number": ["A"], "currency": ["EUR"], "open_amount": [5.0]}

    assert "exact" in wrong(write_parquet(tmp_path, columns | {"open_amount": amounts})).message
    assert fetch(write_parquet(tmp_path, columns | {"unrelated": amounts})).items.height == 1


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (0.1 + 0.2, "'0.30000000000000004': more than 2 decimals"),
        (float("nan"), "'NaN': no amount"),
        (float("inf"), "'inf': no amount"),
        (1e16, "'1e+16': no amount"),
    ],
)
def test_parquet_floats_that_are_no_amount_are_errors(tmp_path, value, cause):
    columns = {"item_id": ["1"], "number": ["A"], "currency": ["EUR"], "open_amount": [value]}
    error = wrong(write_parquet(tmp_path, columns))

    assert f"open_amount {cause}" in error.message


def test_long_parquet_ids_are_exact_as_integers_and_refused_as_floats(tmp_path):
    columns = {"number": ["A"], "currency": ["EUR"], "open_amount": [5]}
    whole = write_parquet(tmp_path, columns | {"item_id": [1234567890123456789]}, "whole.parquet")
    floating = write_parquet(
        tmp_path, columns | {"item_id": [1.2345678901234567e18]}, "float.parquet"
    )

    assert fetch(whole).items["item_id"].to_list() == ["1234567890123456789"]
    assert "15 digits" in wrong(floating).message


def test_the_three_formats_give_the_same_items(tmp_path):
    rows = [["1", "INV-1", "EUR", "12.50"], ["2", "INV-2", "EUR", "-3.00"]]
    text = "\n".join(",".join(row) for row in [NAMES, *rows]) + "\n"
    columns = dict(zip(NAMES, map(list, zip(*rows, strict=True)), strict=True))
    csv = fetch(write_csv(tmp_path, text)).items

    assert fetch(write_xlsx(tmp_path, [NAMES, *rows])).items.equals(csv)
    assert fetch(write_parquet(tmp_path, columns)).items.equals(csv)
