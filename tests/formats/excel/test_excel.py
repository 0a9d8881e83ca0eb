"""Workbooks: cells become the texts that the bank meant, and go the way of delimited text."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import ConfigurationError, MalformedFile, SourceFile, parse_minor
from recon.testing import FormatConformance
from recon_csv import sheet
from recon_csv.excel import ExcelFormat
from recon_csv.sheet import looks_like_workbook, read_workbook
from tests.corpus_index import corpus_root
from tests.formats.excel.workbooks import read, workbook

DAY = dt.datetime(2026, 1, 13)  # noqa: DTZ001 - a day of a sheet has no time zone
HEADER = ["Booking date", "Value date", "Description", "Amount", "Currency", "Balance"]
ROWS = [
    HEADER,
    [DAY, DAY, "INV 1001", 1234.5, "EUR", 1334.5],
    [DAY, "2026-01-14", "=SUM(A1)", -19.989999999999998, "EUR", 1314.51],
    [dt.datetime(2026, 1, 15, 9, 30), None, "0042", 12.345 - 0.005, "EUR", 1326.85],  # noqa: DTZ001
]


def test_a_workbook_is_read_as_its_cells_say():
    parsed = read(ROWS)

    assert parsed.lines.select("line_number", "amount", "remittance").rows() == [
        (2, 123450, "INV 1001"),
        (3, -1999, "=SUM(A1)".removeprefix("=")),
        (4, 1234, "0042"),
    ]
    assert [str(day) for day in parsed.lines["booking_date"]] == [
        "2026-01-13",
        "2026-01-13",
        "2026-01-15",
    ]
    assert parsed.statements.select("opening_balance", "closing_balance").row(0) == (10000, 132685)
    assert parsed.lines["byte_offset"].null_count() == 3


def test_the_first_sheet_with_a_statement_is_read():
    parsed = read([["Dear customer"]], [], [[None], [], *ROWS])

    assert parsed.lines["line_number"].to_list() == [4, 5, 6]


def test_a_number_with_three_decimals_is_never_taken_for_thousands():
    rows = [["Date", "Description", "Amount"], [DAY, "a", -5.5], [DAY, "b", 1.234]]
    parsed = read(rows, currency="EUR", amount_sign="credit_positive")

    assert parsed.lines["amount"].to_list() == [-550]
    assert parsed.rejects.select("line_number", "code", "excerpt").row(0) == (
        3,
        "wrong-amount",
        "1.2340",
    )


@given(minor=st.integers(-(10**12), 10**12))
def test_a_number_of_cents_comes_back_as_it_was(minor: int):
    text = sheet._digits(str(minor / 100))

    assert parse_minor(text, 2) == minor


def test_a_declared_profile_reads_a_workbook():
    profile = {
        "header": ["D", "A"],
        "columns": {"booking_date": "D", "amount": "A"},
        "date_format": "%Y-%m-%d",
        "currency": "EUR",
    }
    parsed = read([["D", "A"], [DAY, 5]], profiles={"p": profile})

    assert parsed.lines["amount"].to_list() == [500]
    assert parsed.reader == "csv-profile"


def test_an_unknown_option_is_named():
    with pytest.raises(ConfigurationError, match=r"formats\.excel.*colour"):
        read(ROWS, colour="red")


def test_a_workbook_without_a_filled_sheet_is_refused():
    with pytest.raises(MalformedFile, match="no filled sheet"):
        read([])


def test_a_workbook_without_a_statement_says_what_is_missing():
    with pytest.raises(MalformedFile, match="no row names a date"):
        read([["Name", "Town"], ["Meier", "Berlin"]])


def test_an_archive_that_unpacks_to_far_more_than_its_size_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)

    with pytest.raises(MalformedFile, match="unpacks to more"):
        read_workbook(out.getvalue(), "bank.xlsx")


def test_an_archive_of_too_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheet, "ENTRY_LIMIT", 3)

    with pytest.raises(MalformedFile, match="parts"):
        read_workbook(workbook(ROWS), "bank.xlsx")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_part_that_no_office_program_packs_so_is_refused_unopened(method: int):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")

    with pytest.raises(MalformedFile, match=f"method {method}"):
        read_workbook(out.getvalue(), "bank.xlsx")


def test_a_workbook_with_a_password_says_so():
    packed = bytearray(workbook(ROWS))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(MalformedFile, match="password"):
        read_workbook(bytes(packed), "bank.xlsx")


def test_a_text_of_digits_keeps_its_zeros_and_a_number_its_size():
    rows = [
        ["Date", "Description", "Amount"],
        [DAY, "000123456789012345678", 1e14],
        [DAY, "b", -0.5],
    ]
    parsed = read(rows, currency="JPY", amount_sign="credit_positive")

    assert parsed.lines["remittance"].to_list() == ["000123456789012345678"]
    assert parsed.lines["amount"].to_list() == [10**14]
    assert parsed.rejects["excerpt"].to_list() == ["-0.5"]


@pytest.mark.parametrize("data", [b"PK\x03\x04xl/workbook.xml", workbook(ROWS)[:3000]])
def test_a_broken_workbook_is_refused(data: bytes):
    with pytest.raises(MalformedFile, match=r"broken|cannot be read"):
        read_workbook(data, "bank.xlsx")


def test_only_workbooks_are_claimed():
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("statement.txt", b":20:x")

    assert looks_like_workbook(workbook(ROWS)[:65_536])
    assert not looks_like_workbook(plain.getvalue())
    assert not looks_like_workbook(b"Date;Amount\n")
    assert "workbook" in ExcelFormat().explain(b"Date;Amount\n", "bank.csv")


@pytest.mark.skipif(corpus_root() is None, reason="the corpus of real files is not present")
@pytest.mark.parametrize(
    ("name", "amounts", "reason"),
    [
        ("frankIT__ofxstatement-fineco/movements.xlsx", [-999, 15062], None),
        ("OCA__bank-statement-import/empty_statement_en.xlsx", [], None),
        (
            "OCA__bank-statement-import/sample_statement_en_empty_values.xlsx",
            [-57968, -54400, -108400],
            None,
        ),
        ("OCA__bank-statement-import/sample_statement_en.xlsx", [], "which sign is money in"),
        (
            "OCA__bank-statement-import/meta_data_separated_credit_debit.xlsx",
            [],
            "which is the day",
        ),
    ],
)
def test_a_real_workbook_is_read_right_or_refused_with_its_reason(
    name: str, amounts: list[int], reason: str | None
):
    root = corpus_root()
    assert root is not None
    source = SourceFile(name, (root / "xlsx" / name).read_bytes())
    if reason is not None:
        with pytest.raises(MalformedFile, match=reason):
            ExcelFormat().read(source, {"currency": "EUR"})
        return

    parsed = ExcelFormat().read(source, {"currency": "EUR"})
    assert parsed.lines["amount"].to_list() == amounts
    assert parsed.rejects.is_empty()


class TestExcel(FormatConformance):
    format = ExcelFormat()
    samples = (SourceFile("bank.xlsx", workbook(ROWS)),)


def test_a_hint_names_the_table_of_options_of_workbooks():
    rows = [[cell for at, cell in enumerate(row) if at not in {4, 5}] for row in ROWS]

    with pytest.raises(MalformedFile) as refused:
        read(rows)

    said = f"{refused.value.message} {refused.value.hint}"
    assert "[formats.excel]" in said
    assert "[formats.csv" not in said
