"""Every record is a line, a reject with its place, or counted as no entry."""

from __future__ import annotations

import pytest

from recon.api import MalformedFile
from tests.formats.csv.reading import amounts, days, read_account

HEADER = "Date;Description;Amount;Currency\n"
GOOD = "".join(f"2026-01-{day};payment {day};-{day},50;EUR\n" for day in range(10, 30))


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("2026-02-30;x;-1,00;EUR", "Date", "wrong-date"),
        ("2026-01-15;x;1,0O;EUR", "Amount", "wrong-amount"),
        ("2026-01-15;x;1,005;EUR", "Amount", "wrong-amount"),
        ("2026-01-15;x;--1,00;EUR", "Amount", "wrong-amount"),
        ("2026-01-15;x;1E3;EUR", "Amount", "wrong-amount"),
        ("2026-01-15;x;-1,00;EUX", "Currency", "wrong-currency"),
        ("2026-01-15;x;-1,00;", "Currency", "wrong-currency"),
        ("2026-01-15;x;;EUR", "Amount", "missing-amount"),
        (";x;-1,00;EUR", "Date", "missing-date"),
        ("2026-01-15;x;-1,00 USD;EUR", "Amount", "wrong-currency"),
        ("2026-01-15;x;-1;50;EUR", "Currency", "ragged-row"),
    ],
)
def test_a_wrong_cell_rejects_its_row_with_line_and_column(row: str, field: str, code: str):
    parsed = read_account(HEADER + GOOD + row + "\n")
    reject = parsed.rejects.row(0, named=True)

    assert (reject["file"], reject["line_number"], reject["field"]) == ("bank.csv", 22, field)
    assert reject["code"] == code
    assert parsed.lines.height == 20
    assert parsed.statements["line_count"].sum() == 21


def test_a_guess_that_rejects_many_rows_is_no_guess():
    bad = "".join(f"2026-13-{day};x;-1,00;EUR\n" for day in range(10, 30))

    with pytest.raises(MalformedFile, match="not readable"):
        read_account(HEADER + GOOD + bad)


def test_a_pending_row_is_a_pending_line_and_a_failed_one_none():
    parsed = read_account(
        "Date,Description,Amount,Status\n2026-01-13,a,-1.00,Booked\n2026-01-14,b,-2.00,Pending\n2026-01-14,c,-2.00,Declined\n",
        currency="EUR",
    )

    assert amounts(parsed) == [-100, -200]
    assert parsed.lines["status"].to_list() == ["booked", "pending"]
    assert "1 not booked row(s) counted as no entry, the first on line 4" in parsed.findings


def test_a_pending_row_without_booking_date_has_its_value_date_and_counts_in_no_balance():
    parsed = read_account(
        "Booking date;Value date;Description;Amount;Balance;Status\n"
        ";2026-01-15;c;-5,00;;Pending\n2026-01-14;2026-01-14;b;2,00;3,00;Booked\n2026-01-13;2026-01-13;a;-1,00;1,00;Booked\n",
        currency="EUR",
    )

    assert days(parsed) == ["2026-01-15", "2026-01-14", "2026-01-13"]
    assert parsed.lines["status"].to_list() == ["pending", "booked", "booked"]
    assert parsed.statements.select("opening_balance", "closing_balance").row(0) == (200, 300)


def test_a_balance_row_at_the_end_is_no_booking():
    parsed = read_account(HEADER + GOOD + "2026-01-31;Saldo finale;100,00;EUR\n")

    assert parsed.lines.height == 20
    assert any("balance row" in finding for finding in parsed.findings)


def test_a_row_of_unknown_words_below_one_booking_is_no_booking():
    parsed = read_account(
        "Buchungstag;Wert;Verwendungszweck;Soll;Haben;Währung\n"
        '26.08.2026;26.08.2026;"RECHNUNG 7";-42,33;;EUR\n'
        "Depecurita;27.08.2026;;;575,21;EUR\n"
    )

    assert amounts(parsed) == [-4233]
    assert parsed.rejects["line_number"].to_list() == [3]


def test_a_payment_that_mentions_a_balance_is_a_booking():
    parsed = read_account(HEADER + GOOD + "2026-01-31;Saldo fattura 2026/17;100,00;EUR\n")

    assert amounts(parsed)[-1] == 10000


def test_notes_below_the_table_are_counted():
    parsed = read_account(HEADER + GOOD + "Disclaimer:;;;\nNo responsibility is taken.;;;\n")

    assert "2 text row(s) counted as no entry, the first on line 22" in parsed.findings


def test_parts_that_do_not_add_up_leave_their_batch_whole():
    parsed = read_account(
        "Date;Transaction no.;Description;Debit;Credit;Individual amount\n"
        "2026-01-14;T1;batch;;300,00;\n;T1;part;;;100,00\n;T1;part;;;150,00\n",
        currency="CHF",
    )

    assert amounts(parsed) == [30000]
    assert "2 parts left out: they do not add up to their batch" in parsed.findings


def test_a_row_with_the_same_reference_and_no_amount_goes_on_with_the_text():
    parsed = read_account(
        "Date;Transaction no.;Description;Debit;Credit;Balance\n"
        "2026-01-14;T1;Transfer;;300,00;300,00\n2026-01-14;T1;INV 1001;;;\n2026-01-15;T2;Fee;1,00;;299,00\n",
        currency="CHF",
    )

    assert parsed.lines["remittance"].to_list() == ["Transfer INV 1001", "Fee"]


def test_both_debit_and_credit_in_one_row_is_refused():
    parsed = read_account(
        "Date;Description;Debit;Credit\n2026-01-13;a;1,00;\n2026-01-14;b;1,00;2,00\n",
        currency="EUR",
    )

    assert parsed.rejects["code"].to_list() == ["two-amounts"]


def test_a_row_without_booking_date_is_booked_if_the_balance_counts_it():
    parsed = read_account(
        "Booking date;Value date;Description;Amount;Balance\n"
        ";2026-01-15;c;1,00;4,00\n2026-01-14;2026-01-14;b;2,00;3,00\n2026-01-13;2026-01-13;a;-1,00;1,00\n",
        currency="EUR",
    )

    assert days(parsed) == ["2026-01-15", "2026-01-14", "2026-01-13"]
    assert parsed.statements.row(0, named=True)["opening_balance"] == 200


def test_a_line_break_inside_quotes_stays_in_its_record():
    parsed = read_account(
        HEADER + '2026-01-13;"INV 1\r\nINV 2";-1,00;EUR\n2026-01-14;b;-2,00;EUR\n'
    )

    assert parsed.lines["remittance"].to_list() == ["INV 1 INV 2", "b"]
    assert parsed.lines["line_number"].to_list() == [2, 4]


def test_an_open_quote_never_swallows_records():
    with pytest.raises(MalformedFile, match="a quote is not closed"):
        read_account(HEADER + '2026-01-13;"INV 1;-1,00;EUR\n2026-01-14;b;-2,00;EUR\n')


def test_columns_of_one_name_are_told_apart():
    parsed = read_account(
        "Date,Description,Description,Amount\n2026-01-13,one,two,-1.00\n", currency="EUR"
    )

    assert parsed.lines["remittance"].to_list() == ["one two"]


def test_a_reference_guarded_against_spreadsheets_keeps_its_zeros():
    parsed = read_account(
        'Date;Transaction no.;Description;Amount\n2026-01-13;="00123";a;-1,00\n', currency="EUR"
    )

    assert parsed.lines["bank_reference"].to_list() == ["00123"]


def test_what_has_no_field_is_kept_in_extras():
    parsed = read_account(
        "Date;Description;Amount;Shoe size\n2026-01-13;a;-1,00;42\n", currency="EUR"
    )

    assert parsed.lines["extras"].to_list() == ['{"Shoe size":"42"}']


def test_accounts_and_currencies_are_statements_of_their_own():
    parsed = read_account(
        "Account,Date,Description,Amount,Currency\nA,2026-01-13,a,-1.00,EUR\nB,2026-01-13,b,-2.00,EUR\n"
        "A,2026-01-14,c,-3,JPY\n"
    )

    assert parsed.statements.select("account", "currency", "line_count").rows() == [
        ("A", "EUR", 1),
        ("B", "EUR", 1),
        ("A", "JPY", 1),
    ]
    assert parsed.lines["amount"].to_list() == [-100, -200, -3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_change_what_is_read(encoding: str, newline: str):
    text = "Datum;Verwendungszweck;Betrag;Währung\n13.01.2026;Müller;-1,00;EUR\n14.01.2026;b;2,00;EUR\n"
    parsed = read_account(text.replace("\n", newline).encode(encoding))

    assert (amounts(parsed), parsed.lines["remittance"][0]) == ([-100, 200], "Müller")
    assert parsed.lines["line_number"].to_list() == [2, 3]


def test_a_line_that_names_the_separator_decides_it():
    parsed = read_account(
        "sep=|\nDate|Description|Amount\n2026-01-13|a;b,c|-1.00\n", currency="EUR"
    )

    assert parsed.lines["remittance"].to_list() == ["a;b,c"]


def test_nul_characters_and_giant_cells_are_refused():
    with pytest.raises(MalformedFile, match="control character"):
        read_account(HEADER + "2026-01-13;a\x00b;-1,00;EUR\n")
    with pytest.raises(MalformedFile, match="limit"):
        read_account(HEADER + f"2026-01-13;{'x' * 70_000};-1,00;EUR\n")
    with pytest.raises(MalformedFile, match="limit"):
        read_account(HEADER + '"' * 400_000 + "\n")
    with pytest.raises(MalformedFile, match="columns"):
        read_account(HEADER + "2026-01-13" + ";" * 600 + "\n")


TOTALLED = (
    "Date;Text;Credit;Debit;Together\n"
    "2026-03-01;a;300.00;;\n2026-03-02;b;;52.50;\n2026-03-03;all;;;247.50\n"
)


def test_a_last_row_that_is_the_sum_of_all_others_is_no_booking():
    parsed = read_account(TOTALLED, currency="CHF")

    assert amounts(parsed) == [30000, -5250]
    assert parsed.rejects.is_empty()
    assert any("total" in finding for finding in parsed.findings)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("247.50", "247.51"),
        ("all;;;247.50", "all;;;247.50\n2026-03-04;c;;1.00;"),
        ("b;;52.50;", "b;;52.50;247.50"),
    ],
)
def test_a_row_that_is_not_the_sum_of_all_others_stays_a_reject(before, after):
    parsed = read_account(TOTALLED.replace(before, after), currency="CHF")

    assert bool(len(parsed.rejects)) is (before != "b;;52.50;")


BALANCED = (
    "Account;;;;\nOld;;;;752.54\n\nDate;Value date;Text;Debit;Credit\n"
    "2026-03-01;2026-03-01;a;-42.33;\n2026-03-02;2026-03-02;b;;376.97\n"
)


def test_a_last_row_that_is_the_old_balance_and_all_bookings_is_no_booking():
    parsed = read_account(BALANCED + "New;2026-03-02;;;1087.18\n", currency="CHF")

    assert amounts(parsed) == [-4233, 37697]
    assert parsed.rejects.is_empty()
    assert any("total" in finding for finding in parsed.findings)


@pytest.mark.parametrize(
    "last",
    ["New;2026-03-02;;;1087.19", "New;2026-03-02;c;;1087.18", "3 3;2026-03-02;;;1087.18"],
)
def test_a_last_row_without_a_date_that_may_be_a_booking_stays_a_reject(last):
    parsed = read_account(f"{BALANCED}{last}\n", currency="CHF")

    assert parsed.rejects["code"].to_list() == ["wrong-date"]
    assert parsed.rejects["line_number"].to_list() == [7]
