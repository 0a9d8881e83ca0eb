"""Decide what a reversal's sign means, where the balances prove it. In: lines and statements. Out: lines, findings.

By the standard an entry's sign is CdtDbtInd, and RvslInd only says that it reverses an earlier one. Some banks write
the sign of the reversed entry instead. One reading is right if it makes the statement balance and the other does not;
where nothing proves a flip, the standard holds.

Source: ISO 20022 camt.053 ReportEntry, ReversalIndicator; OCA/bank-statement-import issue 375.
"""

from __future__ import annotations

import polars as pl


def with_proven_reversals(
    lines: pl.DataFrame, statements: pl.DataFrame
) -> tuple[pl.DataFrame, list[str]]:
    """Flip the reversals of each statement that balances only with them flipped."""
    booked = lines.filter(pl.col("status") == "booked")
    if not booked["is_reversal"].any():
        return lines, []
    amount = pl.col("amount").cast(pl.Int128)
    sums = booked.group_by("statement").agg(
        moved=amount.sum(), reversed=amount.filter(pl.col("is_reversal")).sum()
    )
    gap = pl.col("closing_balance") - pl.col("opening_balance") - pl.col("moved")
    proven = (
        statements.join(sums, left_on="statement_index", right_on="statement")
        .filter(gap != 0, gap == -2 * pl.col("reversed"))
        .sort("statement_index")
    )
    chosen = proven["statement_index"].to_list()
    is_flipped = pl.col("is_reversal") & pl.col("statement").is_in(chosen)
    is_booked = pl.col("status") == "booked"
    flipped = lines.with_columns(
        pl.when(is_flipped & is_booked)
        .then(-pl.col("amount", "original_amount"))
        .otherwise(pl.col("amount", "original_amount"))
    )
    return flipped, [
        f"statement {index + 1}: it balances only if its reversals have the opposite sign; they were read so"
        for index in chosen
    ]
