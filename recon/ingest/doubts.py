"""Say what in a statement speaks against itself without proving anything: it is told, and nothing is held for it.

In: checked statements and gathered lines. Out: the file and a sentence for each doubt. A damaged digit of a date moves
no balance, so nothing else would notice it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.statements import Statements

# Banks book some days around the days that a statement names; a wrong month or year is further off.
_DAYS_AROUND: Final = 31
_NAMED: Final = 5


def find_doubts(statements: dy.DataFrame[Statements], lines: pl.DataFrame) -> list[tuple[str, str]]:
    """Find entries that are booked far from the days of their statement.

    Args:
        statements: checked statements.
        lines: gathered lines with `statement_id`.

    Returns:
        file and sentence, sorted.
    """
    known = statements.select("statement_id", "file", "opening_date", "closing_date").drop_nulls()
    around = pl.duration(days=_DAYS_AROUND)
    day = pl.col("booking_date")
    far = (
        lines.select("statement_id", "record", "booking_date")
        .join(known, on="statement_id")
        .filter((day < pl.col("opening_date") - around) | (day > pl.col("closing_date") + around))
        .group_by("statement_id", "file", "opening_date", "closing_date")
        .agg(pl.col("record").sort(), pl.col("booking_date").sort_by("record"))
    )
    return sorted(
        (
            row["file"],
            f"{len(row['record'])} entries are booked more than {_DAYS_AROUND} days outside the statement of "
            f"{row['opening_date']} to {row['closing_date']}: "
            + ", ".join(
                f"record {record} on {booked}"
                for record, booked in zip(
                    row["record"][:_NAMED], row["booking_date"][:_NAMED], strict=True
                )
            ),
        )
        for row in far.iter_rows(named=True)
    )
