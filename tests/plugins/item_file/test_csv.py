"""Open items from CSV: exact values, and every wrong cell with its place."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.api import ConfigurationError, ItemSource, UnreadableItems, format_minor
from recon_item_file.csv_text import split_plain, split_quoted
from recon_item_file.plugin import recon_register_sources
from tests.examples import examples
from tests.plugins.item_file.writing import HEADER, fetch, write_csv

FULL = """\
item_id,kind,number,customer_id,customer_name,currency,amount,open_amount,issue_date,due_date,payment_reference,discount_amount,discount_until,purchase_order,colour
1,invoice,INV-1001,C7,"ACME, GmbH",EUR,100.00,40.5,2026-01-02,2026-02-01,RF18539007547034,2.00,2026-01-12,PO 9,red
2,Credit Note,CN-7,C7,,EUR,-5,-5.00,2026-01-03,,,,,,
3,,INV-1002,,,JPY,,1200,,,,,,,
4,,CN-8,,,KWD,,-0.001,,,,,,,
"""


def wrong(folder, text, **options):
    with pytest.raises(UnreadableItems) as caught:
        fetch(write_csv(folder, text), **options)
    return caught.value


def test_the_plugin_registers_one_item_source():
    (source,) = recon_register_sources()

    assert isinstance(source, ItemSource)
    assert source.name == "item-file"


def test_every_column_of_the_contract_is_read(tmp_path):
    items = fetch(write_csv(tmp_path, FULL)).items

    assert items.row(0, named=True) == {
        "item_id": "1",
        "kind": "invoice",
        "number": "INV-1001",
        "customer_id": "C7",
        "customer_name": "ACME, GmbH",
        "currency": "EUR",
        "amount": 10_000,
        "open_amount": 4_050,
        "issue_date": dt.date(2026, 1, 2),
        "due_date": dt.date(2026, 2, 1),
        "payment_reference": "RF18539007547034",
        "discount_amount": 200,
        "discount_until": dt.date(2026, 1, 12),
        "purchase_order": "PO 9",
    }


def test_a_missing_kind_follows_the_sign(tmp_path):
    items = fetch(write_csv(tmp_path, FULL)).items

    assert items["kind"].to_list() == ["invoice", "credit_note", "invoice", "credit_note"]


def test_amounts_have_the_decimals_of_their_currency(tmp_path):
    items = fetch(write_csv(tmp_path, FULL)).items

    assert items["open_amount"].to_list() == [4_050, -500, 1_200, -1]


def test_four_columns_are_enough(tmp_path):
    books = fetch(write_csv(tmp_path, f"{HEADER}\n1,A,EUR,1.00\n"))

    assert books.items["open_amount"].to_list() == [100]
    assert (books.parties.height, books.closed.height, books.own_accounts.height) == (0, 0, 0)
    assert books.remittances.height == 0


def test_a_file_with_a_header_alone_has_no_items(tmp_path):
    assert fetch(write_csv(tmp_path, f"{HEADER}\n")).items.height == 0


@pytest.mark.parametrize(
    "header",
    ["ITEM_ID,Number,Currency,Open_Amount", " item id , number , currency , open-amount "],
)
def test_headers_match_whatever_their_case_and_blanks(tmp_path, header):
    assert fetch(write_csv(tmp_path, f"{header}\n1,A,EUR,1\n")).items.height == 1


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_the_delimiter_follows_from_the_header(tmp_path, delimiter):
    text = f"{HEADER}\n1,A,EUR,1\n".replace(",", delimiter)

    assert fetch(write_csv(tmp_path, text)).items["number"].to_list() == ["A"]


def test_a_column_map_renames_headers_and_our_own_name_then_means_nothing(tmp_path):
    text = "item_id,Beleg,Währung,open_amount,number\n1,RE-1,EUR,1,ignored\n"
    names = {"number": "beleg", "currency": "Währung"}
    items = fetch(write_csv(tmp_path, text), item_columns=names).items

    assert items["number"].to_list() == ["RE-1"]


def test_a_quoted_cell_may_hold_delimiters_quotes_and_line_breaks(tmp_path):
    text = f'{HEADER},customer_name\n1,A,EUR,1,"a ""b"", c\nd"\n\n2,B,EUR,x,\n'
    error = wrong(tmp_path, text)

    assert error.place.line == 5  # the record before spans two lines, then a blank one
    assert "'x'" in error.message


def test_a_byte_order_mark_is_no_part_of_the_first_header(tmp_path):
    path = write_csv(tmp_path, f"{HEADER}\n1,A,EUR,1\n", encoding="utf-8-sig")

    assert fetch(path).items.height == 1


def test_trailing_delimiters_and_blank_rows_carry_nothing(tmp_path):
    text = f"{HEADER}\n1,A,EUR,1,,\n,,,\n\n   \n2,B,EUR,2\n"

    assert fetch(write_csv(tmp_path, text)).items["item_id"].to_list() == ["1", "2"]


@pytest.mark.parametrize(
    ("cell", "cause"),
    [
        ("1.2.3", "no amount"),
        ("abc", "no amount"),
        ("1.005", "more than 2 decimals"),
        ("0.30000000000000004", "more than"),
        ("1e3", "no amount"),
        ("NaN", "no amount"),
        ("12-", "no amount"),
        ("(12)", "no amount"),
        ("€ 12", "no amount"),
        ("1 000", "no amount"),
        ("٣", "no amount"),
        ("99999999999999", "limit"),
    ],
)
def test_text_that_is_no_amount_is_an_error_with_its_place(tmp_path, cell, cause):
    error = wrong(tmp_path, f"{HEADER}\n1,A,EUR,5\n2,B,EUR,{cell}\n")

    assert str(error.place) == f"{tmp_path / 'items.csv'}:3:4"
    assert error.excerpt == cell
    assert cause in error.message


def test_a_decimal_comma_is_accepted_only_when_the_options_say_so(tmp_path):
    text = "item_id;number;currency;open_amount\n1;A;EUR;1234,50\n"
    error = wrong(tmp_path, text)

    assert 'decimal_mark = ","' in error.hint
    assert fetch(write_csv(tmp_path, text), decimal_mark=",").items["open_amount"].to_list() == [
        123_450
    ]


def test_thousands_marks_are_accepted_only_when_declared_and_only_in_their_places(tmp_path):
    def text(cell):
        return f"item_id;number;currency;open_amount\n1;A;EUR;{cell}\n"

    marks = {"decimal_mark": ",", "thousands_mark": "."}

    assert "thousands_mark" in wrong(tmp_path, text("1.234,50"), decimal_mark=",").hint
    assert fetch(write_csv(tmp_path, text("1.234,50")), **marks).items["open_amount"].to_list() == [
        123_450
    ]
    assert fetch(write_csv(tmp_path, text("1234,5")), **marks).items["open_amount"].to_list() == [
        123_450
    ]
    for cell in ("12.34,50", "1.2345", "1.234.5", "1,234.50", ".123"):
        wrong(tmp_path, text(cell), **marks)


def test_with_a_decimal_comma_a_point_is_no_decimal_mark(tmp_path):
    text = "item_id;number;currency;open_amount\n1;A;EUR;1234.50\n"
    error = wrong(tmp_path, text, decimal_mark=",")

    assert "open_amount '1234.50': no amount" in error.message


@pytest.mark.parametrize(
    "cell", ["2026-02-30", "01.02.2026", "2026-1-5", "26-01-05", "0026-01-05", "20260105", "x"]
)
def test_text_that_is_no_iso_date_is_an_error(tmp_path, cell):
    error = wrong(tmp_path, f"{HEADER},due_date\n1,A,EUR,5,{cell}\n")

    assert error.place.column == 5
    assert "date_format" in error.hint


def test_dates_may_have_a_declared_form(tmp_path):
    path = write_csv(tmp_path, f"{HEADER},due_date\n1,A,EUR,5,05.01.2026\n")

    assert fetch(path, date_format="%d.%m.%Y").items["due_date"].to_list() == [dt.date(2026, 1, 5)]


def test_a_declared_form_with_four_digits_refuses_two(tmp_path):
    error = wrong(tmp_path, f"{HEADER},due_date\n1,A,EUR,5,05.01.26\n", date_format="%d.%m.%Y")

    assert "due_date '05.01.26': no date of the form %d.%m.%Y" in error.message


@pytest.mark.parametrize("cell", ["XQX", "eur", "Euro", "€", "", "EURO"])
def test_a_currency_that_is_none_is_the_one_problem_of_its_row(tmp_path, cell):
    error = wrong(tmp_path, f"{HEADER}\n1,A,{cell},5\n")

    assert error.place.column == 3
    if cell:
        assert error.message.startswith("a cell is wrong")


def test_a_default_currency_fills_blanks_and_a_missing_column(tmp_path):
    blank = write_csv(tmp_path, f"{HEADER}\n1,A,,5\n2,B,JPY,5\n")
    absent = write_csv(tmp_path, "item_id,number,open_amount\n1,A,5\n", "absent.csv")

    assert fetch(blank, default_currency="EUR").items["open_amount"].to_list() == [500, 5]
    assert fetch(absent, default_currency="EUR").items["currency"].to_list() == ["EUR"]


@pytest.mark.parametrize("column", ["item_id", "number", "currency", "open_amount"])
def test_a_missing_required_column_is_named(tmp_path, column):
    names = [name for name in HEADER.split(",") if name != column]
    error = wrong(tmp_path, ",".join(names) + "\n1,2,3\n")

    assert repr(column) in error.message
    assert error.place.line == 1


def test_a_mapped_column_must_be_there_even_if_it_is_optional(tmp_path):
    error = wrong(tmp_path, f"{HEADER}\n1,A,EUR,1\n", item_columns={"due_date": "Fällig"})

    assert "Fällig" in error.message


def test_a_header_that_stands_twice_is_an_error_when_we_need_it(tmp_path):
    assert "twice" in wrong(tmp_path, f"{HEADER},Number\n1,A,EUR,1,B\n").message
    assert fetch(write_csv(tmp_path, f"{HEADER},x,x\n1,A,EUR,1,,\n")).items.height == 1


@pytest.mark.parametrize("column", range(4))
def test_a_blank_required_cell_is_an_error(tmp_path, column):
    cells = ["1", "A", "EUR", "5"]
    cells[column] = " "
    error = wrong(tmp_path, f"{HEADER},x\n{','.join(cells)},here\n")

    assert (error.place.line, error.place.column) == (2, column + 1)
    assert "missing" in error.message


def test_a_repeated_item_id_names_both_lines(tmp_path):
    error = wrong(tmp_path, f"{HEADER}\n1,A,EUR,5\n2,B,EUR,5\n1,C,EUR,5\n")

    assert error.place.line == 4
    assert "line 2" in error.message


@pytest.mark.parametrize(
    ("kind", "amount"), [("credit_note", "5"), ("invoice", "-5"), ("debit_note", "-5")]
)
def test_a_kind_that_contradicts_the_sign_is_an_error(tmp_path, kind, amount):
    error = wrong(tmp_path, f"{HEADER},kind\n1,A,EUR,{amount},{kind}\n")

    assert "negative" in error.message


def test_an_unknown_kind_is_an_error(tmp_path):
    assert "Rechnung" in wrong(tmp_path, f"{HEADER},kind\n1,A,EUR,5,Rechnung\n").message


def test_a_negative_discount_is_an_error(tmp_path):
    error = wrong(tmp_path, f"{HEADER},discount_amount\n1,A,EUR,5,-1\n")

    assert "discount_amount '-1': a discount is not negative" in error.message


def test_the_first_ten_problems_stand_in_one_message_in_file_order(tmp_path):
    rows = "".join(f"{n},A,EUR,x{n},\n" for n in range(25))
    error = wrong(tmp_path, f"{HEADER},due_date\n{rows}99,A,EUR,5,never\n")
    lines = [row for row in error.message.splitlines() if "items.csv:" in row and "amount" in row]

    assert "26 cells are wrong" in error.message
    assert "16 more" in error.message
    assert [int(row.split("items.csv:")[1].split(":")[0]) for row in lines] == list(range(2, 12))


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("1,A,EUR\n", 2),
        ("1,A,EUR,1\n2,B,EUR,1,000.00\n", 3),
        ('1,"A"x,EUR,1\n', 2),
        ('1,A,EUR,1\n2,"B,EUR,1\n', 3),
    ],
)
def test_a_record_that_breaks_the_format_is_refused_with_its_line(tmp_path, rows, line):
    assert wrong(tmp_path, f"{HEADER}\n{rows}").place.line == line


@pytest.mark.parametrize("data", [b"", b"\n\n", b" \n"])
def test_an_empty_file_is_an_error_not_an_empty_list(tmp_path, data):
    path = tmp_path / "items.csv"
    path.write_bytes(data)
    with pytest.raises(UnreadableItems):
        fetch(path)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(UnreadableItems, match="cannot read"):
        fetch(tmp_path / "none.csv")


def test_text_of_western_windows_needs_its_encoding_said(tmp_path):
    path = write_csv(
        tmp_path, f"{HEADER},customer_name\n1,A,EUR,1,x\n2,B,EUR,1,Müller\n", encoding="cp1252"
    )
    with pytest.raises(UnreadableItems) as caught:
        fetch(path)

    assert caught.value.place.line == 3
    assert "cp1252" in caught.value.hint
    assert fetch(path, encoding="cp1252").items["customer_name"].to_list() == ["x", "Müller"]


def test_utf_16_text_is_recognised_and_needs_its_encoding_said(tmp_path):
    path = write_csv(tmp_path, f"{HEADER}\n1,A,EUR,1\n", encoding="utf-16")
    with pytest.raises(UnreadableItems) as caught:
        fetch(path)

    assert "utf-16" in caught.value.hint
    assert fetch(path, encoding="utf-16").items.height == 1


@pytest.mark.parametrize(
    "options",
    [
        {"colour": "red"},
        {"decimal_mark": ";"},
        {"decimal_mark": ",", "thousands_mark": ","},
        {"encoding": "klingon"},
        {"default_currency": "XQX"},
        {"item_columns": {"colour": "x"}},
        {"items": 7},
    ],
)
def test_wrong_options_are_an_error_of_configuration(tmp_path, options):
    with pytest.raises(ConfigurationError):
        fetch(**({"items": write_csv(tmp_path, f"{HEADER}\n1,A,EUR,1\n")} | options))


CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])


@settings(max_examples=examples(15), deadline=None)
@given(st.lists(st.tuples(st.integers(-(10**11), 10**11), CURRENCIES), max_size=20))
def test_amounts_that_were_written_out_are_read_back(tmp_path_factory, amounts):
    rows = [
        f"{n},A,{currency},{format_minor(minor, currency)}"
        for n, (minor, currency) in enumerate(amounts)
    ]
    text = "\n".join([HEADER, *rows, ""])
    folder = tmp_path_factory.mktemp(hashlib.sha256(text.encode()).hexdigest()[:8])

    assert fetch(write_csv(folder, text)).items["open_amount"].to_list() == [
        minor for minor, _ in amounts
    ]


@settings(max_examples=examples(15), deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0\x1c\x1d\x1e\x1f")),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(",;\t"),
)
def test_any_text_that_was_written_as_csv_is_read_back(tmp_path_factory, texts, delimiter):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow([*HEADER.split(","), "customer_name"])
    writer.writerows([[n, "A", "EUR", "1", text] for n, text in enumerate(texts)])
    path = write_csv(tmp_path_factory.mktemp("text"), out.getvalue())
    names = fetch(path).items["customer_name"].to_list()

    assert names == [text.strip() or None for text in texts]


CELLS = st.text(st.sampled_from("ab, \n1.é;|"), max_size=12)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(CELLS, max_size=6).map("\n".join), st.booleans())
def test_the_quick_way_through_plain_text_gives_what_the_careful_way_gives(text, is_windows):
    text = text.replace("\n", "\r\n") if is_windows else text
    quick = split_plain(text, ",")
    if quick is not None:
        careful = split_quoted("items.csv", text, ",")

        assert careful is not None
        assert (quick.header, quick.header_line) == (careful.header, careful.header_line)
        assert quick.lines.to_list() == careful.lines.to_list()
        assert quick.cells.equals(careful.cells)


def test_plain_text_goes_the_quick_way():
    assert split_plain(f"{HEADER}\r\n1,A,EUR,1\r\n\r\n2,B,EUR,2\r\n", ",").lines.to_list() == [2, 4]
    assert split_plain(f'{HEADER}\n1,"A",EUR,1\n', ",") is None
