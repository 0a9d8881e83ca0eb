"""Assert the cash identities after every run, in production too.

Per applied line the cash allocated is the line's amount; per item no more is settled than is open; every line has
one fate; every entry balances. Whoever breaks one is a defect: the run's output is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.apply.allocate import is_cash
from recon.errors import IdentityBroken

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.allocations import Allocations
    from recon.frames.decisions import Decisions
    from recon.frames.entries import Entries
    from recon.frames.items import Items
    from recon.frames.lines import Lines


def check_identities(
    lines: dy.DataFrame[Lines],
    items: dy.DataFrame[Items],
    decisions: dy.DataFrame[Decisions],
    allocations: dy.DataFrame[Allocations],
    entries: dy.DataFrame[Entries],
) -> None:
    """Check all identities of one run.

    Raises:
        IdentityBroken: the first identity that does not hold, with both numbers.
    """
    _check_one_fate(lines, decisions)
    _check_lines(lines, decisions, allocations)
    _check_items(items, allocations)
    _check_entries(entries)


def _check_one_fate(lines: pl.DataFrame, decisions: pl.DataFrame) -> None:
    missing = lines.join(decisions, on="line_id", how="anti").height
    foreign = decisions.join(lines, on="line_id", how="anti").height
    if missing or foreign or lines.height != decisions.height:
        raise IdentityBroken(
            f"{lines.height} lines have {decisions.height} decisions: {missing} lines have none, {foreign} name no line"
        )


def _check_lines(lines: pl.DataFrame, decisions: pl.DataFrame, allocations: pl.DataFrame) -> None:
    decided = decisions.filter(pl.col("fate").is_in(["applied", "on_account"]))
    expected = lines.join(decided, on="line_id", how="semi").select("line_id", "amount")
    applied = allocations.filter(pl.col("status") == "applied", is_cash())
    sums = applied.group_by("line_id").agg(allocated=pl.col("amount").sum())
    compared = expected.join(sums, on="line_id", how="full", coalesce=True)
    for line_id, amount, allocated in _first_difference(compared, "amount", "allocated"):
        raise IdentityBroken(
            f"line {line_id}: {allocated} allocated of an amount of {amount} minor units"
        )
    suggested = allocations.filter(pl.col("status") == "suggested", is_cash())
    per_rank = suggested.group_by("line_id", "rank").agg(allocated=pl.col("amount").sum())
    against = per_rank.join(lines.select("line_id", "amount"), on="line_id", how="left")
    for line_id, amount, allocated in _first_difference(against, "amount", "allocated"):
        raise IdentityBroken(
            f"line {line_id}: a suggestion allocates {allocated} of {amount} minor units"
        )


def _check_items(items: pl.DataFrame, allocations: pl.DataFrame) -> None:
    applied = allocations.filter(pl.col("status") == "applied", pl.col("item_id").is_not_null())
    settled = applied.group_by("item_id").agg(settled=pl.col("item_amount").cast(pl.Int128).sum())
    compared = settled.join(items.select("item_id", "open_amount"), on="item_id", how="left")
    wrong_way = pl.col("settled").sign() * pl.col("open_amount").sign() < 0
    beyond = compared.filter(
        pl.col("open_amount").is_null()
        | wrong_way
        | (pl.col("settled").abs() > pl.col("open_amount").abs())
    ).sort("item_id")
    for item_id, amount, open_amount in beyond.head(1).iter_rows():
        raise IdentityBroken(f"item {item_id}: {amount} settled of {open_amount} open minor units")


def _check_entries(entries: pl.DataFrame) -> None:
    sums = entries.group_by("entry_key", "currency").agg(
        total=pl.col("amount").cast(pl.Int128).sum()
    )
    for key, currency, total in (
        sums.filter(pl.col("total") != 0).sort("entry_key").head(1).iter_rows()
    ):
        raise IdentityBroken(f"entry {key}: its postings in {currency} add up to {total}, not 0")


def _first_difference(
    frame: pl.DataFrame, one: str, other: str
) -> list[tuple[str, int | None, int | None]]:
    different = frame.filter(~pl.col(one).eq_missing(pl.col(other))).sort("line_id")
    return list(different.head(1).select("line_id", one, other).iter_rows())
