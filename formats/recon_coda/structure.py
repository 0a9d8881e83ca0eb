"""Which record belongs to what: its kind, its statement, its movement. In: records. Out: records with these marks.

A record of no known kind stands for a movement of its own, and so does a part of a movement that is not there: each
of them tells of an entry that was damaged or lost, and none may attach itself to a neighbour.

Source: Febelfin CODA 2.6: 0 header, 1 old balance, 21 to 23 movement, 31 to 33 information on it, 8 new balance, 4 free
communication, 9 trailer; columns 3 to 6 of movements and information number the movements of a statement.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import polars as pl

from recon.api import cut

WIDTH: Final = 128
HEADER: Final = "0"
OLD_BALANCE: Final = "1"
MOVEMENT: Final = "21"
PARTS: Final = ("22", "23", "31", "32", "33")
NEW_BALANCE: Final = "8"
FREE: Final = "4"
TRAILER: Final = "9"
UNKNOWN: Final = "??"
# Movements, and lines of no known kind: counted apart from the reading.
COUNTED: Final = re.compile(
    r"\n(?!00000|1[0-3]|2[23]|3[123]|8|[49](?:[ \r\n]|$))(?=[^\n]*[^ \t\r\n])"
)


def with_structure(records: pl.DataFrame) -> pl.DataFrame:
    """Add kind, statement (0, 1, ...), movement (1, 2, ... or null), starts_movement, is_orphan and is_whole."""
    known = records.with_columns(
        kind=_kind(),
        number=cut(3, 6),
        # Every record ends in a code, so that no record may be short; blanks behind it do no harm.
        is_whole=pl.col("is_clean") & (pl.col("length") >= WIDTH) & (pl.col("width") <= WIDTH),
    ).with_columns(before=pl.col("kind").shift(1).fill_null(TRAILER))
    is_new = pl.col("kind") != pl.col("before")
    starts_statement = (
        ((pl.col("kind") == HEADER) & is_new)
        | (pl.col("before") == TRAILER)
        | ((pl.col("kind") == OLD_BALANCE) & (pl.col("before") != HEADER))
    )
    placed = known.with_columns(
        statement=starts_statement.cast(pl.Int64).cum_sum() - 1, is_foreign=_is_foreign()
    )
    follows_foreign = pl.col("is_foreign").shift(1).fill_null(value=False) & (
        pl.col("number") == pl.col("number").shift(1)
    )
    is_orphan = pl.col("is_foreign") & ~follows_foreign
    starts_movement = pl.col("kind").is_in((MOVEMENT, UNKNOWN)) | is_orphan
    is_of_movement = pl.col("kind").is_in((MOVEMENT, UNKNOWN, *PARTS))
    return placed.with_columns(
        is_orphan=is_orphan,
        starts_movement=starts_movement,
        movement=pl.when(is_of_movement).then(starts_movement.cast(pl.Int64).cum_sum()),
    )


@cache
def _kind() -> pl.Expr:
    """Recognise a kind by as much of the record as every one of its kind has in common."""
    two = cut(1, 2)
    return (
        pl.when(two.is_in((MOVEMENT, *PARTS)))
        .then(two)
        .when(cut(1, 5) == "00000")
        .then(pl.lit(HEADER))
        .when(two.is_in(("10", "11", "12", "13")))
        .then(pl.lit(OLD_BALANCE))
        .when(cut(1, 1) == NEW_BALANCE)
        .then(pl.lit(NEW_BALANCE))
        .when(two == "4 ")
        .then(pl.lit(FREE))
        .when(two == "9 ")
        .then(pl.lit(TRAILER))
        .otherwise(pl.lit(UNKNOWN))
    )


@cache
def _is_foreign() -> pl.Expr:
    """A part with another number than the last movement; behind an unknown record, nothing can be said."""
    last_number = (
        pl.when(pl.col("kind") == MOVEMENT)
        .then("number")
        .when(pl.col("kind") == UNKNOWN)
        .then(pl.lit("?"))
        .when(~pl.col("kind").is_in(PARTS))
        .then(pl.lit(""))
        .forward_fill()
        .fill_null("")
    )
    is_known = last_number != "?"
    return pl.col("kind").is_in(PARTS) & is_known & (pl.col("number") != last_number)
