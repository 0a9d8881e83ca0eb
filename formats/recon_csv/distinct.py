"""Read each distinct text of a column once. In: a column of texts. Out: what they stand for, or the runs of equal texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def translated(texts: pl.Series, table: Mapping[Any, Any], kind: type[pl.DataType]) -> pl.Series:
    """Give what each text stands for, null where the table does not have it."""
    if not table:
        return pl.Series(texts.name, [None], dtype=kind).new_from_index(0, len(texts))
    return texts.replace_strict(list(table), list(table.values()), default=None, return_dtype=kind)


def is_one(texts: pl.Series) -> bool:
    """Say whether all texts are the same."""
    return texts.is_empty() or bool((texts == texts[0]).all())


def runs_of(texts: pl.Series) -> tuple[pl.Series, pl.Series] | None:
    """Part a column into runs of one text each, so that each run is read once.

    Returns:
        the text of each run, and for every row the number of its run; None where runs are too short to be worth it.
    """
    runs = texts.rle().struct.unnest()
    if runs.height * 4 >= len(texts):
        return None
    return runs["value"], texts.rle_id()
