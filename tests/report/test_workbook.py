from __future__ import annotations

import dataclasses
import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from recon.errors import IdentityBroken
from recon.report import workbook
from recon.report.workbook import render_workbook
from tests.report.view_builder import AS_OF, FORMULA, SCRIPT, ViewBuilder, sample

SHEETS = ["Summary", "Exceptions", "Applied", "Lines", "Statements", "Inputs"]


def opened(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


def table(sheet) -> list[dict[str, object]]:
    head, *rest = sheet.iter_rows()
    return [dict(zip([cell.value for cell in head], row, strict=True)) for row in rest]


@pytest.fixture(scope="module")
def book():
    return opened(render_workbook(sample().view()))


def test_it_has_the_sheets_in_order(book):
    assert book.sheetnames == SHEETS


@pytest.mark.parametrize("name", SHEETS[1:])
def test_headers_are_frozen_filtered_and_printed_on_each_page(book, name):
    sheet = book[name]

    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)


def test_dates_are_dates_and_amounts_are_numbers_with_their_decimals(book):
    rows = {row["Bank reference"].value: row for row in table(book["Lines"])}
    euro, yen, fee = rows["B1"], rows["B3"], rows["B9"]

    assert euro["Booked"].is_date
    assert euro["Booked"].value == dt.datetime(2026, 11, 19)  # noqa: DTZ001
    assert (euro["Amount"].data_type, euro["Amount"].value) == ("n", 159)
    assert euro["Amount"].number_format == "#,##0.00;-#,##0.00"
    assert (yen["Amount"].value, yen["Amount"].number_format) == (12000, "#,##0;-#,##0")
    assert fee["Amount"].value == -12.5
    assert euro["Value date"].value is not None
    assert yen["Value date"].value is None


def test_amounts_reach_the_file_with_every_digit():
    build = ViewBuilder()
    build.line("B1", 10**15, "unmatched", currency="KWD")
    build.line("B2", -(10**15), "not_receivable", currency="CLF")
    build.line("B3", 5, "unmatched")
    content = zipfile.ZipFile(io.BytesIO(render_workbook(build.view())))
    lines = content.read("xl/worksheets/sheet4.xml").decode()

    assert "<v>1000000000000.000</v>" in lines
    assert "<v>-100000000000.0000</v>" in lines
    assert "<v>0.05</v>" in lines


def test_no_cell_is_a_formula_or_a_link():
    build = sample()
    for at, text in enumerate(
        (FORMULA, "=1+1", "{=1+1}", "https://evil.example", "@x", "=cmd|'/c calc'!A1")
    ):
        build.line(
            f"H{at}", 1, "unmatched", payer_name=text, remittance=text, note=text, reason=text
        )
    content = render_workbook(build.view())
    parts = zipfile.ZipFile(io.BytesIO(content))
    sheets = [parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/")]
    cells = [cell for sheet in opened(content) for row in sheet.iter_rows() for cell in row]

    assert len(sheets) == len(SHEETS)
    assert not any("<f>" in sheet or "hyperlink" in sheet for sheet in sheets)
    assert all(cell.data_type in {"s", "n", "d", "inlineStr"} for cell in cells)
    assert [c.data_type for c in cells if c.value == FORMULA]


@pytest.mark.parametrize(
    "text",
    [
        SCRIPT,
        "a & b < c",
        "]]>",
        "_x0041_",
        " two  blanks ",
        "line\nend",
        "ä東€",
        "\ufffe",
        "]]&amp;",
    ],
)
def test_text_comes_back_as_it_was(text):
    build = ViewBuilder()
    build.line("B1", 1, "unmatched", remittance=text)
    (row,) = table(opened(render_workbook(build.view()))["Lines"])

    # U+FFFE is no character of XML, so it is the one that is replaced.
    assert row["Remittance"].value.replace("_x005F_", "_") == text.replace(
        "\ufffe", "\N{REPLACEMENT CHARACTER}"
    )


def test_text_that_is_too_long_for_a_cell_says_that_it_was_cut():
    build = ViewBuilder()
    build.line("B1", 1, "unmatched", remittance="😀" * 40_000)
    (row,) = table(opened(render_workbook(build.view()))["Lines"])
    found = row["Remittance"].value

    assert found.endswith("… (cut; whole text in the CSV files)")
    assert len(found.encode("utf-16-le")) // 2 <= 32_767


def test_the_summary_ties(book):
    rows = [[cell.value for cell in row] for row in book["Summary"].iter_rows()]
    start = next(at for at, row in enumerate(rows) if row[0] == "EUR: where the money stands")
    parts = {row[0]: row[2] for row in rows[start + 1 : start + 9]}
    received = parts.pop("= Received")

    assert received == 1235293.44
    assert all(name.startswith("+ ") for name in parts)
    assert round(sum(parts.values()) * 100) == 123529344


def test_exceptions_stand_oldest_first_with_their_age(book):
    rows = table(book["Exceptions"])

    assert [row["Age in days"].value for row in rows] == [120, 61, 45, 31]
    assert [row["Best suggestion"].value for row in rows] == [None, None, "RE-1009", None]
    assert rows[2]["Confidence"].value == 0.9231


def test_only_applied_rows_stand_under_applied(book):
    kinds = [row["Kind"].value for row in table(book["Applied"])]

    assert len(kinds) == 8
    assert "RE-1009" not in [row["Item"].value for row in table(book["Applied"])]


def test_the_same_view_gives_the_same_bytes():
    view = sample().view()
    turned = dataclasses.replace(
        view, lines=view.lines.reverse(), allocations=view.allocations.reverse()
    )
    content = render_workbook(view)

    assert render_workbook(view) == content
    assert render_workbook(turned) == content
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(content)).infolist()} == {
        (1980, 1, 1, 0, 0, 0)
    }
    assert opened(content).properties.created.date() == AS_OF


def test_rows_beyond_the_limit_are_counted_under_the_table(monkeypatch):
    monkeypatch.setattr(workbook, "ROWS_SHOWN", 2)
    build = ViewBuilder()
    for at in range(5):
        build.line(f"B{at}", 1, "unmatched")
    sheet = opened(render_workbook(build.view()))["Lines"]

    assert [sheet.cell(at, 1).value is None for at in (2, 3, 4, 5)] == [False, False, True, False]
    assert sheet["A5"].value == "3 more rows are in lines.csv"


def test_an_empty_run_has_all_sheets():
    found = opened(render_workbook(ViewBuilder().view()))

    assert found.sheetnames == SHEETS
    assert found["Lines"]["A1"].value == "Line"


def test_a_workbook_that_does_not_tie_is_refused():
    build = sample()
    build.allocations[0]["amount"] += 1

    with pytest.raises(IdentityBroken):
        render_workbook(build.view())
