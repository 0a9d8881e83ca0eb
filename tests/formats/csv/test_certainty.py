"""What the guess must ask for, and what proves it."""

from __future__ import annotations

import tomllib

import pytest

from recon.api import MalformedFile
from tests.formats.csv.reading import amounts, days, read_account, read_text

HEADER = "Date,Description,Amount,Balance\n"


def question(text: str, **options: object) -> MalformedFile:
    with pytest.raises(MalformedFile) as caught:
        read_text(text, **{"currency": "EUR", **options})
    return caught.value


def test_a_day_that_may_be_a_month_is_asked_for():
    error = question("Date,Description,Amount\n01/02/2026,a,-1.00\n03/04/2026,b,2.00\n")

    assert "which is the day and which the month" in error.message
    assert "%d/%m/%Y" in (error.hint or "")


def test_a_day_above_twelve_tells_the_order():
    parsed = read_account(
        "Date,Description,Amount\n01/02/2026,a,-1.00\n01/13/2026,b,2.00\n", currency="EUR"
    )

    assert days(parsed) == ["2026-01-02", "2026-01-13"]


def test_the_value_date_column_tells_the_order_of_the_booking_date():
    parsed = read_text(
        "Date,Value date,Description,Amount\n01/02/2026,31/01/2026,a,-1.00\n", currency="EUR"
    )

    assert days(parsed) == ["2026-02-01"]


def test_rows_that_run_one_way_in_time_in_one_reading_only_tell_the_order():
    rows = [f"{day},a,-1\n" for day in ("05/01", "06/01", "09/01", "02/02", "03/02")]
    text = "Date,Description,Amount\n" + "".join(rows).replace(",a", "/2026,a")

    assert days(read_account(text, currency="EUR"))[3:] == ["2026-02-02", "2026-02-03"]
    assert (
        "which is the day" in question(text.replace(rows[0].replace(",a", "/2026,a"), "")).message
    )


def test_one_damaged_day_turns_no_others_around():
    # In the American reading the rows run back in time but for 13/11, which it excludes.
    rows = [f"{day}/2026,a,-1\n" for day in ("11/09", "11/08", "10/07", "10/06", "09/05", "13/11")]
    text = "Date,Description,Amount\n" + "".join(rows)

    assert "which is the day" in question(text).message
    read = read_account(text, currency="EUR", date_order="month_first")
    assert days(read)[0] == "2026-11-09"
    assert read.rejects["line_number"].to_list() == [7]


def test_two_date_columns_in_different_orders_are_asked_for():
    text = "Date,Value date,Description,Amount\n01/02/2026,31/01/2026,a,-1.00\n01/13/2026,01/02/2026,b,1.00\n"

    assert "which is the day" in question(text).message
    parsed = read_account(text, currency="EUR", date_order="day_first")
    assert days(parsed) == ["2026-02-01"]
    assert parsed.rejects["line_number"].to_list() == [3]


def test_the_period_above_the_table_tells_the_order():
    text = "From:,13/01/2026,,\nTo:,31/03/2026,,\nDate,Description,Amount,Balance\n01/02/2026,a,-1.00,\n"

    assert days(read_account(text, currency="EUR")) == ["2026-02-01"]


def test_the_user_settles_the_order_of_day_and_month():
    text = "Date,Description,Amount\n01/02/2026,a,-1.00\n"

    assert days(read_account(text, currency="EUR", date_order="day_first")) == ["2026-02-01"]
    assert days(read_account(text, currency="EUR", date_order="month_first")) == ["2026-01-02"]


def test_amounts_that_are_all_like_1_234_are_asked_for():
    text = "Date;Description;Amount\n2026-01-13;a;-1.234\n2026-01-14;b;2.500\n"

    assert "which is the decimal mark" in question(text).message


def test_the_running_balance_proves_that_1_234_is_more_than_a_thousand():
    text = "Date;Description;Amount;Balance\n2026-01-13;a;-1.234;8.766,50\n2026-01-14;b;2.500;11.266,50\n"

    assert amounts(read_text(text, currency="EUR")) == [-123400, 250000]


def test_the_decimal_mark_is_that_of_the_whole_column():
    text = "Date;Description;Amount\n2026-01-13;a;-1.000\n2026-01-14;b;2,50\n"

    assert amounts(read_account(text, currency="EUR")) == [-100000, 250]


def test_amounts_with_both_marks_as_decimals_are_asked_for():
    text = "Date;Description;Amount\n2026-01-13;a;-1.25\n2026-01-14;b;2,50\n"

    assert "contradict" in question(text).message


def test_amounts_without_any_sign_are_asked_for():
    text = "Date,Description,Amount\n2026-01-13,a,1.00\n2026-01-14,b,2.00\n"

    assert "which amounts are money out" in question(text).message


def test_one_amount_with_a_plus_does_not_make_the_others_receipts():
    text = "Date,Description,Amount\n2026-01-13,a,67.40\n2026-01-14,payment received,+1100.00\n"

    assert "which amounts are money out" in question(text).message


def test_the_running_balance_proves_amounts_without_a_sign():
    text = HEADER + "2026-01-13,a,1.00,10.00\n2026-01-14,b,2.00,12.00\n"

    assert amounts(read_text(text, currency="EUR")) == [100, 200]


def test_a_balance_that_moves_against_the_sign_is_asked_for():
    text = HEADER + "2026-01-13,a,1.00,10.00\n2026-01-14,b,2.00,8.00\n2026-01-15,c,-3.00,11.00\n"

    assert "which sign is money in" in question(text).message


def test_the_sign_on_a_card_is_asked_for():
    text = "Date,Card number,Description,Amount\n2026-01-13,**12,shop,20.00\n2026-01-14,**12,paid,-20.00\n"

    assert "which sign is a purchase" in question(text).message
    assert amounts(read_text(text, currency="EUR", amount_sign="debit_positive")) == [-2000, 2000]


BARE = "Date,Description,Amount\n2026-01-13,shop,33.50\n2026-01-14,repayment,-1525.00\n"


def test_signs_that_nothing_proves_are_asked_for():
    assert "which sign is money in" in question(BARE).message
    assert amounts(read_text(BARE, currency="EUR", amount_sign="credit_positive")) == [
        3350,
        -152500,
    ]


@pytest.mark.parametrize(
    "text",
    [
        BARE.replace("Description", "Payer"),
        BARE.replace("Description", "Remitter name"),
        BARE.replace("Date,", "Value date,"),
        BARE.replace(",Amount", ",Amount,IBAN").replace("0\n", "0,DE89370400440532013000\n"),
        "IBAN:,DE89370400440532013000,\n" + BARE,
    ],
)
def test_what_only_bank_accounts_have_settles_the_sign(text: str):
    assert amounts(read_text(text, currency="EUR")) == [3350, -152500]


def test_a_card_named_above_the_table_opens_the_sign():
    text = "Kreditkarte:,**1234,\n" + BARE.replace("Date,", "Value date,")

    assert "which sign is a purchase" in question(text).message


def test_a_running_balance_that_breaks_makes_no_guess_certain():
    text = HEADER + "2026-01-13,a,-1.00,9.00\n2026-01-14,b,-2.00,7.00\n2026-01-15,c,-3.00,5.00\n"
    error = question(text)

    assert "1 place(s), the first on line 4, where it is 5.00 EUR" in error.message
    assert str(error.place) == "bank.csv:4"


def test_a_profile_reads_what_its_running_balance_contradicts_and_says_so():
    text = HEADER + "2026-01-13,a,-1.00,9.00\n2026-01-14,b,-2.00,7.00\n2026-01-15,c,-3.00,5.00\n"
    hint = question(text).hint or ""
    profile = tomllib.loads(hint.partition("\n")[2])["formats"]["csv"]["profiles"]["my_bank"]

    parsed = read_text(text, profiles={"my_bank": profile})

    assert amounts(parsed) == [-100, -200, -300]
    assert any("line 4, where it is 5.00 EUR" in finding for finding in parsed.findings)


def test_rows_of_one_day_may_stand_in_another_order_than_their_balances():
    text = HEADER + (
        "2026-01-13,a,-1.00,9.00\n2026-01-14,c,5.00,12.00\n2026-01-14,b,-2.00,7.00\n"
        "2026-01-14,d,-4.00,8.00\n2026-01-15,e,1.00,9.00\n"
    )
    parsed = read_text(text, currency="EUR")

    assert amounts(parsed) == [-100, 500, -200, -400, 100]
    assert parsed.statements.select("opening_balance", "closing_balance").row(0) == (1000, 900)


def test_a_row_that_cannot_be_read_is_no_break_of_the_running_balance():
    days_ = [f"2026-01-{day},a,-1.00,{100 - day}.00\n" for day in range(10, 30)]
    days_[5] = days_[5].replace("-1.00", "-1.0O")
    parsed = read_text(HEADER + "".join(days_), currency="EUR")

    assert (parsed.lines.height, parsed.rejects.height) == (19, 1)


def test_a_missing_row_breaks_the_running_balance():
    days_ = [f"2026-01-{day},a,-1.00,{100 - day}.00\n" for day in range(10, 30)]

    assert "the first on line 7" in question(HEADER + "".join(days_[:5] + days_[6:])).message


def test_a_pending_row_is_no_part_of_the_running_balance():
    text = (
        "Date,Description,Amount,Balance,Status\n2026-01-13,a,-1.00,9.00,Booked\n"
        "2026-01-14,b,-2.00,,Pending\n2026-01-14,c,-3.00,6.00,Booked\n"
    )

    parsed = read_text(text, currency="EUR")

    assert amounts(parsed) == [-100, -200, -300]
    assert parsed.lines["status"].to_list() == ["booked", "pending", "booked"]
    assert parsed.statements.select("opening_balance", "closing_balance").row(0) == (1000, 600)


def test_a_debit_column_with_both_signs_is_asked_for():
    text = "Date;Description;Debit;Credit\n2026-01-13;a;1,00;\n2026-01-14;b;-2,00;\n"

    assert "negative debit" in question(text).message


def test_a_sign_that_contradicts_its_flag_is_asked_for():
    text = "Date;Description;Amount;D/C\n2026-01-13;a;1,00;D\n2026-01-14;b;-2,00;D\n"

    assert "contradict" in question(text).message


def test_a_fee_is_part_of_the_amount_only_where_the_balance_says_so():
    rows = "2026-01-13,a,-10.00,1.00\n2026-01-14,b,-5.00,0.00\n"

    assert "fee" in question("Date,Description,Amount,Fee\n" + rows).message


def test_a_currency_that_stands_nowhere_is_asked_for():
    with pytest.raises(MalformedFile, match="the currency"):
        read_text("Date,Description,Amount\n2026-01-13,a,-1.00\n")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Date,Description,Amount (CHF)\n2026-01-13,a,-1.00\n", "CHF"),
        ("Date,Description,Amount\n2026-01-13,a,-1.00 GBP\n", "GBP"),
        ("Date,Description,Amount\n2026-01-13,a,-£1.00\n", "GBP"),
        ("Currency:,SEK,\nDate,Description,Amount\n2026-01-13,a,-1.00\n", "SEK"),
        ("Date,Description,Amount,Currency\n2026-01-13,a,-1.00,jpy\n".replace("1.00", "1"), "JPY"),
    ],
)
def test_the_currency_is_found_where_the_bank_wrote_it(text: str, code: str):
    assert read_account(text).lines["currency"].to_list() == [code]


def test_the_user_names_the_currency_of_a_word_that_is_no_code():
    text = "Date,Description,Amount,Currency\n2026-01-13,a,-1.00,RUR\n"

    assert read_account(text, currency_names={"RUR": "RUB"}).lines["currency"].to_list() == ["RUB"]


def test_a_dollar_sign_never_becomes_a_euro():
    with pytest.raises(MalformedFile, match="another currency"):
        read_account("Date,Description,Amount\n2026-01-13,a,-$1.00\n", currency="EUR")


def test_unknown_states_of_payments_are_asked_for():
    text = "Date,Description,Amount,Status\n2026-01-13,a,-1.00,quux\n2026-01-14,b,-2.00,zonk\n"

    assert "which rows are booked" in question(text).message


def test_the_hint_is_a_profile_that_can_be_put_into_the_policy():
    text = "Date;Text;Amount\n01/02/2026;a;-1,00\n"
    hint = question(text).hint or ""
    profile = tomllib.loads(hint.partition("\n")[2])["formats"]["csv"]["profiles"]["my_bank"]

    parsed = read_text(text, profiles={"my_bank": profile})

    assert (amounts(parsed), days(parsed)) == ([-100], ["2026-02-01"])
    assert parsed.reader == "csv-profile"


@pytest.mark.parametrize(
    ("text", "amount"),
    [("DEPOSIT", "50.00"), ("D\u00c9P\u00d4T", "50.00"), ("by debit card-0634 SHOP", "-50.00")],
)
def test_a_text_that_only_an_account_has_tells_which_sign_is_money_in(text, amount):
    table = f"Date,Note,Amount\n2026-03-22,{text},{amount}\n2026-03-23,x,-10.00\n"
    other = amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"

    assert amounts(read_text(table, currency="EUR"))[1] == -1000
    assert "which sign is money in" in question(table.replace(amount, other)).message
    assert "which sign is money in" in question(table.replace(text, "x")).message
    # One that says the contrary leaves it open.
    contrary = f"{table}2026-03-24,{text},{other}\n"
    assert "which sign is money in" in question(contrary).message


def test_a_deposit_for_a_hotel_says_nothing():
    table = "Date,Note,Amount\n2026-03-22,HOTEL DEPOSIT,50.00\n2026-03-23,x,-10.00\n"

    assert "which sign is money in" in question(table).message


def test_symbols_of_a_payment_show_a_bank_account():
    table = (
        "Posting date;Amount CZK;Variable symbol 1;Constant symbol;Message for payee\n"
        "2026/03/22;-111,11;11111111;0308;rent\n"
    )

    assert amounts(read_text(table)) == [-11111]
    assert "which sign is money in" in question(table.replace(" symbol", " colour")).message
