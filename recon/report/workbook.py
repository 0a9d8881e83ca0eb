"""report.xlsx: the run for people who filter and add up in a spreadsheet.

In: a RunView. Out: bytes. Sheets Summary, Exceptions, Applied, Lines, Statements, Inputs, with frozen headers, filters,
real dates and numbers and print set-up. Text is written as text: no cell can be run as a formula.
Totals are figures and not formulas; they are those of `totals.tie_out`.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import xlsxwriter

from recon.money import exponent, to_decimal
from recon.report import shown, tables
from recon.report.sheet import Column, FrameSheet, frame_rows, style_index
from recon.report.summary import run_id
from recon.report.totals import ControlTotals, Part, tie_out

if TYPE_CHECKING:
    from recon.protocols import RunView

# Spreadsheets get slow long before their limit of 1,048,576 rows; the CSV files have all rows.
ROWS_SHOWN: Final = 50_000

_LINE: Final = (
    Column("line_id", "Line", 19),
    Column("account", "Account", 24),
    Column("booking_date", "Booked", 11, "date"),
    Column("value_date", "Value date", 11, "date"),
    Column("amount", "Amount", 15, "money"),
    Column("currency", "Currency", 9),
    Column("payer_name", "Payer", 28),
    Column("payer_account", "Payer account", 25),
    Column("remittance", "Remittance", 44),
)
_FATE: Final = (Column("fate", "Fate", 13), Column("reason", "Reason", 22))
LINES: Final = (
    *_LINE,
    *_FATE,
    Column("bank_reference", "Bank reference", 20),
    Column("file", "File", 24),
    Column("record", "Record", 8, "count"),
    Column("copies", "Copies", 8, "count"),
)
EXCEPTIONS: Final = (
    Column("age_days", "Age in days", 11, "count"),
    Column("age_bucket", "Age", 9),
    *_LINE,
    *_FATE,
    Column("note", "Nearest miss", 44),
    Column("best_items", "Best suggestion", 24),
    Column("best_confidence_ppm", "Confidence", 12, "probability"),
    Column("file", "File", 24),
    Column("record", "Record", 8, "count"),
)
APPLIED: Final = (
    Column("line_id", "Line", 19),
    Column("bank_reference", "Bank reference", 20),
    Column("item_number", "Item", 18),
    Column("item_id", "Item id", 18),
    Column("customer_id", "Customer", 14),
    Column("kind", "Kind", 14),
    Column("amount", "Amount", 15, "money"),
    Column("currency", "Currency", 9),
    Column("item_amount", "Item amount", 15, "money", "item_currency"),
    Column("item_currency", "Item currency", 9),
    Column("confidence_ppm", "Confidence", 12, "probability"),
    Column("because", "Because", 70),
)
STATEMENTS: Final = (
    Column("file", "File", 28),
    Column("format", "Format", 10),
    Column("account", "Account", 24),
    Column("currency", "Currency", 9),
    Column("kind", "Kind", 9),
    Column("statement_number", "Number", 12),
    Column("page", "Page", 7, "count"),
    Column("opening_date", "Opened", 11, "date"),
    Column("opening_balance", "Opening balance", 17, "money"),
    Column("closing_date", "Closed", 11, "date"),
    Column("closing_balance", "Closing as stated", 17, "money"),
    Column("computed_balance", "Closing as computed", 17, "money"),
    Column("balance_difference", "Difference", 15, "money"),
    Column("balance_check", "Balance", 14),
    Column("continuity_check", "Continuity", 14),
    Column("continuity_note", "What does not continue", 50),
    Column("line_count", "Lines", 8, "count"),
    Column("held", "Held", 7),
)
INPUTS: Final = (
    Column("name", "File", 44),
    Column("role", "Role", 14),
    Column("format", "Format", 10),
    Column("state", "State", 13),
    Column("size_bytes", "Bytes", 12, "count"),
    Column("sha256", "SHA-256", 68),
    Column("error", "Error", 60),
)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """An open sheet with the book's formats."""

    sheet: FrameSheet
    formats: dict[str, Any]

    def head(self, row: int, titles: tuple[str, ...]) -> None:
        for at, title in enumerate(titles):
            self.sheet.write_string(row, at, title, self.formats["head"])

    def count(self, row: int, at: int, count: int) -> None:
        self.sheet.write_number(row, at, count, self.formats["count"])

    def money(self, row: int, at: int, minor: int, code: str, *, style: str = "money") -> None:
        value = to_decimal(minor, code)
        self.sheet.write_number(row, at, value, self.formats[f"{style}{exponent(code)}"])


@dataclass(frozen=True, slots=True)
class _Book:
    """An open workbook with its formats, and the run it shows."""

    book: xlsxwriter.Workbook
    formats: dict[str, Any]
    view: RunView

    def open_sheet(self, name: str) -> _Sheet:
        sheet: FrameSheet = self.book.add_worksheet(name, FrameSheet)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_header(f"&L&B{name}&B&RCash reconciliation as of {self.view.as_of.isoformat()}")
        sheet.set_footer(f"&LRun {run_id(self.view)}&RPage &P of &N")
        return _Sheet(sheet, self.formats)


def render_workbook(view: RunView) -> bytes:
    """Render the whole workbook; the same view gives the same bytes.

    Raises:
        IdentityBroken: the totals do not tie.
    """
    totals = tie_out(view)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    # The file's only date comes from the run, so that the same run gives the same file.
    created = dt.datetime.combine(view.as_of, dt.time(), tzinfo=dt.UTC)
    book.set_properties({"title": "Cash reconciliation", "created": created})
    opened = _Book(book, cell_formats(book), view)
    _summary_sheet(opened, totals)
    exceptions = tables.exception_rows(view)
    _table_sheet(opened, "Exceptions", EXCEPTIONS, exceptions, "unmatched.csv")
    applied = tables.allocation_rows(view).filter(pl.col("status") == "applied")
    _table_sheet(opened, "Applied", APPLIED, applied, "allocations.csv")
    _table_sheet(opened, "Lines", LINES, tables.line_rows(view), "lines.csv")
    _table_sheet(opened, "Statements", STATEMENTS, _statement_rows(view), "run.json")
    _table_sheet(opened, "Inputs", INPUTS, _input_rows(view), "run.json")
    book.close()
    return out.getvalue()


def cell_formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    """Make the formats that all books of this room share, by name."""
    base = {"valign": "top"}
    money = {f"money{n}": "#,##0" + ("." + "0" * n if n else "") for n in range(5)}
    formats = {
        "text": base,
        "date": {**base, "num_format": "yyyy-mm-dd", "align": "left"},
        "count": {**base, "num_format": "#,##0"},
        "probability": {**base, "num_format": "0.0000%"},
        "head": {"bold": True, "bg_color": "#E9EDF1", "bottom": 1, "valign": "vcenter"},
        "title": {"bold": True, "font_size": 16},
        "strong": {"bold": True},
        "muted": {"font_color": "#566171"},
    }
    for name, pattern in money.items():
        formats[name] = {**base, "num_format": f"{pattern};-{pattern}"}
        formats["strong_" + name] = {"bold": True, "num_format": f"{pattern};-{pattern}", "top": 1}
    return {name: book.add_format(settings) for name, settings in formats.items()}


def _table_sheet(
    opened: _Book, name: str, columns: tuple[Column, ...], frame: pl.DataFrame, where: str
) -> None:
    """Write a frame under a frozen, filtered header that is repeated on every printed page."""
    page = opened.open_sheet(name)
    sheet = page.sheet
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
    page.head(0, tuple(column.title for column in columns))
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    first, more = tables.first_rows(frame, ROWS_SHOWN)
    sheet.autofilter(0, 0, max(1, first.height), len(columns) - 1)
    styles = {key: style_index(form) for key, form in opened.formats.items()}
    sheet.add_rows(1, frame_rows(first, columns, 1, styles))
    if more:
        said = pl.DataFrame({"note": [f"{shown.number(more)} more rows are in {where}"]})
        below = first.height + 2
        sheet.add_rows(below, frame_rows(said, (Column("note", "", 0),), below, styles))


def _summary_sheet(opened: _Book, totals: tuple[ControlTotals, ...]) -> None:
    """Write the run's identity, then per currency the equation that ties, then age and books."""
    page, view = opened.open_sheet("Summary"), opened.view
    sheet = page.sheet
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 1, 18)
    sheet.set_column(2, 4, 20)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, "Cash reconciliation", opened.formats["title"])
    facts = (
        ("As of", view.as_of.isoformat()),
        ("Run", run_id(view)),
        ("Policy", view.policy_hash),
        ("Inputs", shown.counted(len(view.inputs), "file")),
    )
    for row, (name, value) in enumerate(facts, start=1):
        sheet.write_string(row, 0, name, opened.formats["muted"])
        sheet.write_string(row, 1, value)
    row = len(facts) + 2
    for each in totals:
        row = _write_totals(page, row, each)
    row = _write_ageing(page, row, view)
    _write_books(page, row, view)
    sheet.freeze_panes(1, 0)


def _write_totals(page: _Sheet, row: int, totals: ControlTotals) -> int:
    """Write the parts and what they add up to; gives the next free row."""
    page.head(row, (f"{totals.currency}: where the money stands", "Lines", "Amount"))
    sums: list[tuple[str, Part]] = [(f"+ {shown.words(p.name)}", p) for p in totals.parts]
    sums.append(("= Received", totals.received))
    if totals.held.count:
        sums.append(("Suggested or unmatched, and held", totals.held))
    sums += [(f"Paid out: {shown.words(p.name).lower()}", p) for p in totals.debits]
    sums += [(f"Settled without cash: {shown.words(p.name).lower()}", p) for p in totals.settled]
    for place, (label, part) in enumerate(sums, start=row + 1):
        is_sum = part is totals.received
        page.sheet.write_string(place, 0, label, page.formats["strong" if is_sum else "text"])
        page.count(place, 1, part.count)
        style = "strong_money" if is_sum else "money"
        page.money(place, 2, part.amount, totals.currency, style=style)
    return row + len(sums) + 2


def _write_ageing(page: _Sheet, row: int, view: RunView) -> int:
    ageing = tables.ageing_rows(tables.exception_rows(view)).rows()
    page.head(row, ("To look at: age in days", "Lines", "Amount", "Currency"))
    for place, (code, bucket, count, amount) in enumerate(ageing, start=row + 1):
        page.sheet.write_string(place, 0, bucket)
        page.count(place, 1, count)
        page.money(place, 2, amount, code)
        page.sheet.write_string(place, 3, code)
    return row + len(ageing) + 2


def _write_books(page: _Sheet, row: int, view: RunView) -> None:
    page.head(
        row,
        ("Open items in the books", "Items", "Open before", "Settled by this run", "Open after"),
    )
    for place, books in enumerate(tables.books_rows(view).rows(named=True), start=row + 1):
        page.sheet.write_string(place, 0, books["currency"])
        page.count(place, 1, books["items"])
        for at, name in enumerate(("open_before", "settled_amount", "open_after"), start=2):
            page.money(place, at, books[name], books["currency"])


def _statement_rows(view: RunView) -> pl.DataFrame:
    is_broken = (pl.col("balance_check") == "broken") | (pl.col("continuity_check") == "broken")
    return view.statements.with_columns(
        computed_balance=pl.col("closing_balance") - pl.col("balance_difference"),
        held=pl.when("is_held").then(pl.lit("held")),
    ).sort(~is_broken, "file", "statement_index", "statement_id")


def _input_rows(view: RunView) -> pl.DataFrame:
    names = [column.name for column in INPUTS]
    rows = [[getattr(file, name) for name in names] for file in view.inputs]
    types = {name: pl.Int64 if name == "size_bytes" else pl.String for name in names}
    ordered = pl.DataFrame(rows, schema=types, orient="row")
    return ordered.sort(pl.col("state") != "quarantined", "role", "name", "sha256")
