"""Tables without a header: read where the balance, flags or an account prove the columns, refused where nothing does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import MalformedFile, ParsedStatements
from tests.formats.csv.reading import amounts, days, read_text


def read(text: str, **options: object) -> ParsedStatements:
    return read_text(text, **{"currency": "EUR", **options})


def refusal(text: str) -> str:
    with pytest.raises(MalformedFile) as caught:
        read(text)
    return caught.value.message


BALANCED = (
    "13/01/2026,rent,50.00,,950.00\n14/01/2026,pay,,100.00,1050.00\n15/01/2026,tax,20.00,,1030.00\n"
)


def test_a_running_balance_tells_debit_from_credit_and_from_itself():
    parsed = read(BALANCED)

    assert amounts(parsed) == [-5000, 10000, -2000]
    assert parsed.statements.row(0, named=True)["opening_balance"] == 100000
    assert parsed.lines["remittance"].to_list() == ["rent", "pay", "tax"]


@given(st.permutations(range(5)))
def test_the_place_of_the_columns_decides_nothing(order: list[int]):
    rows = [line.split(",") for line in BALANCED.splitlines()]
    text = "".join(",".join(row[at] for at in order) + "\n" for row in rows)

    assert amounts(read(text)) == [-5000, 10000, -2000]


def test_a_signed_column_is_told_from_its_balance():
    text = "15.01.2026;tax;-20,00;1.030,00\n14.01.2026;pay;100,00;1.050,00\n13.01.2026;rent;-50,00;950,00\n"

    assert amounts(read(text)) == [-2000, 10000, -5000]


def test_a_balance_that_does_not_follow_proves_nothing():
    assert "not certain" in refusal(BALANCED.replace("1050.00", "1051.00"))


def test_one_link_of_the_balance_may_be_chance():
    assert "not certain" in refusal("".join(BALANCED.splitlines(keepends=True)[:2]))


def test_flags_that_agree_with_every_sign_prove_it():
    text = "DEBIT,20260113,rent,-50.00\nCREDIT,20260114,pay,100.00\n"

    assert amounts(read(text)) == [-5000, 10000]
    assert "not certain" in refusal(text.replace("100.00", "-100.00"))


def test_signs_beside_one_account_number_are_those_of_an_account():
    text = "01234567890;13.01.2026;rent;-50,00\n01234567890;14.01.2026;pay;100,00\n"
    parsed = read(text)

    assert amounts(parsed) == [-5000, 10000]
    assert parsed.statements["account"].to_list() == ["01234567890"]
    assert "not certain" in refusal(text.replace("01234567890", "x"))
    assert "not certain" in refusal(text.replace("-", ""))


def test_a_day_that_may_be_a_month_is_asked_for():
    text = BALANCED.replace("13/01", "03/01").replace("14/01", "04/01").replace("15/01", "05/01")

    assert "which is the day and which the month" in refusal(text)
    assert days(read(text, date_order="month_first"))[0] == "2026-03-01"


def test_the_booking_date_is_the_one_that_runs_in_time():
    rows = ("13.01.2026;12.01.2026", "14.01.2026;10.01.2026", "15.01.2026;15.01.2026")
    text = "".join(f"01234567890;{row};a;-1,00;EUR\n" for row in rows)

    assert days(read(text)) == ["2026-01-13", "2026-01-14", "2026-01-15"]
    assert read(text).lines["value_date"].dt.day().to_list() == [12, 10, 15]


def test_two_dates_that_both_run_in_time_are_asked_for():
    rows = ("13.01.2026;14.01.2026", "15.01.2026;16.01.2026")
    text = "".join(f"01234567890;{row};a;-1,00;EUR\n" for row in rows)

    assert "which of two columns is the booking date" in refusal(text)


def test_two_dates_in_different_orders_are_asked_for():
    rows = ("13/01/2026;01/13/2026", "15/01/2026;01/11/2026", "16/01/2026;01/12/2026")
    text = "".join(f"01234567890;{row};a;-1,00;EUR\n" for row in rows)

    assert "which is the day and which the month" in refusal(text)


def test_a_currency_that_stands_nowhere_is_asked_for():
    with pytest.raises(MalformedFile, match="the currency"):
        read_text(BALANCED)
