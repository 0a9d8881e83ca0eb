"""Read each distinct text of a column once. In: a column of texts. Out: what they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

_FEW: Final = 200


def translated(texts: pl.Series, table: Mapping[Any, Any], kind: type[pl.DataType]) -> pl.Series:
    """Give what each text stands for, null where the table does not have it."""
    if not table:
        return pl.Series(texts.name, [None], dtype=kind).new_from_index(0, len(texts))
    if len(texts) < _FEW:
        return pl.Series(texts.name, [table.get(text) for text in texts.to_list()], dtype=kind)
    return texts.replace_strict(list(table), list(table.values()), default=None, return_dtype=kind)


def distinct_texts(texts: pl.Series) -> Iterable[str]:
    """Give each text once, in any order."""
    # Polars' own way has a fixed cost that only many texts are worth.
    return set(texts.to_list()) if len(texts) < _FEW else texts.unique().to_list()


def is_one(texts: pl.Series) -> bool:
    """Say whether all texts are the same one."""
    return texts.is_empty() or (not texts.null_count() and bool((texts == texts[0]).all()))


def by_run(texts: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Do `read`, which reads each text alone, once for each run of equal texts, unless runs are too short to be worth it."""
    if len(texts) < _FEW:
        return read(texts)
    if is_one(texts):
        return read(texts.head(1)).new_from_index(0, len(texts)).alias(texts.name)
    runs = texts.rle().struct.field("value")
    if len(runs) * 4 >= len(texts):
        return read(texts)
    return read(runs)[texts.rle_id()].alias(texts.name)
