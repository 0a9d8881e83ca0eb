"""What is to be said of a file beyond its lines and rejects. In: statements, movements. Out: findings in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

# So many findings say enough of one file.
_MOST: Final = 20


def findings_of(statements: pl.DataFrame, movements: pl.DataFrame) -> list[str]:
    """List what is doubtful in each statement, at most so many findings a file, and signs of a changed code page."""
    odd = int(movements["has_odd_sign"].sum()) + int(statements["has_odd_sign"].sum())
    signs = [f"{odd} amounts carry their sign in lower case or as é, è"] if odd else []
    doubtful = statements.filter(
        ~pl.col("is_closed")
        | pl.col("opening_balance").is_null()
        | pl.col("date").is_null()
        | pl.col("date_new").is_null()
        | pl.col("currency").is_null()
    )
    found = [finding for row in doubtful.head(_MOST).iter_rows(named=True) for finding in _of(row)]
    more = doubtful.height - _MOST
    return [*signs, *found, *([f"and so in {more} more statements"] if more > 0 else [])]


def _of(row: dict[str, object]) -> Iterator[str]:
    line = row["line"] or row["line_new"]
    where = f"account {row['account'] or '?'}" + (f", line {line}" if line else "")
    if row["currency"] is None:
        yield f"{where}: no record names a currency"
    elif row["line"] is None:
        yield f"{where}: there is no old balance (01)"
    elif row["opening_balance"] is None:
        yield f"{where}: the old balance (01) cannot be read"
    if row["line"] is not None and row["date"] is None:
        yield f"{where}: the date of the old balance is no day"
    if row["line_new"] is None:
        yield f"{where}: there is no new balance (07); the file may be cut off"
    elif not row["is_closed"] and row["currency"] is not None:
        yield f"{where}: the new balance (07) cannot be read, or is of account {row['account_new']}"
    elif row["date_new"] is None:
        yield f"{where}: the date of the new balance is no day"
