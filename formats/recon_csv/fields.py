"""Cut the fields of a layout out of the columns of a table. In: text columns and a layout. Out: columns, '' where empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from recon_csv.layout import Layout

MONEY: Final = ("amount", "debit", "credit", "fee", "detail_amount", "balance")
_BLANK: Final = pl.Series([""], dtype=pl.String)


def column_at(cells: pl.DataFrame, at: int) -> pl.Series:
    """Give a column of the table by its number from 0; one that the table lacks is empty."""
    name = str(at)
    if name in cells.columns:
        return cells.get_column(name)
    return blank(cells.height, name)


def blank(height: int, name: str = "") -> pl.Series:
    """Give a column of empty cells."""
    return _BLANK.new_from_index(0, height).alias(name)


def hundredths_of(field: str) -> str:
    """Name the column that holds the cells of a field as `Table.hundredths` reads them."""
    return f"{field}_hundredths"


def field_columns(cells: pl.DataFrame, layout: Layout, field: str) -> list[pl.Series]:
    """Give all columns of a field, in the order in which the profile names them."""
    return [column_at(cells, at) for at in layout.columns.get(field, [])]


def first_filled(cells: pl.DataFrame, layout: Layout, field: str) -> pl.Series:
    """Give the first filled cell of a field for every record, '' where none is."""
    columns = field_columns(cells, layout, field)
    if not columns:
        return blank(cells.height, field)
    first, *others = columns
    for other in others:
        first = first.zip_with(first != "", other)
    return first.alias(field)
