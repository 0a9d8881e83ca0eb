"""Compare what a bank declares of a statement's entries with what was read. Out: findings, a sentence a difference.

Source: ISO 20022 camt.053 TotalTransactions (TxsSummry): number of entries, sums of credits and debits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon_camt.signs import StatementFinding
from recon_camt.values import minor

if TYPE_CHECKING:
    from collections.abc import Callable


def declared_findings(
    statements: pl.DataFrame, add_up: Callable[[], pl.DataFrame], faults: pl.DataFrame
) -> list[StatementFinding]:
    """Say where declared totals differ from all entries, and from the booked ones too.

    Args:
        statements: of the whole document, with the totals as the bank wrote them.
        add_up: gives `sums.of_entries` of all lines as they are shown; asked only where a bank declares totals.
        faults: entries that are rejects.
    """
    names = ("entries", "credits", "debits")
    if all(statements[name].null_count() == len(statements) for name in names):
        return []
    totals = statements.with_columns(
        pl.col("entries").str.to_integer(strict=False),
        credits=minor(statements["credits"], statements["currency"]),
        debits=minor(statements["debits"], statements["currency"]),
    )
    if totals.select(
        pl.all_horizontal(pl.col("entries", "credits", "debits").is_null().all())
    ).item():
        return []
    sums = add_up()
    every, booked = _read(sums, faults, "all"), _read(sums, faults, "booked")
    joined = totals.join(every, left_on="statement_index", right_on="statement", how="left").join(
        booked, left_on="statement_index", right_on="statement", how="left"
    )
    found = []
    for row in joined.sort("statement_index").to_dicts():
        for name in ("entries", "credits", "debits"):
            declared = row[name]
            read = [row[f"{name}_{scope}"] or 0 for scope in ("all", "booked")]
            has_rejects = name != "entries" and row["rejected_all"]
            if declared is not None and declared not in read and not has_rejects:
                found.append(
                    StatementFinding(
                        row["statement_index"],
                        f"the bank declares {declared} for {name}"
                        f"{'' if name == 'entries' else ' (minor units)'}, and {read[0]} were read",
                    )
                )
    return found


def _read(sums: pl.DataFrame, faults: pl.DataFrame, scope: str) -> pl.DataFrame:
    rejected = faults.group_by("statement").agg(pl.len().cast(pl.Int64).alias(f"rejected_{scope}"))
    own = sums.select("statement", *(f"{name}_{scope}" for name in ("count", "credits", "debits")))
    both = own.join(rejected, on="statement", how="full", coalesce=True)
    count = pl.col(f"count_{scope}").fill_null(0) + pl.col(f"rejected_{scope}").fill_null(0)
    return both.with_columns(count.alias(f"entries_{scope}")).drop(f"count_{scope}")
