"""Dates and amounts are decided over the whole file, or refused."""

from __future__ import annotations

import datetime as dt

import pytest

from recon.api import MalformedFile
from tests.formats.qif.qif_reading import USD, bank, read


def dates(*written: str, **options: str) -> list[dt.date | None]:
    parsed = read(bank(*(f"D{one}\nT1.00" for one in written)), USD | options)
    return parsed.lines["booking_date"].to_list()


def amounts(*written: str, **options: str) -> list[int]:
    text = bank(*(f"D2026-01-02\nT{one}" for one in written))
    return read(text, USD | options).lines["amount"].to_list()


@pytest.mark.parametrize(
    "written", ["1/31/2026", "01-31-26", "1/31'26", " 1/31'26", "1/31/26", "Jan"]
)
def test_a_month_first_file_is_proven_by_a_day_beyond_twelve(written):
    if written == "Jan":
        assert dates("31 Jan 2026", "02-Feb-26") == [dt.date(2026, 1, 31), dt.date(2026, 2, 2)]
    else:
        assert dates(written, "2/3/2026") == [dt.date(2026, 1, 31), dt.date(2026, 2, 3)]


def test_a_day_first_file_is_proven_by_a_day_beyond_twelve():
    assert dates("31/1/2026", "2/3/2026") == [dt.date(2026, 1, 31), dt.date(2026, 3, 2)]


def test_points_have_the_day_first_and_a_year_in_front_needs_no_proof():
    assert dates("2.3.2026") == [dt.date(2026, 3, 2)]
    assert dates("2026-02-03", "2026/3/4") == [dt.date(2026, 2, 3), dt.date(2026, 3, 4)]


def test_dates_that_nothing_decides_refuse_the_file_until_the_policy_says_the_order():
    with pytest.raises(MalformedFile, match="look alike") as caught:
        dates("1/2/2026", "3/4/2026")

    assert "date_order" in str(caught.value.hint)
    assert dates("1/2/2026", date_order="day-first") == [dt.date(2026, 2, 1)]
    assert dates("1/2/2026", date_order="month-first") == [dt.date(2026, 1, 2)]
    assert dates("3/3/2026") == [dt.date(2026, 3, 3)]


def test_dates_that_contradict_each_other_refuse_the_file():
    with pytest.raises(MalformedFile, match="some dates have the day first"):
        dates("31/1/2026", "1/31/2026")


@pytest.mark.parametrize(
    ("written", "year"),
    [("1/31'26", 2026), ("1/31'99", 2099), ("1/31/99", 1999), ("1/31/69", 2069), ("1/31' 4", 2004)],
)
def test_an_apostrophe_stands_before_years_from_2000_on(written, year):
    assert dates(written) == [dt.date(year, 1, 31)]


@pytest.mark.parametrize("written", ["2/30/2026", "13/32/2026", "x", "", "1/31", "1/31/206"])
def test_what_is_no_day_is_a_reject(written):
    parsed = read(bank(f"D{written}\nT1.00", "D12/31/2026\nT2.00"))

    assert parsed.rejects["code"].to_list() == ["no-date"]
    assert parsed.lines["amount"].to_list() == [200]


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("1,234.56", 123456),
        ("-1234.56", -123456),
        ("+5.", 500),
        (".5", 50),
        ("12", 1200),
        ("1'234.50", 123450),
        ("1 234.50", 123450),
        ("1,234,567.00", 123456700),
        ("     30.00", 3000),
        ("0.00", 0),
    ],
)
def test_amounts_with_a_point(written, minor):
    assert amounts(written) == [minor]


@pytest.mark.parametrize(
    ("written", "minor"),
    [("1.234,56", 123456), ("-,5", -50), ("1234,5", 123450), ("1.234.567,00", 123456700)],
)
def test_amounts_with_a_comma(written, minor):
    assert amounts(written) == [minor]


def test_three_digits_behind_a_mark_are_decided_by_the_rest_of_the_file():
    assert amounts("1,234", "1.50") == [123400, 150]
    assert amounts("1.234", "1,50") == [123400, 150]
    assert amounts("1,234,567", "1,234.00") == [123456700, 123400]


def test_three_digits_behind_a_mark_that_nothing_decides_are_rejects():
    parsed = read(bank("D2026-01-02\nT1,234", "D2026-01-02\nT5"))

    assert parsed.rejects["code"].to_list() == ["ambiguous-amount"]
    assert "decimal_mark" in parsed.rejects["hint"][0]
    assert parsed.lines["amount"].to_list() == [500]
    assert amounts("1,234", decimal_mark=".") == [123400]
    assert amounts("1,500", decimal_mark=",") == [150]


def test_both_marks_before_decimals_refuse_the_file():
    with pytest.raises(MalformedFile, match="point before their decimals"):
        amounts("1.50", "1,50")


@pytest.mark.parametrize(
    "written",
    ["", "x", "$5.00", "1.2.3", "12,34.56", "1.234", "(5.00)", "5-", "1e5", "9" * 19, "٣.00"],
)
def test_what_is_no_amount_is_a_reject(written):
    parsed = read(bank(f"D2026-01-02\nT{written}", "D2026-01-02\nT2.00"))

    assert parsed.rejects["code"].to_list() == ["no-amount"]
    assert parsed.lines["amount"].to_list() == [200]


def test_decimals_are_those_of_the_currency():
    text = bank("D2026-01-02\nT1,250", "D2026-01-02\nT5")

    assert read(text, {"currency": "JPY", "decimal_mark": "."}).lines["amount"].to_list() == [
        1250,
        5,
    ]
    kwd = read(bank("D2026-01-02\nT1.250\n", "D2026-01-02\nT5.00"), {"currency": "KWD"})
    assert kwd.lines["amount"].to_list() == [1250, 5000]
