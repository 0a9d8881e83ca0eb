"""A file to a table of text: CSV, Excel or Parquet, told apart by content. Nothing is interpreted or rounded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from recon.api import Place, UnreadableItems

if TYPE_CHECKING:
    from recon.api.table import Reading, Table

MISSING_HINT = "give the path of a CSV, Excel (.xlsx) or Parquet file"


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
