"""A table of text: every cell as a person would have typed it, with the line it stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

if TYPE_CHECKING:
    import polars as pl


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How cells are written. Nothing of it is guessed from the data.

    `encoding`, `decimal_mark`, `thousands_mark` and `date_format` speak of text cells; typed cells of Excel, Parquet
    and databases need none of them. `amounts` says whether 12345 is 12345.00 or 123.45.
    """

    encoding: str = "utf-8"
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal["", ".", ",", " ", "'"] = ""
    date_format: str = "%Y-%m-%d"
    default_currency: str | None = None
    sheet: str | None = None
    amounts: Literal["decimal", "minor_units"] = "decimal"


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by position.

    `cells` has the columns "0", "1", ... of String, null where a cell is blank. Where cells are typed (Excel,
    Parquet), "0:number" has the exact plain text of those that are numbers, and "0:day" the Date of those that are
    days. `lines` is the line (CSV), the row of the sheet (Excel) or the row (Parquet) of each row, from 1.
    """

    file: str
    header: tuple[str, ...]
    header_line: int
    cells: pl.DataFrame
    lines: pl.Series
    # Columns whose numbers are 64-bit floats: exact to 15 digits, so that a longer id in them is not to be trusted.
    floats: frozenset[int] = frozenset()
    # Columns of a type without exact text, and cells that have no value: errors as soon as they are needed.
    refused: dict[int, str] = field(default_factory=dict)
    broken: tuple[BrokenCell, ...] = ()


class BrokenCell(NamedTuple):
    """A cell that holds an error or a formula without a result."""

    line: int
    position: int
    text: str


def normalise_header(text: str) -> str:
    """Make headers comparable: case, outer blanks, and blanks or dashes between words.

    >>> normalise_header(" Open Amount ")
    'open_amount'
    """
    return "_".join(text.replace("-", " ").replace("_", " ").lower().split())
