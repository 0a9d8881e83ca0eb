"""A damaged export never gives another amount, nor one entry less, without a word."""

from __future__ import annotations

import pytest

from recon.api import MalformedFile
from tests.formats.csv.reading import amounts, read_account

HEADER = "Date;Description;Amount;Currency\n"
ROWS = "2026-01-13;a;-1,25;EUR\n2026-01-14;b;-2,50;EUR\n"


def test_an_open_quote_at_the_end_names_the_line_where_it_opened():
    with pytest.raises(MalformedFile, match="a quote is not closed") as caught:
        read_account(HEADER + ROWS + '2026-01-15;c;-3,75;"')

    assert caught.value.place.line == 4


def test_an_open_quote_in_a_record_over_lines_is_named_where_it_opened():
    with pytest.raises(MalformedFile, match="a quote is not closed") as caught:
        read_account(HEADER + ROWS + '2026-01-15;"c\nd";-3,75;"EU')

    assert caught.value.place.line == 5


def test_a_quote_inside_a_bare_cell_opens_nothing():
    parsed = read_account(HEADER + ROWS + '2026-01-15;5" pipe;-3,75;EUR')

    assert amounts(parsed) == [-125, -250, -375]


@pytest.mark.parametrize("last", ["2026-01-15;c;-3,", "2026-01-15;c;-3,75", "2026-01-15"])
def test_a_last_row_with_fewer_cells_and_no_line_end_is_cut_off(last: str):
    parsed = read_account(HEADER + ROWS + last)

    assert amounts(parsed) == [-125, -250]
    assert parsed.rejects.select("line_number", "code").rows() == [(4, "cut-off")]


def test_a_short_last_row_with_a_line_end_is_whole():
    parsed = read_account(
        HEADER.replace(";Currency", ";Note") + ROWS + "2026-01-15;c;-3,75\n", currency="EUR"
    )

    assert amounts(parsed) == [-125, -250, -375]


def test_a_last_row_like_all_others_needs_no_line_end():
    parsed = read_account(HEADER + ROWS + "2026-01-15;c;-3,75;EUR")

    assert amounts(parsed) == [-125, -250, -375]


@pytest.mark.parametrize("last", ["-3", "-3,", "-3,7"])
def test_a_last_amount_with_fewer_decimals_than_all_others_is_cut_off(last: str):
    rows = "Date;Description;Amount\n2026-01-13;a;-1,25\n2026-01-14;b;-2,50\n"
    parsed = read_account(f"{rows}2026-01-15;c;{last}", currency="EUR")

    assert amounts(parsed) == [-125, -250]
    assert parsed.rejects["code"].to_list() == ["cut-off"]
    assert amounts(read_account(f"{rows}2026-01-15;c;-3,75", currency="EUR"))[-1] == -375


def test_a_last_amount_is_cut_off_where_others_end_in_a_sign():
    rows = "Date;Description;Amount\n2026-01-13;a;1,25-\n2026-01-14;b;2,50\n"
    parsed = read_account(f"{rows}2026-01-15;c;3,75", currency="EUR")

    assert amounts(parsed) == [-125, 250]
    assert parsed.rejects["code"].to_list() == ["cut-off"]


def test_a_last_amount_without_decimals_is_whole_where_others_have_none():
    rows = "Date;Description;Amount\n2026-01-13;a;-1\n2026-01-14;b;-2,50\n"

    assert amounts(read_account(f"{rows}2026-01-15;c;-3", currency="EUR"))[-1] == -300


@pytest.mark.parametrize("lost", ["", "(", "; "])
def test_two_rows_that_a_lost_line_end_joins_are_a_reject(lost: str):
    rows = (
        f"Date;Amount;Description\n2026-01-13;-1,25;a{lost}2026-01-14;-2,50;b\n2026-01-15;-3,75;c\n"
    )
    parsed = read_account(rows, currency="EUR")

    assert amounts(parsed) == [-375]
    assert parsed.rejects.select("line_number", "code").rows() == [(2, "joined-rows")]


def test_two_joined_rows_are_a_reject_without_a_header():
    parsed = read_account(
        "2026-01-13;a;-1,25;10,00\n2026-01-14;b;-2,50;7,502026-01-15;c;-3,75;3,75\n2026-01-16;d;1,00;4,75\n",
        currency="EUR",
        profile="bare",
        profiles={
            "bare": {
                "date_format": "%Y-%m-%d",
                "decimal_mark": ",",
                "columns": {
                    "booking_date": "#1",
                    "remittance": "#2",
                    "amount": "#3",
                    "balance": "#4",
                },
            }
        },
    )

    assert amounts(parsed) == [-125, 100]
    assert parsed.rejects.select("line_number", "code").rows() == [(2, "joined-rows")]


def test_filled_cells_beyond_the_header_are_told_with_their_line():
    parsed = read_account(HEADER + ROWS + "2026-01-15;c;-3,75;EUR;more;text\n")

    assert amounts(parsed) == [-125, -250, -375]
    assert (
        "1 row(s) with filled cells beyond the last column, the first on line 4" in parsed.findings
    )


BALANCED = "Date;Description;Amount;Balance\n2026-01-13;a;-1,25;98,75\n2026-01-14;b;-2,50;96,25\n"


def test_a_booking_without_the_balance_that_all_others_have_is_a_reject():
    parsed = read_account(BALANCED + "2026-01-15;c;96,00;\n", currency="EUR")

    assert amounts(parsed) == [-125, -250]
    assert parsed.rejects.select("line_number", "field", "code").rows() == [
        (4, "Balance", "missing-balance")
    ]
    assert parsed.statements["closing_balance"].to_list() == [9625]


def test_the_oldest_booking_needs_no_balance_unless_it_lacks_a_cell():
    table = "Date;Description;Amount;Balance\n2026-01-14;b;-2,50;96,25\n2026-01-13;a;-1,25;98,75\n"
    whole = read_account(f"{table}2026-01-12;c;-3,00;\n", currency="EUR")
    moved = read_account(f"{table}2026-01-12;c(-3,00;100,00\n", currency="EUR")

    assert amounts(whole) == [-250, -125, -300]
    assert whole.statements["closing_balance"].to_list() == [9625]
    assert moved.rejects["code"].to_list() == ["missing-balance"]


def test_a_currency_without_any_balance_needs_none():
    parsed = read_account(
        "Date;Description;Amount;Balance;Currency\n"
        "2026-01-13;a;-1,25;98,75;EUR\n2026-01-14;b;-2,50;96,25;EUR\n2026-01-14;c;5,00;;USD\n"
    )

    assert amounts(parsed) == [-125, -250, 500]


SOME = {
    "bank": {
        "header": ["Date", "Balance"],
        "date_format": "%Y-%m-%d",
        "decimal_mark": ",",
        "order": "oldest_first",
        "balance_rows": "some",
        "columns": {
            "booking_date": "Date",
            "remittance": "Description",
            "amount": "Amount",
            "balance": "Balance",
        },
    }
}


@pytest.mark.parametrize(("amount", "is_told"), [("-2,50", False), ("-2,60", True)])
def test_a_profile_may_say_that_only_some_rows_have_a_balance_which_the_amounts_between_prove(
    amount: str, is_told: bool
):
    table = f"Date;Description;Amount;Balance\n2026-01-13;a;-1,25;98,75\n2026-01-14;b;{amount};\n2026-01-14;c;-1,00;95,25\n"
    parsed = read_account(table, currency="EUR", profiles=SOME)

    assert parsed.lines.height == 3
    assert any("does not follow" in finding for finding in parsed.findings) == is_told


def test_no_closing_balance_is_derived_behind_the_last_one_of_the_table():
    parsed = read_account(BALANCED + "2026-01-15;c;96,00;\n", currency="EUR", profiles=SOME)

    assert amounts(parsed) == [-125, -250, 9600]
    assert parsed.statements.select("opening_balance", "closing_balance").rows() == [(10000, None)]
