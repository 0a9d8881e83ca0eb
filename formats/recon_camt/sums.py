"""What lines tell together of statement and file. In: some lines. Out: a few rows, which add up to those of all lines.

Whatever the whole file decides of a line is decided by these, so that lines need not stand in memory at once. Sums of
amounts are minor units; an entry's lines are never parted, so that entries can be counted block by block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from recon.api import exponents
from recon_camt.leaves import freed

if TYPE_CHECKING:
    from collections.abc import Sequence

_IS_BOOKED = pl.col("status") == "booked"


class Mentioned(NamedTuple):
    """What lines tell before they are dated: how many entries they are, and `currencies` (statement, currency)."""

    entries: int
    currencies: pl.DataFrame


def mentioned(lines: pl.DataFrame) -> Mentioned:
    """Count the entries of some lines, and name their currencies."""
    currencies = lines.select("statement", "currency").unique()
    return Mentioned(
        lines["start"].n_unique(), currencies.with_columns(freed(currencies["currency"]))
    )


def all_mentioned(parts: Sequence[Mentioned]) -> Mentioned:
    """Add up what several blocks tell."""
    currencies = pl.concat([one.currencies for one in parts]).unique()
    return Mentioned(sum(one.entries for one in parts), currencies)


class Told(NamedTuple):
    """What dated lines tell.

    `sums` of each statement: lines (how many), moved (what is booked), reversed (what of it is marked as reversing).
    `counts`: how many lines (count) have which date_source and part.
    """

    sums: pl.DataFrame
    counts: pl.DataFrame


def told_by(lines: pl.DataFrame) -> Told:
    """Add up some lines, each with its date."""
    amount = pl.col("amount").cast(pl.Int128).filter(_IS_BOOKED)
    is_reversal = pl.col("is_reversal").filter(_IS_BOOKED)
    sums = lines.group_by("statement").agg(
        lines=pl.len().cast(pl.Int64),
        moved=amount.sum(),
        reversed=amount.filter(is_reversal).sum(),
    )
    counts = lines.group_by("date_source", "part").agg(count=pl.len().cast(pl.Int64))
    return Told(sums, counts)


def all_told(parts: Sequence[Told]) -> Told:
    """Add up what several blocks tell."""
    sums = pl.concat([one.sums for one in parts]).group_by("statement").agg(pl.all().sum())
    counts = pl.concat([one.counts for one in parts])
    return Told(sums, counts.group_by("date_source", "part").agg(pl.col("count").sum()))


def of_entries(lines: pl.DataFrame) -> pl.DataFrame:
    """Add up entries: of each statement count, credits and debits (both positive) of `all` and of `booked` ones."""
    entries = lines.group_by("statement", "start").agg(
        pl.col("amount").sum(), is_booked=_IS_BOOKED.first()
    )
    sums: dict[str, pl.Expr] = {}
    for scope, is_counted in (("all", pl.lit(value=True)), ("booked", pl.col("is_booked"))):
        amount = pl.col("amount").filter(is_counted)
        sums |= {
            f"count_{scope}": amount.len().cast(pl.Int64),
            f"credits_{scope}": amount.filter(amount > 0).sum(),
            f"debits_{scope}": -amount.filter(amount < 0).sum(),
        }
    return entries.group_by("statement").agg(**sums)


def added_up(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Add up the entries of several blocks."""
    return pl.concat(parts).group_by("statement").agg(pl.all().sum())


def only_currencies(told: pl.DataFrame, count: int) -> pl.Series:
    """Give the currency of each statement's entries where they have one; null where they have none or several.

    Args:
        told: statement and currency, of lines and rejects.
        count: how many statements there are.
    """
    one = (
        told.lazy()
        .filter(pl.col("currency").is_in(list(exponents())))
        .group_by("statement")
        .agg(pl.col("currency").unique())
        .filter(pl.col("currency").list.len() == 1)
        .with_columns(pl.col("currency").list.first())
    )
    every = pl.LazyFrame({"statement": pl.int_range(count, dtype=pl.Int64, eager=True)})
    joined = every.join(one, on="statement", how="left", maintain_order="left")
    return joined.select("currency").collect().to_series()
