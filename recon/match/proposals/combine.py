"""Combine open items of a payer that quotes none of them, or not all: exact subsets that add up to the line.

In: tables, quoted items, party hits. Out: rows for `gather_sets.py`, with the number of subsets that fit equally; and
the lines whose payer has too many items to try them all. Small pools are tried many at once, as one table of sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon.match.proposals.choice import choice_millibits
from recon.match.proposals.subsets import (
    SMALL_POOL,
    every_subset,
    find_subsets,
    subset_order,
    subset_sums,
)
from recon.match.tables import place_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from recon.config import Policy
    from recon.match.tables import Tables

# A line is combined from the items of so many of its likeliest payers.
_MOST_PAYERS: Final = 3
# Sums in one table, so that memory stays bounded.
_MOST_CELLS: Final = 1 << 22
# Lines whose pools are laid out at a time, for the same reason.
_BLOCK: Final = 100_000
# So many subsets of one pool become proposals; more of them are ambiguous in any case.
_MOST_PROPOSED: Final = 3
# Beside a quotation one item more is a set; alone, one item is a proposal of its own.
_FEWEST_UNQUOTED: Final = 2
# Paying several items without a word about them is rarer than quoting them.
_UNQUOTED_MILLIBITS: Final = -3_000
_FOUND: Final = {"key": pl.Int64, "pick": pl.Int64, "place": pl.Int64, "fits": pl.Int64}

_ROWS: Final = {
    "line": pl.Int64,
    "customer": pl.Int64,
    "pick": pl.Int64,
    "item": pl.Int64,
    "extra_millibits": pl.Int64,
    "fits": pl.Int64,
    "shape": pl.String,
    "reference_millibits": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Combined:
    """rows: line, shape, customer, pick, item, extra_millibits, fits. uncombined: lines with too many items to try."""

    rows: pl.DataFrame
    uncombined: pl.DataFrame


def combine(
    tables: Tables, quoted: pl.DataFrame, parties: pl.DataFrame, policy: Policy
) -> Combined:
    """Search the open items of each line's likeliest payers for subsets that come to its amount.

    Args:
        tables: the day's tables.
        quoted: items that a line quotes clearly: line, item, customer, open, amount.
        parties: party hits.
        policy: days of grace of discounts, and the size of the largest pool.
    """
    wanted = _wanted(tables, quoted, parties)
    if wanted.is_empty():
        return Combined(pl.DataFrame(schema=_ROWS), wanted.select("line"))
    free = _free_items(tables, quoted)
    wanted = _with_sizes(wanted, free, quoted)
    # Pools too large to search are counted and never laid out: they hold most of all items.
    is_large = pl.col("size") > policy.combine.most_items
    small = wanted.filter(~is_large)
    blocks = list(small.iter_slices(_BLOCK)) or [small]
    combined = [_combine_block(block, free, quoted, policy) for block in blocks]
    rows, uncombined = zip(*combined, strict=True)
    unsearched = wanted.filter(is_large).select("line")
    return Combined(pl.concat(rows), pl.concat([*uncombined, unsearched]).unique().sort("line"))


def _combine_block(
    wanted: pl.DataFrame, free: pl.DataFrame, quoted: pl.DataFrame, policy: Policy
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Combine for some lines: the rows of `Combined`, and the lines of which not every sum could be tried."""
    pools = _pools(wanted, free, quoted, policy)
    few = pools.filter(pl.col("size") <= SMALL_POOL)
    # Where nothing is quoted, one item alone explains the line better than any set out of so many.
    is_single = (pl.col("fewest") == _FEWEST_UNQUOTED) & (
        (pl.col("full") == pl.col("target")) | (pl.col("discounted") == pl.col("target"))
    )
    larger = pools.filter(pl.col("size") > SMALL_POOL)
    many = larger.join(larger.filter(is_single), on="key", how="anti", maintain_order="left")
    searched, incomplete = _search_each(many, wanted)
    found = pl.concat([*_search_together(few, wanted), searched])
    uncombined = wanted.filter(pl.col("key").is_in(incomplete.implode()))
    return _rows(found, wanted, pools, quoted), uncombined.select("line")


def _wanted(tables: Tables, quoted: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
    """Lines and the payers whose items may make them up: key, line, customer, currency, date, target, fewest."""
    payers = parties.sort("line", "millibits", "customer", descending=[False, True, False])
    payers = payers.filter(place_in("line") < _MOST_PAYERS)
    said = quoted.group_by("line").agg(
        said=pl.col("open").sum(),
        owner=pl.col("customer").first(),
        owners=pl.col("customer").n_unique(),
    )
    lines = tables.receipts.select("line", "currency", "date", "amount").join(
        said, on="line", how="left"
    )
    candidates = payers.select("line", "customer").join(lines, on="line")
    target = pl.col("amount") - pl.col("said").fill_null(0)
    # A payer who quotes an item of one customer pays that customer's items.
    of_owner = pl.col("said").is_null() | (
        (pl.col("owners") == 1) & (pl.col("owner") == pl.col("customer")).fill_null(value=False)
    )
    owed = tables.items.group_by("customer", "currency").agg(
        most=pl.col("open").filter(pl.col("open") > 0).sum(),
        least=pl.col("open").filter(pl.col("open") > 0).min(),
        # Credit notes and discounts make less of a single item.
        is_reducible=(pl.col("open") < 0).any() | (pl.col("discount") > 0).any(),
    )
    return (
        candidates.filter(of_owner)
        .with_columns(
            target=target,
            fewest=pl.when(pl.col("said").is_null()).then(_FEWEST_UNQUOTED).otherwise(1),
        )
        .filter(pl.col("target") > 0)
        .join(owed, on=["customer", "currency"])
        .filter(
            pl.col("target") <= pl.col("most"),
            (pl.col("target") >= pl.col("least")) | pl.col("is_reducible"),
        )
        .sort("line", "customer")
        .with_columns(key=pl.int_range(pl.len(), dtype=pl.Int64))
    )


def _free_items(tables: Tables, quoted: pl.DataFrame) -> pl.DataFrame:
    """The items that no line quotes and pays, oldest first."""
    return (
        tables.items.filter(pl.col("open") != 0)
        .join(_paid_as_quoted(quoted), on="item", how="anti")
        .sort("age_rank")
        .select("item", "customer", "currency", "open", "discount", "discount_until")
    )


def _with_sizes(wanted: pl.DataFrame, free: pl.DataFrame, quoted: pl.DataFrame) -> pl.DataFrame:
    """Add `size`: how many free items the payer has that the line does not quote; payers without any are left out."""
    account = ["customer", "currency"]
    of_account = free.group_by(account).agg(all=pl.len().cast(pl.Int64))
    own = (
        quoted.select("line", "item")
        .join(free.select("item", *account), on="item")
        .group_by("line", *account)
        .agg(quoted=pl.len().cast(pl.Int64))
    )
    return (
        wanted.join(of_account, on=account)
        .join(own, on=["line", *account], how="left")
        .with_columns(size=pl.col("all") - pl.col("quoted").fill_null(0))
        .filter(pl.col("size") > 0)
        .drop("all", "quoted")
        .sort("key")
    )


def _pools(
    wanted: pl.DataFrame, free: pl.DataFrame, quoted: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """The items of each pool, oldest first: key, target, fewest, place, size, item and both prices."""
    last_day = pl.col("discount_until").dt.offset_by(f"{policy.discount.grace_days}d")
    in_time = (pl.col("discount") > 0) & (pl.col("date") <= last_day).fill_null(value=False)
    return (
        wanted.select("key", "line", "customer", "currency", "date", "target", "fewest", "size")
        .join(free, on=["customer", "currency"], maintain_order="left_right")
        .join(quoted.select("line", "item"), on=["line", "item"], how="anti", maintain_order="left")
        .select(
            "key",
            "target",
            "fewest",
            "item",
            "size",
            place=place_in("key"),
            full="open",
            discounted=pl.when(in_time).then(pl.col("open") - pl.col("discount")).otherwise("open"),
        )
    )


def _paid_as_quoted(quoted: pl.DataFrame) -> pl.DataFrame:
    """Items that some line quotes and pays to the cent: they are no line's unquoted rest."""
    total = pl.col("open").sum().over("line")
    return quoted.filter(total == pl.col("amount")).select("item").unique()


def _search_together(pools: pl.DataFrame, wanted: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Sum up every subset of small pools, those of one size in one table a block."""
    for (size,), same in pools.sort("size", "key", "place").group_by("size", maintain_order=True):
        keys = same.select("key").unique(maintain_order=True)
        targets = keys.join(wanted, on="key", maintain_order="left")
        full, discounted = (
            same[name].to_numpy().reshape(-1, size) for name in ("full", "discounted")
        )
        block = max(1, _MOST_CELLS >> size)
        for start in range(0, keys.height, block):
            part = targets[start : start + block]
            rows = slice(start, start + block)
            yield _fitting(full[rows], discounted[rows], part)


def _fitting(
    full: npt.NDArray[np.int64], discounted: npt.NDArray[np.int64], targets: pl.DataFrame
) -> pl.DataFrame:
    picks = every_subset(full.shape[1])
    target = targets["target"].to_numpy()[:, None]
    fits = subset_sums(full) == target
    # A subset without a discounted item is the same at both prices.
    is_discounted = discounted != full
    if is_discounted.any():
        takes_some = subset_sums(is_discounted.astype(np.int64)) > 0
        fits |= (subset_sums(discounted) == target) & takes_some
    fits = fits[:, subset_order(full.shape[1])]
    count = fits.sum(axis=1)
    large_enough = picks.sum(axis=1) >= targets["fewest"].to_numpy()[:, None]
    proposed = fits & large_enough
    proposed &= np.cumsum(proposed, axis=1) <= _MOST_PROPOSED
    pool, pick = np.nonzero(proposed)
    found, place = np.nonzero(picks[pick])
    keys = targets["key"].to_numpy()
    return pl.DataFrame(
        {
            "key": keys[pool[found]],
            "pick": pick[found].astype(np.int64),
            "place": place.astype(np.int64),
            "fits": count[pool[found]].astype(np.int64),
        },
        schema=_FOUND,
    )


def _search_each(pools: pl.DataFrame, wanted: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Search larger pools one by one; also give the keys of those that have too many sums."""
    grouped = (
        pools.group_by("key", maintain_order=True)
        .agg("full", "discounted")
        .join(wanted.select("key", "target", "fewest"), on="key", maintain_order="left")
    )
    rows: list[tuple[int, int, int, int]] = []
    incomplete: list[int] = []
    for key, full, discounted, target, fewest in grouped.iter_rows():
        answer = _subsets_at_both_prices(full, discounted, target)
        if answer is None:
            incomplete.append(key)
            continue
        count, found = answer
        proposed = [one for one in found if len(one) >= fewest][:_MOST_PROPOSED]
        rows += [(key, pick, place, count) for pick, one in enumerate(proposed) for place in one]
    frame = pl.DataFrame(rows, schema=_FOUND, orient="row")
    return frame, pl.Series("key", incomplete, dtype=pl.Int64)


def _subsets_at_both_prices(
    full: list[int], discounted: list[int], target: int
) -> tuple[int, list[tuple[int, ...]]] | None:
    plain = find_subsets(full, target)
    if not plain.is_complete:
        return None
    if full == discounted:
        return plain.count, list(plain.found)
    reduced = find_subsets(discounted, target)
    if not reduced.is_complete:
        return None
    if not plain.count or not reduced.count:
        # Those without a discounted item are the same at both prices: there are none.
        return plain.count + reduced.count, list(plain.found or reduced.found)
    same = find_subsets(
        [price if price == whole else 0 for price, whole in zip(discounted, full, strict=True)],
        target,
    )
    if not same.is_complete:
        return None
    either = sorted({*plain.found, *reduced.found}, key=lambda one: (len(one), one))
    return plain.count + reduced.count - same.count, either


def _rows(
    found: pl.DataFrame, wanted: pl.DataFrame, pools: pl.DataFrame, quoted: pl.DataFrame
) -> pl.DataFrame:
    """Name the items of each subset, those quoted beside it included, and charge for choosing it among all."""
    chosen = found.join(pools.select("key", "place", "item", "size"), on=["key", "place"]).join(
        wanted.select("key", "line", "customer"), on="key"
    )
    one = ["key", "pick"]
    # Any subset as large might have been the one that fits.
    charged = chosen.with_columns(members=pl.len().over(one)).with_columns(
        extra_millibits=(choice_millibits(pl.col("members"), pl.col("size")) + _UNQUOTED_MILLIBITS)
        // pl.col("members")
    )
    shape = (
        pl.when(pl.col("line").is_in(quoted["line"].unique().implode()))
        .then(pl.lit("quoted_and_more"))
        .otherwise(pl.lit("subset"))
    )
    unquoted = charged.select(
        "line",
        "customer",
        "pick",
        "item",
        "extra_millibits",
        "fits",
        shape=shape,
        reference_millibits=pl.lit(0, dtype=pl.Int64),
    )
    sets = unquoted.select("line", "customer", "shape", "pick", "fits").unique()
    beside = sets.join(quoted.select("line", "item", reference_millibits="millibits"), on="line")
    return pl.concat(
        [
            unquoted,
            beside.with_columns(extra_millibits=pl.lit(0, dtype=pl.Int64)).select(unquoted.columns),
        ]
    )
