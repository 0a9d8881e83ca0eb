"""Cut the fields of a layout out of the columns of a table, and translate their texts.

In: a frame of text columns and a layout. Out: text columns, '' where empty; or what a few distinct texts stand for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon_csv.layout import Layout


def column_at(cells: pl.DataFrame, at: int) -> pl.Series:
    """Give a column of the table by its number from 0; one that the table lacks is empty."""
    name = str(at)
    if name in cells.columns:
        return cells.get_column(name)
    return pl.repeat("", cells.height, dtype=pl.String, eager=True).alias(name)


def field_columns(cells: pl.DataFrame, layout: Layout, field: str) -> list[pl.Series]:
    """Give all columns of a field, in the order in which the profile names them."""
    return [column_at(cells, at) for at in layout.columns.get(field, [])]


def first_filled(cells: pl.DataFrame, layout: Layout, field: str) -> pl.Series:
    """Give the first filled cell of a field for every record, '' where none is."""
    columns = field_columns(cells, layout, field)
    if not columns:
        return pl.repeat("", cells.height, dtype=pl.String, eager=True).alias(field)
    first, *others = columns
    for other in others:
        first = first.zip_with(first != "", other)
    return first.alias(field)


def translated(texts: pl.Series, table: Mapping[Any, Any], kind: type[pl.DataType]) -> pl.Series:
    """Give what each text stands for, null where the table does not have it."""
    if not table:
        return pl.repeat(None, len(texts), dtype=kind, eager=True).alias(texts.name)
    return texts.replace_strict(list(table), list(table.values()), default=None, return_dtype=kind)


def runs_of(texts: pl.Series) -> tuple[pl.Series, pl.Series] | None:
    """Part a column into runs of one text each, so that each run is read once.

    Returns:
        the text of each run, and for every row the number of its run; None where runs are too short to be worth it.
    """
    runs = texts.rle().struct.unnest()
    if runs.height * 4 >= len(texts):
        return None
    return runs["value"], texts.rle_id()
