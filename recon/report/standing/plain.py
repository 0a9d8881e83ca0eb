"""A document as text: CSV of one table, JSON of all, tables for a terminal.

In: a Document. Out: bytes. Amounts are plain text with the currency's decimals; text that a spreadsheet would run as a
formula gets an apostrophe in CSV, and control characters are spelled out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.money import format_minor, format_minor_expr
from recon.report import console, tables
from recon.report.exports import confidence_text, csv_bytes
from recon.report.text import disarmed, spelled_out

if TYPE_CHECKING:
    from recon.report.standing.document import Document, Table

# The name under which the head of a report can be had as a table.
HEADER: Final = "header"


def as_csv(document: Document, table: str | None = None) -> bytes:
    """Write one table; `header` is the head of the report, and without a name it is the report proper."""
    if table == HEADER:
        return csv_bytes(_head(document))
    return csv_bytes(_written(document.table(table), guards=True))


def as_json(document: Document) -> bytes:
    """Write the whole report."""
    said: dict[str, Any] = {
        "header": document.facts,
        "control_totals": _totals(document),
        "title": document.title,
        "headline": document.body.headline,
        "tables": {table.name: _json_rows(table) for table in document.body.tables},
    }
    return console.json_text(said).encode()


def as_terminal_text(
    document: Document, table: str | None = None, width: int | None = None
) -> bytes:
    """Write one table for a terminal."""
    rows = _head(document) if table == HEADER else plain_rows(document.table(table).in_brief)
    return console.render(rows, "table", width=width).encode()


def plain_rows(table: Table) -> pl.DataFrame:
    """Write every cell of a table as text; what is not said is null.

    Raises:
        AmountError: an amount has a currency without known decimals.
    """
    return _written(table)


def _written(table: Table, *, guards: bool = False, keeps_counts: bool = False) -> pl.DataFrame:
    """Write the cells as text; `guards` makes foreign text safe for a spreadsheet, counts can stay numbers."""
    cells: dict[str, pl.Expr] = {}
    names = []
    for column in table.columns:
        value = pl.col(column.name)
        name = column.name.removesuffix("_ppm")
        names.append(name)
        if column.kind == "money":
            tables.check_currencies(table.rows[column.name], table.rows[column.currency])
            cells[name] = format_minor_expr(value, pl.col(column.currency))
        elif column.kind == "probability":
            cells[name] = confidence_text(value)
        elif column.kind == "count" and keeps_counts:
            cells[name] = value
        elif column.kind == "text" and guards:
            cells[name] = disarmed(spelled_out(value))
        else:
            cells[name] = value.cast(pl.String)
    rows = table.rows.select(**cells)
    text = [name for name, kind in rows.schema.items() if kind == pl.String]
    return tables.with_nothing_empty(rows, text).select(names)


def _json_rows(table: Table) -> list[dict[str, Any]]:
    return _written(table, keeps_counts=True).to_dicts()


def _totals(document: Document) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "currency": each.currency,
            "count": each.count,
            "amount": format_minor(each.amount, each.currency),
        }
        for each in document.body.totals
    ]


def _head(document: Document) -> pl.DataFrame:
    names = {"name": pl.String, "value": pl.String}
    # What the user asked for is foreign text; a total with its sign is not.
    facts = pl.DataFrame([*document.facts.items()], schema=names, orient="row")
    totals = [
        row
        for each in _totals(document)
        for row in (
            (f"total {each['name']} {each['currency']}", each["amount"]),
            (f"count {each['name']} {each['currency']}", str(each["count"])),
        )
    ]
    guarded = facts.select(disarmed(spelled_out(pl.col(name))) for name in names)
    return pl.concat([guarded, pl.DataFrame(totals, schema=names, orient="row")])
