"""Parquet to a table: typed cells keep exactly their value."""

from __future__ import annotations

import io

import polars as pl
import polars.exceptions

from recon.api import Place, UnreadableItems
from recon.api.table import Table


def read_parquet(file: str, data: bytes) -> Table:
    """Read a Parquet file.

    Raises:
        UnreadableItems: the file is broken.
    """
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (polars.exceptions.PolarsError, OSError) as error:
        raise UnreadableItems(
            f"the file is no valid Parquet: {str(error).splitlines()[0]}", place=Place(file)
        ) from None
    cells: list[pl.Expr] = []
    refused: dict[int, str] = {}
    for at, (name, dtype) in enumerate(frame.schema.items()):
        column = pl.col(name)
        if dtype in (pl.String, pl.Categorical, pl.Enum):
            text = column.cast(pl.String).str.strip_chars()
            cells.append(pl.when(text != "").then(text).alias(f"{at}"))
        elif dtype.is_integer() or dtype.is_decimal() or dtype in (pl.Float64, pl.Null):
            text = float_text(column)
            cells += [text.alias(f"{at}"), text.alias(f"{at}:number")]
        elif isinstance(dtype, pl.Date) or (
            isinstance(dtype, pl.Datetime) and dtype.time_zone is None
        ):
            cells += [column.cast(pl.String).alias(f"{at}"), day(column, dtype).alias(f"{at}:day")]
        else:
            # A 32-bit float holds about seven digits: 1234567.89 is already another amount.
            refused[at] = f"a column of type {dtype} has no exact amounts, dates or ids"
            cells.append(pl.lit(None, pl.String).alias(f"{at}"))
    lines = pl.Series(range(1, frame.height + 1), dtype=pl.Int64)
    floats = frozenset(at for at, dtype in enumerate(frame.schema.values()) if dtype == pl.Float64)
    header = tuple(frame.columns)
    return Table(file, header, 0, frame.select(cells), lines, refused=refused, floats=floats)


def float_text(column: pl.Expr) -> pl.Expr:
    """Write numbers in the fewest digits that name them; whole floats without a point."""
    return column.cast(pl.String).str.strip_suffix(".0")


def day(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Give the day; null for a moment within a day, which no due date is."""
    if dtype == pl.Date:
        return column
    return pl.when(column.dt.time() == pl.time(0, 0, 0)).then(column.dt.date())
