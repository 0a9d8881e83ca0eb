"""A document as a workbook: a sheet with its head and control totals, and a sheet a table.

In: a Document. Out: bytes. Text is written as text: no cell can be run as a formula. Totals are figures, not formulas.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import xlsxwriter

from recon.report import shown, tables
from recon.report.sheet import Column, FrameSheet, frame_rows, style_index
from recon.report.workbook import ROWS_SHOWN, cell_formats

if TYPE_CHECKING:
    from recon.report.standing.document import Document, Table

# A sheet's name has at most 31 characters and none of []:*?/\.
_NAME_LENGTH: Final = 31
_FACTS: Final = (Column("name", "", 34), Column("value", "", 70))
_TOTALS: Final = (
    Column("name", "Total", 34),
    Column("amount", "Amount", 22, "money"),
    Column("currency", "Currency", 9),
    Column("count", "Rows", 10, "count"),
)


def render_document_book(document: Document) -> bytes:
    """Render the workbook; the same document gives the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    # The file's only date comes from the record, so that the same record gives the same file.
    day = dt.date.fromisoformat(document.as_of)
    created = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
    book.set_properties({"title": document.title, "created": created})
    formats = cell_formats(book)
    styles = {key: style_index(form) for key, form in formats.items()}
    _head_sheet(book, document, formats, styles)
    for table in document.body.tables:
        _table_sheet(_sheet(book, document, _name(table)), table, formats, styles)
    book.close()
    return out.getvalue()


def _name(table: Table) -> str:
    return shown.words(table.name)[:_NAME_LENGTH]


def _sheet(book: xlsxwriter.Workbook, document: Document, name: str) -> FrameSheet:
    sheet: FrameSheet = book.add_worksheet(name, FrameSheet)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L&B{document.title}: {name}&B&RAs of {document.as_of}")
    sheet.set_footer(f"&LKnown {document.known_seq}, {document.chain_head[:12]}&RPage &P of &N")
    return sheet


def _head_sheet(
    book: xlsxwriter.Workbook, document: Document, formats: dict[str, Any], styles: dict[str, int]
) -> None:
    """Write what the report was made of, then its control totals."""
    sheet = _sheet(book, document, "Report")
    for at, column in enumerate(_TOTALS):
        sheet.set_column(at, at, max(column.width, _FACTS[at].width if at < len(_FACTS) else 0))
    sheet.write_string(0, 0, document.title, formats["title"])
    sheet.write_string(1, 0, document.body.headline, formats["muted"])
    facts = pl.DataFrame(
        [*document.facts.items()], schema={"name": pl.String, "value": pl.String}, orient="row"
    )
    first = 3
    head = first + facts.height + 1
    for at, column in enumerate(_TOTALS):
        sheet.write_string(head, at, column.title, formats["head"])
    sheet.add_rows(first, frame_rows(facts, _FACTS, first, styles))
    rows = [(each.name, each.amount, each.currency, each.count) for each in document.body.totals]
    schema = {"name": pl.String, "amount": pl.Int128, "currency": pl.String, "count": pl.Int64}
    totals = pl.DataFrame(rows, schema=schema, orient="row")
    sheet.add_rows(head + 1, frame_rows(totals, _TOTALS, head + 1, styles))


def _table_sheet(
    sheet: FrameSheet, table: Table, formats: dict[str, Any], styles: dict[str, int]
) -> None:
    """Write a table under a frozen, filtered header that is repeated on every printed page."""
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, column.title, formats["head"])
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    first, more = tables.first_rows(table.rows, ROWS_SHOWN)
    sheet.autofilter(0, 0, max(1, first.height), len(table.columns) - 1)
    sheet.add_rows(1, frame_rows(first, table.columns, 1, styles))
    if more:
        said = pl.DataFrame({"note": [f"{shown.number(more)} more rows are in CSV and JSON"]})
        below = first.height + 2
        sheet.add_rows(below, frame_rows(said, (Column("note", "", 0),), below, styles))
