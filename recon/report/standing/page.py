"""A document as one page that opens offline: head, control totals, pictures, and tables to filter and sort.

In: a Document. Out: bytes. The page names no outside resource, and its own policy allows nothing but its one style
sheet and its one script, by their hashes. All text of banks, books and people is escaped by the template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from markupsafe import Markup

from recon.report import assets, charts, shown, tables
from recon.report.standing.drawing import steps_drawing
from recon.report.text import spell_out

if TYPE_CHECKING:
    from recon.report.sheet import Column
    from recon.report.standing.document import Document, Table

# A browser gets slow long before a report ends; CSV and JSON have all rows.
ROWS_SHOWN: Final = 1_000
# So many rows are seen at a glance, without filter and sorting.
_SHORT_TABLE: Final = 12
_WIDE: Final = 40
_SHORT: Final = 15
_CLASSES: Final = {"money": "n", "count": "n", "probability": "n", "date": "date"}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, and by which number it sorts, if it is one."""

    text: str
    number: int | None = None


def render_document_page(document: Document) -> bytes:
    """Render the page."""
    environment = assets.environment()
    style = assets.asset(environment, "page.css", "standing.css")
    script = assets.asset(environment, "page.js")
    html = environment.get_template("standing.html.j2").render(
        document=document,
        facts={name: spell_out(value) for name, value in document.facts.items()},
        totals=[
            (shown.words(each.name), each.currency, shown.number(each.count), shown.amount(each.amount, each.currency))
            for each in document.body.totals
        ],
        sections=[_section(table) for table in _ordered(document)],
        shown=shown,
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704 - our own file
        style_hash=assets.source_hash(style),
        script_hash=assets.source_hash(script),
    )  # fmt: skip
    return html.encode()


def _ordered(document: Document) -> list[Table]:
    """Put what is drawn before what is listed: the whole before its parts."""
    return sorted(document.body.tables, key=lambda table: not table.picture)


def _section(table: Table) -> dict[str, Any]:
    first, more = tables.first_rows(table.rows, ROWS_SHOWN)
    cells = [_cells(column, first) for column in table.columns]
    bars = _bars(table.rows, first) if table.picture == "bars" else [None] * first.height
    return {
        "name": table.name,
        "title": table.title,
        "height": table.rows.height,
        "more": more,
        "heads": [(column.title, _class(column)) for column in table.columns],
        "classes": [_class(column) for column in table.columns],
        "rows": list(zip(bars, zip(*cells, strict=True), strict=True)),
        "is_long": first.height > _SHORT_TABLE,
        "has_bars": table.picture == "bars",
        "drawings": steps_drawing(table.rows) if table.picture == "steps" else [],
    }


def _class(column: Column) -> str:
    if column.kind == "text":
        return "text" if column.width >= _WIDE else "short" if column.width < _SHORT else ""
    return _CLASSES[column.kind]


def _cells(column: Column, rows: pl.DataFrame) -> list[Cell]:
    values = rows[column.name].to_list()
    if column.kind == "money":
        codes = rows[column.currency].to_list()
        return [
            Cell("") if minor is None else Cell(shown.amount(minor, code), minor)
            for minor, code in zip(values, codes, strict=True)
        ]
    if column.kind == "probability":
        return [Cell("") if ppm is None else Cell(shown.probability(ppm), ppm) for ppm in values]
    if column.kind == "count":
        return [Cell("") if count is None else Cell(shown.number(count), count) for count in values]
    return [Cell("" if value is None else spell_out(str(value))) for value in values]


def _bars(rows: pl.DataFrame, first: pl.DataFrame) -> list[Markup]:
    """Draw each row's amount beside the largest of its currency."""
    sizes = rows.group_by("currency").agg(pl.col("amount").abs().max())
    largest = {code: max(1, size) for code, size in sizes.iter_rows()}
    return [
        charts.age_bar(abs(minor), largest[code], f"{shown.amount(minor, code)} {code}")
        for minor, code in first.select("amount", "currency").iter_rows()
    ]
