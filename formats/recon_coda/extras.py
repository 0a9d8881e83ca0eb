"""Columns as JSON: what the bank sent beyond the frame's columns, one object a line.

In: expressions by name. Out: expressions of JSON text; a null value leaves its name out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping


def json_members(values: Mapping[str, pl.Expr]) -> pl.Expr:
    """Give `"name":value,...` of the values that are not null; '' if all are."""
    members = [
        pl.when(value.is_not_null()).then(
            pl.struct(value.alias(name)).struct.json_encode().str.slice(1).str.head(-1)
        )
        for name, value in values.items()
    ]
    return pl.concat_str(members, separator=",", ignore_nulls=True)


def json_object(*members: pl.Expr) -> pl.Expr:
    """Give one object of several `json_members`; null if it would be empty."""
    filled = [pl.when(each != "").then(each) for each in members]
    joined = pl.concat_str(filled, separator=",", ignore_nulls=True)
    return pl.when(joined != "").then(pl.concat_str(pl.lit("{"), joined, pl.lit("}")))


def json_text(value: pl.Expr) -> pl.Expr:
    """Give a text column as JSON strings, with their quotes."""
    return pl.struct(value.alias("v")).struct.json_encode().str.slice(len('{"v":')).str.head(-1)
