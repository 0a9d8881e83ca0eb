"""How an amount settles an item: exactly, with a discount, short within tolerance, in part, or with a rest.

In: pairs of line and item with both amounts. Out: the settlement, its difference and the amount evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.rarity import AMOUNT_PRIOR_WEIGHT, amount_prior, millibits
from recon.money import AMOUNT_LIMIT, exponent_expr

if TYPE_CHECKING:
    from decimal import Decimal

    from recon.config import Policy
    from recon.match.tables import Tables

# How often a payment that belongs to an item settles it in this way.
_BELONGS: Final = {
    "exact": 0.85,
    "discount": 0.6,
    "late_discount": 0.05,
    "write_off": 0.05,
    "bank_charge": 0.05,
}
# How often a payment of several items comes to their total.
_TOTAL_BELONGS: Final = 0.7
_PART_MILLIBITS: Final = -4_000
_OVER_MILLIBITS: Final = -5_000
# Policies are counted to eight decimals: a percentage of four is exact.
_SCALE: Final = 10**8
SETTLEMENTS: Final = (*_BELONGS, "part", "over")


def limits(policy: Policy) -> tuple[pl.Expr, pl.Expr]:
    """Tolerance and bank charge limit in minor units, for pairs with `currency` and `open`.

    The tolerance is the lower of the policy's amount and its percentage of the item; an empty one means none.
    """
    percent = _part_of(pl.col("open"), policy.tolerance.percent / 100)
    unit = pl.lit(10, dtype=pl.Int64).pow(exponent_expr(pl.col("currency")))
    absolute = _part_of(unit, policy.tolerance.amount)
    return pl.min_horizontal(absolute, percent), _part_of(unit, policy.bank_charges.limit)


def _part_of(whole: pl.Expr, factor: Decimal) -> pl.Expr:
    """Multiply minor units by a decimal factor, rounded down; at most AMOUNT_LIMIT.

    128 bits hold every product of two numbers within the limits; 64 and 32 bits wrap in silence.
    """
    scaled = pl.lit(int(factor * _SCALE), dtype=pl.Int128)
    return (whole.cast(pl.Int128) * scaled // _SCALE).clip(0, AMOUNT_LIMIT).cast(pl.Int64)


def add_settlement(pairs: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add `settlement` and `difference` (open - amount) to pairs with amount, open, discount, discount_until, date."""
    tolerance, charges = limits(policy)
    last_day = pl.col("discount_until").dt.offset_by(f"{policy.discount.grace_days}d")
    discounted = (pl.col("discount") > 0) & (
        pl.col("open") - pl.col("discount") == pl.col("amount")
    )
    short = pl.col("open") - pl.col("amount")
    settlement = (
        pl.when(short == 0)
        .then(pl.lit("exact"))
        .when(discounted & (pl.col("date") <= last_day))
        .then(pl.lit("discount"))
        .when(discounted)
        .then(pl.lit("late_discount"))
        .when((short > 0) & (short <= tolerance))
        .then(pl.lit("write_off"))
        .when((short > 0) & (short <= charges))
        .then(pl.lit("bank_charge"))
        .when(short > 0)
        .then(pl.lit("part"))
        .otherwise(pl.lit("over"))
    )
    return pairs.with_columns(
        settlement=settlement, difference=short, tolerance=tolerance, charges=charges
    )


def add_amount_evidence(pairs: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add `amount_millibits`: how much the amount says for this item, given how common it is today."""
    items = tables.items.filter(pl.col("open") > 0)
    totals = items.group_by("currency").agg(items_in_currency=pl.len())
    due = pl.concat(
        [
            items.select("currency", amount="open"),
            items.filter(pl.col("discount") > 0).select(
                "currency", amount=pl.col("open") - pl.col("discount")
            ),
        ]
    )
    equal = due.group_by("currency", "amount").agg(equal=pl.len())
    counted = pairs.join(totals, on="currency", how="left").join(
        equal, on=["currency", "amount"], how="left"
    )
    weight = AMOUNT_PRIOR_WEIGHT
    in_currency = pl.col("items_in_currency").fill_null(1)
    others = (pl.col("equal").fill_null(0).cast(pl.Float64) - 1).clip(0)
    chance = (others + weight * amount_prior(pl.col("amount"))) / (in_currency + weight)
    # A band of amounts is hit by chance as often as all the amounts in it.
    band = (
        pl.when(pl.col("settlement") == "write_off")
        .then(pl.col("tolerance") + 1)
        .when(pl.col("settlement") == "bank_charge")
        .then(pl.col("charges") + 1)
        .otherwise(1)
    )
    belongs = pl.col("settlement").replace_strict(_BELONGS, default=None, return_dtype=pl.Float64)
    measured = millibits(belongs, (chance * band).clip(upper_bound=1.0)).clip(0)
    fixed = pl.when(pl.col("settlement") == "part").then(_PART_MILLIBITS).otherwise(_OVER_MILLIBITS)
    prior = -((in_currency.cast(pl.Float64).log(2) + 1) * 1000).round(0).cast(pl.Int64)
    return counted.with_columns(
        amount_millibits=pl.when(belongs.is_not_null()).then(measured).otherwise(fixed),
        prior_millibits=prior,
    ).drop("items_in_currency", "equal")


def add_total_evidence(sets: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add `total_millibits` to sets with amount and currency: how rare the total is among what is due today."""
    items = tables.items.filter(pl.col("open") > 0)
    counted = sets.join(
        items.group_by("currency").agg(items_in_currency=pl.len()), on="currency", how="left"
    ).join(
        items.group_by("currency", amount="open").agg(equal=pl.len()),
        on=["currency", "amount"],
        how="left",
    )
    weight = AMOUNT_PRIOR_WEIGHT
    chance = (
        pl.col("equal").fill_null(0).cast(pl.Float64) + weight * amount_prior(pl.col("amount"))
    ) / (pl.col("items_in_currency").fill_null(1) + weight)
    return counted.with_columns(total_millibits=millibits(_TOTAL_BELONGS, chance)).drop(
        "items_in_currency", "equal"
    )
