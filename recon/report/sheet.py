"""A worksheet that takes whole frames: xlsxwriter writes the book, the rows come as one text.

In: a frame and how each column is shown. Out: SpreadsheetML rows. Writing cell by cell costs 10 microseconds a
cell, which for 10,000 lines is longer than matching them. Money goes into the file as the digits of its minor
units; no float is made on the way. Text is always an inline string, so no cell can be a formula.

Source: ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.53 (is), 22.9.2.19 (escaped characters of ST_Xstring).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from recon.money import exponent_expr, format_minor_expr
from recon.report.text import clipped, spelled_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A cell holds 32,767 UTF-16 units; a character takes at most two.
_CELL_LIMIT: Final = 16_000
# Serial numbers of dates count from here in every spreadsheet program.
_EPOCH: Final = dt.date(1899, 12, 30)
_XML: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

Kind = Literal["text", "date", "count", "money", "probability"]


@dataclass(frozen=True, slots=True)
class Column:
    """How one column of a frame is shown; `currency` names the column with the code of a money column."""

    name: str
    title: str
    width: int
    kind: Kind = "text"
    currency: str = "currency"


class FrameSheet(Worksheet):  # type: ignore[misc]
    """A worksheet whose last rows are text that was made of whole frames."""

    dim_rowmax: int | None  # of xlsxwriter: the last row that the sheet's dimension names

    def __init__(self) -> None:
        super().__init__()
        self._frame_rows: list[str] = []

    def add_rows(self, first_row: int, rows: Sequence[str]) -> None:
        """Append finished rows below all rows written so far.

        Args:
            first_row: 0-based; the rows follow each other without a gap.
            rows: `<row>` elements with the numbers that `frame_rows` gave them.
        """
        self._frame_rows += rows
        if rows:
            self.dim_rowmax = max(self.dim_rowmax or 0, first_row + len(rows) - 1)

    def _write_rows(self) -> None:
        super()._write_rows()
        self.fh.write("".join(self._frame_rows))


def frame_rows(
    frame: pl.DataFrame, columns: Sequence[Column], first_row: int, styles: Mapping[str, int]
) -> list[str]:
    """Write each row of a frame as a `<row>` element; null cells are left out.

    Args:
        frame: money in minor units, probabilities in parts per million.
        columns: what is shown, left to right.
        first_row: 0-based number of the first row.
        styles: index of the cell style of `text`, `date`, `count`, `probability` and `money0` to `money4`.
    """
    numbered = frame.with_row_index("_row", offset=first_row + 1)
    row = pl.col("_row").cast(pl.String)
    cells = [
        _cell(column, xl_col_to_name(at), row, styles).fill_null("")
        for at, column in enumerate(columns)
    ]
    text = pl.concat_str(pl.lit('<row r="'), row, pl.lit('">'), *cells, pl.lit("</row>"))
    return numbered.select(text.alias("row"))["row"].to_list()


def _cell(column: Column, letters: str, row: pl.Expr, styles: Mapping[str, int]) -> pl.Expr:
    value = pl.col(column.name)
    start = pl.concat_str(pl.lit(f'<c r="{letters}'), row)
    if column.kind == "text":
        content = pl.concat_str(
            pl.lit(f'" s="{styles["text"]}" t="inlineStr"><is><t xml:space="preserve">'),
            _xml_text(value),
            pl.lit("</t></is></c>"),
        )
        return pl.concat_str(start, pl.when(value != "").then(content))
    number, style = _number(column, styles)
    return pl.concat_str(start, pl.lit('" s="'), style, pl.lit('"><v>'), number, pl.lit("</v></c>"))


def _number(column: Column, styles: Mapping[str, int]) -> tuple[pl.Expr, pl.Expr]:
    """Give the digits of a cell and the index of its style."""
    value = pl.col(column.name)
    if column.kind == "money":
        code = pl.col(column.currency)
        decimals = exponent_expr(code)
        style = decimals.replace_strict(
            range(5), [str(styles[f"money{n}"]) for n in range(5)], return_dtype=pl.String
        )
        return format_minor_expr(value, code), style
    style = pl.lit(str(styles[column.kind]))
    if column.kind == "date":
        return (value - pl.lit(_EPOCH)).dt.total_days().cast(pl.String), style
    if column.kind == "probability":
        digits = (value % 1_000_000).cast(pl.String).str.pad_start(6, "0")
        return pl.concat_str((value // 1_000_000).cast(pl.String), pl.lit("."), digits), style
    return value.cast(pl.String), style


def _xml_text(value: pl.Expr) -> pl.Expr:
    """Escape text for an inline string: markup, the file format's own escapes, what XML cannot hold."""
    lines = spelled_out(value).str.replace_all("\r\n?", "\n")
    own_escape = lines.str.replace_all("_(x[0-9A-Fa-f]{4}_)", "_x005F_${1}")
    legal = own_escape.str.replace_all("[\\x{FFFE}\\x{FFFF}]", "\N{REPLACEMENT CHARACTER}")
    return clipped(legal, _CELL_LIMIT, "the CSV files").str.replace_many(_XML)


def style_index(cell_format: Any) -> int:
    """Give the index under which a format stands in the book's style table."""
    return int(cell_format._get_xf_index())  # noqa: SLF001 - xlsxwriter has no public way to ask
