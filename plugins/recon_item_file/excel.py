"""Excel to a table: numbers keep every digit that the file holds, dates are days, errors are errors.

Read as text alone, 1000.1000000000001 would come out as 1000.1 and an error cell as a blank; so the sheet is read
as text, as numbers and, where it matters, once more to tell numbers from text that looks like one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import fastexcel
import polars as pl

from recon.api import Place, UnreadableItems
from recon.api.table import Table
from recon_item_file.excel_errors import find_broken_cells
from recon_item_file.parquet import float_text

if TYPE_CHECKING:
    from recon.api.table import Reading

_PLAIN = r"^-?[0-9]+(\.[0-9]+)?$"
_MIDNIGHT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} 00:00:00$"


def read_excel(file: str, data: bytes, reading: Reading) -> Table:
    """Read one sheet of an .xlsx file: the one that `sheet` names, else the first.

    Raises:
        UnreadableItems: the file is broken, the sheet missing or empty.
    """
    try:
        book = fastexcel.read_excel(data)
        sheet = book.sheet_names[0] if reading.sheet is None else reading.sheet
        text = _load(book, sheet, "string").select(pl.all().str.strip_chars())
        floats = _load(book, sheet, "float")
        types = _load(book, sheet, "boolean") if _needs_types(text, reading) else floats
    except fastexcel.FastExcelError as error:
        raise UnreadableItems(
            f"the file cannot be read as Excel: {str(error).splitlines()[0]}",
            place=Place(file),
            hint="open it, save it as .xlsx again, and look at the option `sheet`",
        ) from None
    names = text.columns
    table = text.select(pl.when(pl.all() != "").then(pl.all()))
    is_blank = table.select(pl.all_horizontal(pl.all().is_null())).to_series()
    if not names or is_blank.all():
        raise UnreadableItems(
            f"the sheet {sheet!r} is empty", place=Place(file), hint="it needs a header row"
        )
    header_at = int((~is_blank).arg_max() or 0)
    lines = pl.Series(range(1, table.height + 1), dtype=pl.Int64)
    joined = pl.concat(
        [table, floats.rename("f{}".format), types.rename("t{}".format)], how="horizontal"
    )
    cells = joined.select(expr for name in names for expr in _typed(name))
    keep = ~is_blank & (lines > header_at + 1)
    header = tuple(cell or "" for cell in table.row(header_at))
    return Table(
        file,
        header,
        header_at + 1,
        cells.filter(keep),
        lines.filter(keep),
        floats=frozenset(range(len(header))),
        broken=find_broken_cells(data, book.sheet_names.index(sheet), header_at + 1),
    )


def _load(book: fastexcel.ExcelReader, sheet: str, kind: str) -> pl.DataFrame:
    loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes=kind)  # type: ignore[call-overload]
    frame: pl.DataFrame = loaded.to_polars()
    return frame.rename({name: f"{at}" for at, name in enumerate(frame.columns)})


def _needs_types(text: pl.DataFrame, reading: Reading) -> bool:
    """Say whether it matters if a cell is a number or text that looks like one: marks, and long ids."""
    if reading.decimal_mark != "." or reading.thousands_mark:
        return True
    has_long = pl.any_horizontal(pl.all().str.contains("^[0-9]{16,}$").any())
    return bool(text.select(has_long).item()) if text.width else False


def _typed(name: str) -> list[pl.Expr]:
    shown, number = pl.col(name), pl.col(f"f{name}")
    is_number = shown.str.contains(_PLAIN) & pl.col(f"t{name}").is_not_null()
    day = pl.when(shown.str.contains(_MIDNIGHT)).then(
        shown.str.to_date("%Y-%m-%d 00:00:00", strict=False)
    )
    return [
        shown,
        pl.when(is_number).then(float_text(number)).alias(f"{name}:number"),
        day.alias(f"{name}:day"),
    ]
