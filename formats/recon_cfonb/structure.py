"""Which record belongs to what: its kind, its statement, its movement. In: records. Out: records with these marks.

A record of no known kind stands for a movement of its own, and so does a complement that belongs to none: each of
them tells of an entry that was damaged or lost, and none may attach itself to a neighbour.

Source: CFONB 120: 01 old balance, 04 movement, 05 its complements, 07 new balance.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import polars as pl

from recon.api import cut

WIDTH: Final = 120
OLD_BALANCE: Final = "01"
MOVEMENT: Final = "04"
COMPLEMENT: Final = "05"
NEW_BALANCE: Final = "07"
UNKNOWN: Final = "??"
_KINDS: Final = (OLD_BALANCE, MOVEMENT, COMPLEMENT, NEW_BALANCE)
# Records of their own, or of no known kind: counted apart from the reading. Complements and balances are not.
COUNTED: Final = re.compile(r"\n(?!01|05|07)(?=[^\n]*[^ \t\r\n])")


def with_structure(records: pl.DataFrame) -> pl.DataFrame:
    """Add kind, statement (0, 1, ...), movement (1, 2, ... or null), starts_movement and is_orphan."""
    kind = cut(1, 2)
    known = records.with_columns(
        kind=pl.when(kind.is_in(_KINDS)).then(kind).otherwise(pl.lit(UNKNOWN)),
        # A complement repeats the account, the operation code and the day of its movement.
        owner=cut(22, 40),
    ).with_columns(before=pl.col("kind").shift(1).fill_null(NEW_BALANCE))
    # A file may begin, or go on behind a new balance, without an old one.
    starts_statement = (pl.col("kind") == OLD_BALANCE) | (pl.col("before") == NEW_BALANCE)
    is_orphan = _is_orphan()
    return (
        known.with_columns(
            statement=starts_statement.cast(pl.Int64).cum_sum() - 1, is_foreign=is_orphan
        )
        .with_columns(
            is_orphan=pl.col("is_foreign")
            & ~(
                pl.col("is_foreign").shift(1).fill_null(value=False)
                & (pl.col("owner") == pl.col("owner").shift(1))
            )
        )
        .with_columns(
            starts_movement=pl.col("kind").is_in((MOVEMENT, UNKNOWN)) | pl.col("is_orphan")
        )
        .with_columns(
            movement=pl.when(pl.col("kind").is_in((MOVEMENT, COMPLEMENT, UNKNOWN))).then(
                pl.col("starts_movement").cast(pl.Int64).cum_sum()
            )
        )
    )


@cache
def _is_orphan() -> pl.Expr:
    """A complement of another movement than the last one; behind an unknown record, nothing can be said."""
    last_owner = (
        pl.when(pl.col("kind") == MOVEMENT)
        .then("owner")
        .when(pl.col("kind") == UNKNOWN)
        .then(pl.lit("?"))
        .when(pl.col("kind") != COMPLEMENT)
        .then(pl.lit(""))
        .forward_fill()
        .fill_null("")
    )
    is_known = last_owner != "?"
    return (pl.col("kind") == COMPLEMENT) & is_known & (pl.col("owner") != last_owner)
