"""Complete a frame to its schema: a reader names only the columns for which its format has something."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar, cast

import dataframely as dy
import polars as pl

from recon.frames.demands import demands_of, is_shaped

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
    types = demands_of(schema).types
    frame = read if isinstance(read, pl.DataFrame) else _of_rows(read, types)
    if is_shaped(frame, types):
        return cast("dy.DataFrame[S]", frame)
    given = frame.schema
    unknown = sorted(given.keys() - types.keys())
    if unknown:
        raise ValueError(f"{schema.__name__} has no column {', '.join(unknown)}")
    defaults = _defaults(schema)
    required = [name for name in types if name not in given and name not in defaults]
    if required:
        raise ValueError(f"{schema.__name__} needs the column {', '.join(required)}")
    columns = [
        defaults[name] if name not in given
        else name if given[name] == dtype
        else pl.col(name).cast(dtype)
        for name, dtype in types.items()
    ]  # fmt: skip
    return cast("dy.DataFrame[S]", frame.select_seq(columns))


@cache
def _defaults(schema: type[dy.Schema]) -> Mapping[str, pl.Expr]:
    """Give each column that a reader may leave out, as it is then."""
    return {
        name: pl.lit(_DEFAULTS.get(name), dtype=column.dtype).alias(name)
        for name, column in schema.columns().items()
        if column.nullable or name in _DEFAULTS
    }


def _of_rows(rows: Sequence[Mapping[str, Any]], types: pl.Schema) -> pl.DataFrame:
    if not rows:
        return pl.DataFrame(schema=types)
    named = dict.fromkeys(name for row in rows for name in row)
    # An unknown column keeps its values, so that it can be named by the error.
    schema = {name: types.get(name) for name in named}
    return pl.DataFrame([dict(row) for row in rows], schema=schema, orient="row")
