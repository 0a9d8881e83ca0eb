"""What moved between two days: opening + new + opened again - cleared = closing, in lines and in money.

In: the open lines of two Standings. Out: the steps per currency. A roll-forward that does not tie is never shown.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.errors import IdentityBroken
from recon.money import format_minor
from recon.report.standing.document import total

STEPS: Final = ("opening", "new", "opened_again", "cleared", "closing")


def roll_forward(
    before: pl.DataFrame, now: pl.DataFrame, known_before: pl.DataFrame
) -> pl.DataFrame:
    """Lead from the lines that were open to those that are.

    Args:
        before: open lines of the earlier Standing: line_id, currency, amount in minor units.
        now: open lines of the later one.
        known_before: all lines of the earlier one; what it knew as cleared and is open now was opened again.

    Returns:
        currency, step (of STEPS, in that order), count, amount; what was cleared stands there as less.

    Raises:
        IdentityBroken: the steps do not come to what is open now; both numbers are named.
    """
    is_new = ~pl.col("line_id").is_in(known_before["line_id"].implode())
    came = now.join(before, on="line_id", how="anti")
    parts = {
        "opening": before,
        "new": came.filter(is_new),
        "opened_again": came.filter(~is_new),
        "cleared": before.join(now, on="line_id", how="anti"),
        "closing": now,
    }
    sums = pl.concat(
        part.group_by("currency").agg(
            step=pl.lit(name), count=pl.len().cast(pl.Int64), amount=total()
        )
        for name, part in parts.items()
    ).select("currency", "step", "count", "amount")
    currencies = sums.select("currency").unique()
    every = currencies.join(pl.DataFrame({"step": STEPS, "order": range(len(STEPS))}), how="cross")
    taken = pl.when(pl.col("step") == "cleared").then(-1).otherwise(1)
    steps = (
        every.join(sums, on=["currency", "step"], how="left")
        .with_columns(pl.col("count").fill_null(0) * taken, pl.col("amount").fill_null(0) * taken)
        .sort("currency", "order")
        .drop("order")
    )
    _check(steps)
    return steps


def _check(steps: pl.DataFrame) -> None:
    """Compare all but the last step with the last, per currency."""
    is_closing = pl.col("step") == "closing"
    sums = steps.group_by("currency").agg(
        led=pl.col("amount").filter(~is_closing).sum(),
        led_count=pl.col("count").filter(~is_closing).sum(),
        closing=pl.col("amount").filter(is_closing).sum(),
        closing_count=pl.col("count").filter(is_closing).sum(),
    )
    wrong = sums.filter(
        (pl.col("led") != pl.col("closing")) | (pl.col("led_count") != pl.col("closing_count"))
    ).sort("currency")
    for code, led, lines, closing, closing_lines in wrong.head(1).iter_rows():
        raise IdentityBroken(
            f"the roll-forward comes to {lines} lines of {format_minor(led, code)} {code}, "
            f"but {closing_lines} lines of {format_minor(closing, code)} {code} are open"
        )
