"""Fields that have no column, as one JSON object a row. In: expressions by name. Out: expressions of JSON text.

A null value leaves its name out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping


def json_members(values: Mapping[str, pl.Expr]) -> pl.Expr:
    """Give `"name":value,...` of the values that are not null; '' if all are."""
    members = [
        # A text `null` has quotes, so this is the null value alone. Each value stands in the plan only once.
        pl.struct(value.alias(name)).struct.json_encode().str.slice(1).str.head(-1)
        .replace(f'"{name}":null', None)
        for name, value in values.items()
    ]  # fmt: skip
    return pl.concat_str(members, separator=",", ignore_nulls=True)


def json_object(*members: pl.Expr) -> pl.Expr:
    """Give one object of several `json_members`; null if it would be empty."""
    filled = [member.replace("", None) for member in members]
    inside = pl.concat_str(filled, separator=",", ignore_nulls=True).replace("", None)
    return pl.concat_str(pl.lit("{"), inside, pl.lit("}"))


def json_text(value: pl.Expr) -> pl.Expr:
    """Give a text column as JSON strings, with their quotes."""
    return pl.struct(value.alias("v")).struct.json_encode().str.slice(len('{"v":')).str.head(-1)
