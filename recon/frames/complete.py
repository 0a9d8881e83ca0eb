"""Complete a frame to its schema: a reader names only the columns for which its format has something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import dataframely as dy
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

S = TypeVar("S", bound=dy.Schema)

# What a column says when a format never says otherwise.
_DEFAULTS: Final[Mapping[str, str | bool]] = {
    "status": "booked",
    "remittance": "",
    "is_reversal": False,
    "kind": "final",
}


def completed(read: pl.DataFrame | Sequence[Mapping[str, Any]], schema: type[S]) -> dy.DataFrame[S]:
    """Add the columns that a reader has nothing for, in the schema's order and types.

    Values are not checked here: the engine validates every frame that crosses into it.

    Args:
        read: columns of the schema in any order, as a frame or as rows (a row may leave out what is null).
        schema: ReadLines, ReadStatements or Rejects.

    Returns:
        the frame with all columns: null where nothing is said, and status booked, kind final, remittance '' and no
        reversal.

    Raises:
        ValueError: a column is unknown to the schema, or one is missing that cannot be left out.
    """
    types = schema.create_empty().schema
    frame = read if isinstance(read, pl.DataFrame) else _of_rows(read, types)
    unknown = sorted(set(frame.columns) - set(types))
    if unknown:
        raise ValueError(f"{schema.__name__} has no column {', '.join(unknown)}")
    columns = schema.columns()
    absent = [name for name in types if name not in frame.columns]
    required = [name for name in absent if not columns[name].nullable and name not in _DEFAULTS]
    if required:
        raise ValueError(f"{schema.__name__} needs the column {', '.join(required)}")
    added = [pl.lit(_DEFAULTS.get(name), dtype=types[name]).alias(name) for name in absent]
    return schema.cast(frame.with_columns(added).select(list(types)))


def _of_rows(rows: Sequence[Mapping[str, Any]], types: pl.Schema) -> pl.DataFrame:
    if not rows:
        return pl.DataFrame(schema=types)
    named = dict.fromkeys(name for row in rows for name in row)
    # An unknown column keeps its values, so that it can be named by the error.
    schema = {name: types.get(name) for name in named}
    return pl.DataFrame([dict(row) for row in rows], schema=schema, orient="row")
