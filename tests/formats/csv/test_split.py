"""Splitting: Polars and the tolerant reader give one table; every record can be cut out of the file again."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import MalformedFile, SourceFile
from recon_csv import dialect
from recon_csv.cells import clean, cleaned, occurring_in
from recon_csv.scan import find_lines
from recon_csv.utf8 import Utf8Text, read_text

if TYPE_CHECKING:
    from recon_csv.table import Table

CELL = st.text("ab ;,\"'=0\u00a0é\n\r", max_size=6)
ROWS = st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=8)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def written(rows: list[list[str]], end: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator=end).writerows(rows)
    return out.getvalue()


def decode(data: bytes) -> Utf8Text:
    return read_text(SourceFile("bank.csv", data))


def split(text: str | bytes, quote: str = '"') -> Table:
    data = text if isinstance(text, bytes) else text.encode()
    return dialect.split(decode(data), ";", "bank.csv", quote)


def by_record(text: str) -> Table:
    decoded = decode(text.encode())
    lines = find_lines(decoded.utf8, decoded.begin)
    return dialect._by_record(decoded, lines, (";", '"'), "bank.csv")


def by_polars(text: str) -> Table | None:
    decoded = decode(text.encode())
    lines = find_lines(decoded.utf8, decoded.begin)
    return dialect._by_polars(decoded, lines, (";", '"'), "bank.csv")


@given(rows=ROWS, end=ENDS)
def test_both_splitters_give_the_same_records_at_the_same_places(rows: list[list[str]], end: str):
    text = written(rows, end)
    fast, slow = by_polars(text), by_record(text)

    if fast is not None:
        assert fast.cells.equals(slow.cells)
        assert fast.places.equals(slow.places)
        assert fast.head == slow.head


@given(rows=ROWS, end=st.sampled_from(["\n", "\r\n"]))
def test_regular_text_is_split_by_polars_whatever_its_cells_hold(rows: list[list[str]], end: str):
    rows = [["head"] * 4, *rows]

    assert by_polars(written(rows, end)) is not None or "\r" in "".join(map("".join, rows))


@given(rows=ROWS, end=ENDS)
def test_the_slice_of_a_record_is_that_record(rows: list[list[str]], end: str):
    text = written(rows, end)
    table = split(text)
    data = text.encode()

    for at in range(table.height):
        _, offset, length = table.places.row(at)
        again = split(data[offset : offset + length])
        assert again.height == 1
        assert [*again.row(0), *[""] * 4][:4] == [*table.row(at), *[""] * 4][:4]


@given(cells=st.lists(st.text("a0 \t\"'=\u00a0\ufeffEUR.", max_size=7)))
def test_a_column_is_cleaned_as_its_cells_are(cells: list[str]):
    frame = pl.DataFrame({"0": cells}, schema={"0": pl.String})

    assert cleaned(frame, "".join(cells))["0"].to_list() == [clean(cell) for cell in cells]


@given(cells=st.lists(st.lists(st.text("a0 '=.", max_size=4), min_size=2, max_size=2), min_size=1))
def test_blanks_are_looked_for_where_one_stands_at_the_end_of_a_cell(cells: list[list[str]]):
    data = "".join(f"{first};{second}\n" for first, second in cells).encode()
    occurring = occurring_in(data, ";", '"')

    at_ends = any(cell != cell.strip(" ") for row in cells for cell in row)
    assert (" " in occurring) == at_ends


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a;b\n1;"2\n3;4\n', 2),
        ('a;b\n1;"2"\n3;"4\n5;"6"\n7;8\n', 3),
        ('a;b\n1;"2"\n3;"4\n5;"6"', 3),
        ('a;b\n"1;2\n3;4\n' + "5;6\n" * 40_000, 2),
    ],
)
def test_an_open_quote_is_refused_where_it_opens(text: str, line: int):
    with pytest.raises(MalformedFile, match="quote") as caught:
        split(text)

    assert caught.value.place is not None
    assert caught.value.place.line == line


def test_quotes_inside_a_bare_cell_are_text():
    assert split('a;b\n5" pipe;x\n').cells.rows() == [("a", "b"), ('5" pipe', "x")]


def test_a_row_wider_than_all_before_keeps_its_cells():
    rows = "a;b\n" * 200 + "1;2;3;4\n"

    assert split(rows).cells.row(-1) == ("1", "2", "3", "4")


def test_ten_thousand_columns_are_refused():
    with pytest.raises(MalformedFile, match="columns"):
        split(";".join("x" * 10_000) + "\n")


def test_a_line_of_megabytes_is_refused_with_its_place():
    with pytest.raises(MalformedFile, match="limit") as caught:
        split("a;b\n1;2\n" + "x" * 5_000_000 + ";2\n")

    assert caught.value.place is not None
    assert caught.value.place.line == 3


def test_a_file_of_line_ends_alone_has_no_records():
    assert split("\n" * 100_000).height == 0


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_cut_inside_a_character_says_so(encoding: str):
    data = "Date;Amount\n2026-01-13;1,00\n".encode(encoding)

    with pytest.raises(MalformedFile, match="middle of a character"):
        decode(data[:-1])


def test_a_byte_order_mark_that_lies_is_refused_with_the_byte():
    with pytest.raises(MalformedFile, match="0xff") as caught:
        decode(b"\xef\xbb\xbfDate;Amount\n\xff;1\n")

    assert caught.value.place is not None
    assert caught.value.place.line == 2


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Währung;Empfänger;Buchungstag\n"),
        ("cp850", "Währung;Empfänger;Buchungstag\n"),
        ("mac_roman", "Währung;Empfänger;Buchungstag\n"),
        ("gb18030", "交易日期;金额;余额;交易对方\n2026-01-13;1;2;北京便利店\n"),
    ],
)
def test_a_code_page_is_found_and_told(encoding: str, text: str):
    decoded = decode(text.encode(encoding))

    assert decoded.text == text
    assert any("names no encoding" in told for told in decoded.findings)


def test_places_count_the_bytes_of_the_file_and_not_of_its_utf_8():
    data = "Währung;b\nä;ö\nx;y\n".encode("cp1252")
    table = split(data)
    _, offset, length = table.places.row(2)

    assert data[offset : offset + length] == b"x;y"


def test_padding_at_the_end_is_no_record_and_no_part_of_one():
    table = split(b"a;b\n1;2\n3;4\x1a\x00\x00")

    assert table.cells.rows() == [("a", "b"), ("1", "2"), ("3", "4")]
    assert table.places.row(2) == (3, 8, 3)


def test_utf_16_has_lines_but_no_byte_places():
    table = split("a;b\n1;2\n".encode("utf-16"))

    assert table.places.rows() == [(1, None, None), (2, None, None)]
