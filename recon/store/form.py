"""The one form in which a row lies and is hashed: texts and whole numbers, on both engines. In: a frame. Out: the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from recon.store.tables import Kept


def stored_form(kept: Kept, frame: pl.DataFrame) -> pl.DataFrame:
    """Put a frame into the form in which it is stored and hashed: texts and whole numbers, in the order of its key."""
    return in_stored_form(kept, frame.select(kept.columns))


def in_stored_form(kept: Kept, frame: pl.DataFrame) -> pl.DataFrame:
    """Put some columns of a table, its key among them, into the form in which they are stored."""
    types = ((name, kept.types[name]) for name in frame.columns)
    return frame.sort(kept.order).with_columns(
        _as_stored(name, dtype) for name, dtype in types if dtype != pl.String
    )


def _as_stored(column: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean:
        return pl.col(column).cast(pl.Int64)
    if isinstance(dtype, pl.List):
        return pl.struct(pl.col(column).alias("of")).struct.json_encode().alias(column)
    return pl.col(column).cast(pl.String) if dtype == pl.Date else pl.col(column)


def _as_frame(column: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean:
        return pl.col(column).cast(pl.Boolean)
    if isinstance(dtype, pl.List):
        return (
            pl.col(column)
            .str.json_decode(pl.Struct({"of": dtype}))
            .struct.field("of")
            .alias(column)
        )
    return pl.col(column).str.to_date("%Y-%m-%d") if dtype == pl.Date else pl.col(column)


def as_frames(kept: Kept, stored: pl.DataFrame) -> pl.DataFrame:
    """Turn rows in stored form back into the frame that they are."""
    return stored.with_columns(
        _as_frame(name, kept.types[name])
        for name in stored.columns
        if kept.types.get(name, pl.String()) != pl.String
    )


def stored_type(dtype: pl.DataType) -> pl.DataType:
    """Give the type that a column of a frame has in stored form."""
    return pl.Int64() if dtype in (pl.Int64, pl.Boolean) else pl.String()
