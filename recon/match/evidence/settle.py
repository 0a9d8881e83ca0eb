"""How an amount settles an item: exactly, with a discount, short within tolerance, in part, or with a rest.

In: pairs of line and item with both amounts. Out: the settlement, its difference and the amount evidence. Every
settlement is a convention with a name; there is no "close enough".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.rarity import AMOUNT_PRIOR_WEIGHT, amount_prior, millibits
from recon.match.evidence.stated import name_stated_parts
from recon.money import AMOUNT_LIMIT, exponent_expr

if TYPE_CHECKING:
    from decimal import Decimal

    from recon.config import Policy
    from recon.match.tables import Tables

# How often a payment that belongs to an item settles it in this way.
_BELONGS: Final = {
    "exact": 0.85,
    "discount": 0.6,
    "discount_on_net": 0.02,
    "discount_rounded": 0.02,
    "discount_write_off": 0.05,
    "late_discount": 0.05,
    "discount_refused": 0.05,
    "write_off": 0.05,
    "bank_charge": 0.05,
    "instalment": 0.02,
    "stated_deduction": 0.02,
}
# How often a payment of several items comes to their total.
_TOTAL_BELONGS: Final = 0.7
PART_MILLIBITS: Final = -4_000
OVER_MILLIBITS: Final = -5_000
# Settlements that leave some of the item open, so that a later line may pay the rest.
LEAVES_OPEN: Final = (
    "part",
    "instalment",
    "stated_deduction",
    "discount_refused",
    "account_payment",
)
# One in three who pay an item of another currency write what they pay of it.
_STATED_ELSEWHERE: Final = 0.3
# Policies are counted to eight decimals: a percentage of four is exact.
_SCALE: Final = 10**8


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


def taken_in_time(policy: Policy) -> pl.Expr:
    """Say whether a discount may still be taken, for rows with discount, discount_until and date."""
    last_day = pl.col("discount_until").dt.offset_by(f"{policy.discount.grace_days}d")
    return (pl.col("discount") > 0) & (pl.col("date") <= last_day).fill_null(value=False)


def inside_window(policy: Policy) -> pl.Expr:
    """Say whether an item may be paid on that day at all, for rows with issue_date and date.

    Source: the matching windows of ledgers, such as QuickBooks Online: 90 days before to 20 days after.
    """
    days = (pl.col("date") - pl.col("issue_date")).dt.total_days()
    window = policy.window
    return days.is_between(-window.days_before_issue, window.days_after_issue).fill_null(value=True)


def lapsed_discount(policy: Policy) -> str:
    """Name what taking a discount too late is: a question to a person, or the rest stays open."""
    return "late_discount" if policy.discount.late == "suggest" else "discount_refused"


def add_settlement(pairs: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add `settlement`, `difference` (open - amount) and `band` to pairs with both amounts, the discount and the date.

    `band` is how many amounts would have settled the item in the same way.
    """
    tolerance, charges = limits(policy)
    short = pl.col("open") - pl.col("amount")
    in_time, taken = taken_in_time(policy), short == pl.col("discount")
    near_discount = (short > 0) & ((short - pl.col("discount")).abs() <= tolerance)
    rates = policy.discount.tax_percents
    one, by_tolerance, by_charges = pl.lit(1), tolerance + 1, charges + 1
    cases: list[tuple[str, pl.Expr, pl.Expr]] = [
        ("exact", short == 0, one),
        ("discount", in_time & taken, one),
        ("discount_on_net", in_time & _on_net(short, rates), pl.lit(2 * len(rates))),
        ("discount_rounded", in_time & _rounded(short, policy.discount.rounded_to), pl.lit(2)),
        (
            "discount_write_off",
            in_time & near_discount & policy.discount.with_tolerance,
            2 * tolerance + 1,
        ),
        (lapsed_discount(policy), (pl.col("discount") > 0) & ~in_time & taken, one),
        ("write_off", (short > 0) & (short <= tolerance), by_tolerance),
        ("bank_charge", (short > 0) & (short <= charges), by_charges),
        ("part", short > 0, one),
        ("over", pl.lit(value=True), one),
    ]
    names = [name for name, _, _ in cases]
    places = [pl.when(holds).then(pl.lit(at, pl.Int8)) for at, (_, holds, _) in enumerate(cases)]
    case = pl.col("case")
    # Lazily, because only so what the cases share is computed once; their places are smaller than their names.
    settled = (
        pairs.lazy()
        .with_columns(difference=short, case=pl.coalesce(places))
        .with_columns(
            settlement=case.replace_strict(range(len(names)), names, return_dtype=pl.String),
            band=pl.coalesce(
                pl.when(case == at).then(band)
                for at, (_, _, band) in enumerate(cases)
                if band is not one
            ).fill_null(one),
        )
        .drop("case")
    )
    return settled.collect()


def most_short(policy: Policy) -> pl.Expr:
    """How many minor units a settlement other than `part` may fall short, for items with `currency` and `discount`."""
    unit = pl.lit(10, dtype=pl.Int64).pow(exponent_expr(pl.col("currency")))
    allowed = (policy.tolerance.amount, policy.bank_charges.limit, policy.discount.rounded_to)
    # One more, for what is rounded to a minor unit.
    return pl.col("discount") + pl.sum_horizontal(_part_of(unit, each) for each in allowed) + 1


def _on_net(short: pl.Expr, rates: tuple[Decimal, ...]) -> pl.Expr:
    """The discount was taken on the amount before tax, at one of the rates: rounded to a minor unit up or down."""
    whole = 100 * _SCALE
    each = [
        (
            short.cast(pl.Int128) * pl.lit(whole + int(rate * _SCALE), dtype=pl.Int128)
            - pl.col("discount").cast(pl.Int128) * whole
        ).abs()
        < whole + int(rate * _SCALE)
        for rate in rates
    ]
    return pl.any_horizontal(each) & (short > 0) if each else pl.lit(value=False)


def _rounded(short: pl.Expr, step: Decimal) -> pl.Expr:
    """The discounted amount was rounded, up or down, to a multiple of `step` units of the currency."""
    if not step:
        return pl.lit(value=False)
    unit = pl.lit(10, dtype=pl.Int64).pow(exponent_expr(pl.col("currency")))
    minor = _part_of(unit, step)
    is_round = (minor > 0) & (pl.col("amount") % minor == 0)
    return is_round & (short > 0) & ((short - pl.col("discount")).abs() < minor)


def with_equal_amounts(receipts: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Add what is due today in the currency of each receipt: `items_in_currency`, and `equal`, those of its amount."""
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
    return receipts.join(totals, on="currency", how="left", maintain_order="left").join(
        equal, on=["currency", "amount"], how="left", maintain_order="left"
    )


def add_amount_evidence(pairs: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Add `amount_millibits`: how much the amount says for this item, given how common it is today.

    Part payments that the line's own words explain get the name of what they are.

    Args:
        pairs: pairs with their settlement and what `with_equal_amounts` says of the line.
        texts: line, currency, text of the lines.
    """
    counted = name_stated_parts(pairs, texts)
    weight = AMOUNT_PRIOR_WEIGHT
    in_currency = pl.col("items_in_currency").fill_null(1)
    others = (pl.col("equal").fill_null(0).cast(pl.Float64) - 1).clip(0)
    measured = (others + weight * amount_prior(pl.col("amount"))) / (in_currency + weight)
    # Of a stated deduction the text tells the difference, so that is what coincides by chance.
    is_stated = pl.col("settlement") == "stated_deduction"
    chance = pl.when(is_stated).then(amount_prior(pl.col("difference"))).otherwise(measured)
    belongs = pl.col("settlement").replace_strict(_BELONGS, default=None, return_dtype=pl.Float64)
    # A band of amounts is hit by chance as often as all the amounts in it.
    weighed = millibits(belongs, (chance * pl.col("band")).clip(upper_bound=1.0)).clip(0)
    fixed = pl.when(pl.col("settlement") == "part").then(PART_MILLIBITS).otherwise(OVER_MILLIBITS)
    prior = -((in_currency.cast(pl.Float64).log(2) + 1) * 1000).round(0).cast(pl.Int64)
    return counted.with_columns(
        amount_millibits=pl.when(belongs.is_not_null()).then(weighed).otherwise(fixed),
        prior_millibits=prior,
    ).drop("items_in_currency", "equal")


def stated_elsewhere_millibits(amount: pl.Expr) -> pl.Expr:
    """What it says for an item of another currency that the text states its amount."""
    return millibits(_STATED_ELSEWHERE, amount_prior(amount))


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
