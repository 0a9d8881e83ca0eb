"""Compare what a bank declares of a statement's entries with what was read. Out: findings, a sentence a difference.

Source: ISO 20022 camt.053 TotalTransactions (TxsSummry): number of entries, sums of credits and debits.
"""

from __future__ import annotations

import polars as pl

from recon_camt.signs import StatementFinding
from recon_camt.values import minor


def declared_findings(
    statements: pl.DataFrame, lines: pl.DataFrame, faults: pl.DataFrame
) -> list[StatementFinding]:
    """Say where declared totals differ from all entries, and from the booked ones too."""
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
    every = _read(lines, faults, "all")
    booked = _read(lines.filter(pl.col("status") == "booked"), faults, "booked")
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


def _read(lines: pl.DataFrame, faults: pl.DataFrame, scope: str) -> pl.DataFrame:
    entries = lines.group_by("statement", "start").agg(pl.col("amount").sum())
    amount = pl.col("amount")
    sums = entries.group_by("statement").agg(
        amount.len().cast(pl.Int64).alias("count"),
        amount.filter(amount > 0).sum().alias(f"credits_{scope}"),
        (-amount.filter(amount < 0).sum()).alias(f"debits_{scope}"),
    )
    rejected = faults.group_by("statement").agg(pl.len().cast(pl.Int64).alias(f"rejected_{scope}"))
    both = sums.join(rejected, on="statement", how="full", coalesce=True)
    count = pl.col("count").fill_null(0) + pl.col(f"rejected_{scope}").fill_null(0)
    return both.with_columns(count.alias(f"entries_{scope}")).drop("count")
