"""Keep what has no column of its own. In: columns of a table and their names. Out: a JSON object a row, of the cells that are filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

_ESCAPED = r'["\\\x00-\x1f]'


def as_json(columns: Mapping[str, pl.Series], height: int) -> pl.Series:
    """Write named text columns as one JSON object a row; null where no cell is filled."""
    filled = {name: column for name, column in columns.items() if (column != "").any()}
    if not filled:
        return pl.Series([None], dtype=pl.String).new_from_index(0, height)
    frame = pl.DataFrame([column.alias(str(at)) for at, column in enumerate(filled.values())])
    members = [_member(name, frame[str(at)]) for at, name in enumerate(filled)]
    inner = pl.concat_str(members, separator=",", ignore_nulls=True)
    return frame.select(pl.when(inner != "").then("{" + inner + "}")).to_series()


def _member(name: str, column: pl.Series) -> pl.Expr:
    """Write `"name":"text"` where the text is filled, else null."""
    key = msgspec.json.encode(name).decode() + ":"
    text = pl.col(column.name)
    if column.str.contains(_ESCAPED).any():
        # `{"0":...}` without its braces and name is the text as JSON writes it.
        lead = len(f'{{"{column.name}":')
        value = pl.struct(text).struct.json_encode().str.slice(lead).str.strip_suffix("}")
    else:
        value = '"' + text + '"'
    return pl.when(text != "").then(pl.lit(key) + value)
