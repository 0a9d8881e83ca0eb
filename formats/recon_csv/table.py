"""A table of text: columns, the place of every record in the file, and the first records as rows.

In: columns split from a text or read from a sheet. Out: cells by column; by record only where a few are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from recon.api import MalformedFile, Place
from recon_csv.amounts import Style, hundredths

COLUMN_LIMIT: Final = 512
CELL_LIMIT: Final = 65_536
HEAD_RECORDS: Final = 120
_BLANK: Final = pl.Series([""], dtype=pl.String)
_LONGEST: Final = pl.all().str.len_bytes().max()


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Records as columns.

    `cells` has the text columns "0", "1", ...; a cell that a short record lacks is empty. `places` has a row a record: the text line
    (from 1) on which it begins, and its slice of the file's bytes, null where that is not known. `head` are the first records, each with
    as many cells as it has. `tail` is the last record in the same way, None in a sheet; `is_ended` says whether a line end stands
    behind it. `read` keeps the columns that were read as numbers: what proves a guess is what becomes its lines.
    """

    cells: pl.DataFrame
    places: pl.DataFrame
    delimiter: str
    head: list[list[str]]
    tail: list[str] | None = None
    is_ended: bool = True
    read: dict[tuple[int, Style, int], pl.Series] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """Give the count of records."""
        return self.cells.height

    def row(self, at: int) -> list[str]:
        """Give one record."""
        return self.head[at] if at < len(self.head) else list(self.cells.row(at))

    def line(self, at: int) -> int:
        """Give the text line on which a record begins, from 1."""
        return int(self.places.item(at, "line_number"))

    def column(self, at: int, first_row: int = 0) -> pl.Series:
        """Give the texts of one column from a record on, '' where it has none."""
        if at >= self.cells.width:
            return _BLANK.new_from_index(0, max(self.height - first_row, 0))
        return self.cells.to_series(at).slice(first_row)

    def hundredths(self, at: int, style: Style, first_row: int = 0) -> pl.Series:
        """Give one column from a record on as `recon_csv.amounts.hundredths` reads it; it is read once in a style."""
        key = (at, style, first_row)
        if key not in self.read:
            self.read[key] = hundredths(self.column(at, first_row), style)
        return self.read[key]


def check_limits(cells: pl.DataFrame, lines: pl.Series, file: str) -> None:
    """Refuse a table that is too wide, or a cell that is too long to be one.

    Raises:
        MalformedFile: a limit is passed.
    """
    if cells.width > COLUMN_LIMIT:
        raise MalformedFile(
            f"the table has {cells.width} columns, more than the limit of {COLUMN_LIMIT}",
            place=Place(file),
        )
    longest = cells.select(_LONGEST)
    for name in cells.columns:
        size = longest.item(0, name) or 0
        if size > CELL_LIMIT:
            at = cells.get_column(name).str.len_bytes().arg_max() or 0
            raise MalformedFile(
                f"a cell has {size} bytes, more than the limit of {CELL_LIMIT}",
                place=Place(file, int(lines[at])),
                hint="look for a quote that is never closed",
            )
