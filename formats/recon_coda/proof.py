"""Compare what was read with the bank's own totals. In: records, statements, movements. Out: findings in words.

The engine checks the balances; here stand the counts and sums of the trailer, and what is missing or odd.

Source: Febelfin CODA 2.6, record 9: the number of records 1, 2.x, 3.x and 8, and the sums of bookings (detail 0000).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon_coda.structure import MOVEMENT, NEW_BALANCE, OLD_BALANCE, PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# So many statements with findings say enough of one file.
_MOST: Final = 20
_COUNTED: Final = (OLD_BALANCE, MOVEMENT, *PARTS, NEW_BALANCE)


def findings_of(
    records: pl.DataFrame, statements: pl.DataFrame, movements: pl.DataFrame
) -> list[str]:
    """List what does not agree in each statement."""
    compared = (
        statements.join(_records(records), on="statement", how="left", maintain_order="left")
        .join(_sums(movements), on="statement", how="left", maintain_order="left")
        .with_columns(pl.col("read_records", "read_debits", "read_credits").fill_null(0))
    )
    names = ("records", "debits", "credits")
    differs = [(pl.col(f"stated_{name}") != pl.col(f"read_{name}")) for name in names]
    doubtful = compared.filter(
        pl.any_horizontal(differs).fill_null(value=True)
        | pl.col("opening_balance").is_null()
        | pl.col("closing_balance").is_null()
        | pl.col("is_duplicate").fill_null(value=True)
        | (pl.col("account") != pl.col("closing_account")).fill_null(value=False)
        | pl.col("is_separate")
    )
    found = [line for row in doubtful.head(_MOST).iter_rows(named=True) for line in _of(row)]
    more = doubtful.height - _MOST
    last = statements.row(-1, named=True)
    ending = (
        [f"line {last['trailer_line']}: the trailer says that another statement follows; none does"]
        if last["goes_on"]
        else []
    )
    found += [
        f"line {line}: the details of this booking do not add up to it; it stays one line"
        for line in movements.filter("is_off", "is_main")["line_number"].head(_MOST)
    ]
    return [*found, *([f"and so in {more} more statements"] if more > 0 else []), *ending]


def _records(records: pl.DataFrame) -> pl.DataFrame:
    return (
        records.filter(pl.col("kind").is_in(_COUNTED))
        .group_by("statement")
        .agg(read_records=pl.len().cast(pl.Int64))
    )


def _sums(movements: pl.DataFrame) -> pl.DataFrame:
    size = pl.col("thousandths").filter("is_main")
    return movements.group_by("statement").agg(
        read_debits=-size.filter(size < 0).sum(), read_credits=size.filter(size > 0).sum()
    )


def _of(row: dict[str, Any]) -> Iterator[str]:
    line = row["header_line"] or row["opening_line"] or row["closing_line"] or row["trailer_line"]
    where = f"account {row['account'] or '?'}" + (f", line {line}" if line else "")
    if row["header_line"] is None:
        yield f"{where}: no header (0) can be read"
    if row["is_duplicate"]:
        yield f"{where}: the bank marks the file as a duplicate"
    if row["is_separate"]:
        yield f"{where}: a separate application, whose movements stand in the account's statement too"
    if row["opening_balance"] is None:
        yield f"{where}: no old balance (1) can be read"
    if row["closing_balance"] is None:
        yield f"{where}: no new balance (8) can be read"
    elif row["account"] != row["closing_account"]:
        yield f"{where}: the new balance (8) names account {row['closing_account']}"
    if row["trailer_line"] is None:
        yield f"{where}: no trailer (9) can be read; the file may be cut off"
        return
    for name in ("records", "debits", "credits"):
        stated, read = row[f"stated_{name}"], row[f"read_{name}"]
        if stated != read:
            unit = " thousandths" if name != "records" else ""
            yield f"{where}: the trailer (9) says {name} {stated}{unit}, read {read}"
