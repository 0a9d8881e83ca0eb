"""A file to a table of text: CSV, Excel or Parquet, told apart by content.

In: bytes. Out: every cell as the text that a person would have typed, with the line it stands on. Nothing is
interpreted here, and nothing is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from recon.api import Place, UnreadableItems

if TYPE_CHECKING:
    import polars as pl

    from recon_item_file.options import Reading

MISSING_HINT = "give the path of a CSV, Excel (.xlsx) or Parquet file"


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


def read_table(path: str, reading: Reading, wanted: frozenset[str]) -> Table:
    """Read one file.

    Args:
        path: the file.
        reading: how its cells are written.
        wanted: headers that we look for, normalised; they tell the delimiter of a CSV file.

    Raises:
        UnreadableItems: the file is missing or breaks the rules of its format.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UnreadableItems(
            f"cannot read the file: {error.strerror}", place=Place(path), hint=MISSING_HINT
        ) from None
    if data.startswith(b"PK\x03\x04"):
        from recon_item_file.excel import read_excel  # noqa: PLC0415 - loads the Excel reader

        return read_excel(path, data, reading)
    if data.startswith(b"PAR1"):
        from recon_item_file.parquet import read_parquet  # noqa: PLC0415

        return read_parquet(path, data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableItems(
            "this is an Excel file of the old kind (.xls) or an encrypted one",
            place=Place(path),
            hint="save it as .xlsx or CSV, without a password",
        )
    from recon_item_file.csv_text import read_csv  # noqa: PLC0415

    return read_csv(path, data, reading, wanted)


def normalise_header(text: str) -> str:
    """Make headers comparable: case, outer blanks, and blanks or dashes between words.

    >>> normalise_header(" Open Amount ")
    'open_amount'
    """
    return "_".join(text.replace("-", " ").replace("_", " ").lower().split())
