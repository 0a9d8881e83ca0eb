"""Compare what was read with the bank's own totals. In: statements, movements, records. Out: findings in words.

The engine checks the balances; here stand the counts and sums of record 33 and the count of record 88.

Source: AEB, Cuaderno 43, records 33 and 88.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import cut
from recon_norma43.structure import END

if TYPE_CHECKING:
    from collections.abc import Iterator

# So many differences say enough of one file.
_MOST: Final = 20


def end_findings(records: pl.DataFrame) -> list[str]:
    """Say whether the end of the file (88) is there and counts as many records as stand before it."""
    numbered = records.with_row_index("before").with_columns(kind=cut(1, 2), stated=cut(21, 26))
    ends = numbered.filter(pl.col("kind") == END)
    if ends.is_empty():
        return ["the file has no end record (88): nothing says that it is whole"]
    last = ends.row(-1, named=True)
    if last["before"] + 1 < records.height and ends.height == 1:
        return [f"line {last['line_number']}: records follow the end of the file (88)"]
    counted = last["before"] - (ends.height - 1)
    is_same = last["stated"].strip().isdigit() and int(last["stated"]) == counted
    if is_same or ends.height > 1:
        return []
    return [f"line {last['line_number']}: the end record counts {last['stated']}, read {counted}"]


def statement_findings(statements: pl.DataFrame, movements: pl.DataFrame) -> list[str]:
    """List what does not agree in each statement, at most so many differences a file."""
    found = list(islice(_differences(statements, movements), _MOST + 1))
    return found if len(found) <= _MOST else [*found[:_MOST], "and more of the kind"]


def _differences(statements: pl.DataFrame, movements: pl.DataFrame) -> Iterator[str]:
    is_debit = cut(28, 28) == "1"
    size = pl.col("amount").abs()
    sums = movements.group_by("statement").agg(
        read_debit_count=is_debit.sum().cast(pl.Int64),
        read_debits=size.filter(is_debit).sum(),
        read_credit_count=(~is_debit).sum().cast(pl.Int64),
        read_credits=size.filter(~is_debit).sum(),
    )
    compared = statements.join(sums, on="statement", how="left", maintain_order="left")
    totals = [
        pl.col(name) != pl.col(f"read_{name}").fill_null(0)
        for name in ("debit_count", "debits", "credit_count", "credits")
    ]
    doubtful = compared.filter(
        pl.any_horizontal(totals).fill_null(value=True)
        | ~pl.col("is_closed")
        | pl.col("is_sign_proven")
        | pl.col("opening_balance").is_null()
        | pl.col("closing_balance").is_null()
    )
    for row in doubtful.iter_rows(named=True):
        where = f"account {row['account'] or '?'}, line {row['head_line'] or row['totals_line']}"
        if row["opening_balance"] is None:
            yield f"{where}: no opening balance can be read"
        if not row["is_closed"]:
            yield f"{where}: the account is not closed (33); the file may be cut off"
        elif row["closing_balance"] is None:
            yield f"{where}: no closing balance can be read"
        if row["is_sign_proven"]:
            yield f"{where}: the closing balance has no sign; its own totals give it"
        for name in ("debit_count", "debits", "credit_count", "credits"):
            stated, read = row[name], row[f"read_{name}"] or 0
            if row["totals_line"] is not None and stated != read:
                yield f"{where}: the totals (33) say {name.replace('_', ' ')} {stated}, read {read}"
