"""Which record belongs to what: its kind, its statement, its movement. In: records. Out: records with these marks.

A record of no known kind stands for a movement of its own, and so does a complement that follows none: each of them
tells of an entry that was damaged or lost, and none may attach itself to a neighbour.

Source: AEB, Cuaderno 43: 11 head of an account, 22 movement, 23 and 24 its complements, 33 end of an account, 88 end
of the file.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from recon.api import cut

WIDTH: Final = 80
HEAD: Final = "11"
MOVEMENT: Final = "22"
CONCEPT: Final = "23"
EXCHANGE: Final = "24"
TOTALS: Final = "33"
END: Final = "88"
UNKNOWN: Final = "??"
_KINDS: Final = (HEAD, MOVEMENT, CONCEPT, EXCHANGE, TOTALS, END)
# Lines that are records of their own, or of no known kind: counted apart from the reading. Complements, heads, totals
# and the end of file are not.
COUNTED: Final = re.compile(r"\n(?!11|23|24|33|88)(?=[^\n]*[^ \t\r\n])")


def with_structure(records: pl.DataFrame) -> pl.DataFrame:
    """Add kind, statement (0, 1, ...), movement (1, 2, ... or null) and is_orphan; the records 88 are left out."""
    kind = cut(1, 2)
    known = records.with_columns(
        kind=pl.when(kind.is_in(_KINDS)).then(kind).otherwise(pl.lit(UNKNOWN))
    ).filter(pl.col("kind") != END)
    before = pl.col("kind").shift(1).fill_null(TOTALS)
    # A file may begin, or go on behind a total, without a head: its movements then have no opening balance.
    starts_statement = (pl.col("kind") == HEAD) | (before == TOTALS)
    is_orphan = pl.col("kind").is_in((CONCEPT, EXCHANGE)) & before.is_in((HEAD, TOTALS))
    starts_movement = pl.col("kind").is_in((MOVEMENT, UNKNOWN)) | is_orphan
    return known.with_columns(
        statement=starts_statement.cast(pl.Int64).cum_sum() - 1,
        is_orphan=is_orphan,
        movement=pl.when(~pl.col("kind").is_in((HEAD, TOTALS))).then(
            starts_movement.cast(pl.Int64).cum_sum()
        ),
        starts_movement=starts_movement,
    )
