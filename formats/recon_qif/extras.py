"""Columns as JSON: what the bank sent beyond the frame's columns, one object a row.

In: expressions by name. Out: an expression of JSON text; a null value leaves its name out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping


def json_object(values: Mapping[str, pl.Expr]) -> pl.Expr:
    """Give one object of the values that are not null, in the order of their names; null if all are."""
    members = [
        pl.when(value.is_not_null()).then(
            pl.struct(value.alias(name)).struct.json_encode().str.slice(1).str.head(-1)
        )
        for name, value in sorted(values.items())
    ]
    joined = pl.concat_str(members, separator=",", ignore_nulls=True)
    return pl.when(joined != "").then(pl.concat_str(pl.lit("{"), joined, pl.lit("}")))
