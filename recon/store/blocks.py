"""Keep rows of one fact as blocks: a thousand rows of a file are one row, whose columns are JSON arrays. In and out: rows.

A bank file is stored once, as a whole, and read back as a whole: column by column that takes a quarter of the time and
half of the room. How rows lie in the table is nobody's business but this file's: they are hashed, verified and
packed for the auditor as rows.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.errors import StoreBroken

# What a block says of itself beside its columns; `seq` and the key's first column are the same in all of its rows.
FIRST, LAST, COUNT, FIRST_DAY, LAST_DAY = (
    "first_record",
    "last_record",
    "row_count",
    "first_day",
    "last_day",
)
# The same in all rows of a block.
BLOCK_KEY: Final = ("statement_id", "seq")
_BOUNDS: Final = ("record", "booking_date")
_ROWS: Final = 1_000
_HINT: Final = "restore the store from a copy, then run `recon verify`"


def pack(stored: pl.DataFrame) -> pl.DataFrame:
    """Put rows in stored form, in the order of their key, into blocks; a column that holds nothing is null."""
    # A column that is left out is null.
    columns = [
        name
        for name in stored.columns
        if name in _BOUNDS or (name not in BLOCK_KEY and stored[name].null_count() < stored.height)
    ]
    run = pl.struct(BLOCK_KEY).rle_id()
    told = (
        stored.select(*BLOCK_KEY, *columns)
        .with_columns(run=run)
        .with_columns(piece=pl.int_range(pl.len()).over("run") // _ROWS)
    )
    blocks = told.group_by("run", "piece", maintain_order=True).agg(
        *(pl.col(name).first() for name in BLOCK_KEY),
        pl.col("record").first().alias(FIRST),
        pl.col("record").last().alias(LAST),
        pl.len().cast(pl.Int64).alias(COUNT),
        pl.col("booking_date").min().alias(FIRST_DAY),
        pl.col("booking_date").max().alias(LAST_DAY),
        *(pl.col(name).alias(f"of {name}") for name in columns),
    )
    return blocks.select(
        *BLOCK_KEY, FIRST, LAST, COUNT, FIRST_DAY, LAST_DAY, *(_array(name) for name in columns)
    )


def _array(name: str) -> pl.Expr:
    values = pl.col(f"of {name}")
    told = pl.struct(values.alias("v")).struct.json_encode()
    array = told.str.strip_prefix('{"v":').str.strip_suffix("}")
    return pl.when(values.list.drop_nulls().list.len() > 0).then(array).alias(name)


def unpack(blocks: pl.DataFrame, types: dict[str, pl.DataType]) -> pl.DataFrame:
    """Give the rows of blocks, in their order.

    Args:
        blocks: in stored form, with the columns wanted and COUNT.
        types: the columns wanted, each with its type in stored form.

    Raises:
        StoreBroken: what stands in a block is not what was put there.
    """
    try:
        return blocks.select(_values(blocks, name, dtype) for name, dtype in types.items())
    except pl.exceptions.PolarsError as error:
        said = str(error).splitlines()[0]
        raise StoreBroken(f"a block of deliveries cannot be read: {said}", hint=_HINT) from None


def _values(blocks: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if name in BLOCK_KEY:
        return column.repeat_by(COUNT).explode()
    nothing = pl.lit(None, dtype).repeat_by(COUNT)
    if blocks[name].null_count() == blocks.height:
        return nothing.explode().alias(name)
    arrays = column.str.json_decode(pl.List(dtype))
    if blocks[name].null_count():
        arrays = pl.when(column.is_null()).then(nothing).otherwise(arrays)
    return arrays.explode().alias(name)
