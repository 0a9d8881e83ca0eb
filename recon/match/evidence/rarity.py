"""The coincidence side of evidence: how often a thing is seen where it does not belong.

Measured on today's data and smoothed with priors, so that a file of five lines is judged as soberly as one of
a million: u = (seen today + A * prior) / (all today + A). All weights are thousandths of a bit (millibits).
"""

from __future__ import annotations

from typing import Final

import polars as pl

# How many imagined observations the priors are worth beside today's data.
AMOUNT_PRIOR_WEIGHT: Final = 1000
REFERENCE_PRIOR_WEIGHT: Final = 200
PARTY_PRIOR_WEIGHT: Final = 500

# No single token proves more than this: about one quoted number in a million is mistyped into another open one.
REFERENCE_CAP_MILLIBITS: Final = 20_000
# Unless its check digits hold: of a hundred typing errors they let one pass.
PROVEN_REFERENCE_CAP_MILLIBITS: Final = 24_000
PROVEN_REFERENCE_FACTOR: Final = 0.1

# Years and days stand in one text in twenty for their own sake.
DATE_CHANCE: Final = 5e-2

# Numbers of fewer digits are too few to tell ranges apart.
_RANGED_DIGITS: Final = 5


def millibits(belongs: float | pl.Expr, coincidence: pl.Expr) -> pl.Expr:
    """log2(P(seen | belongs) / P(seen | coincidence)) in thousandths of a bit.

    Source: Fellegi and Sunter, A Theory for Record Linkage (1969): the weight of an agreement.
    """
    ratio = (pl.lit(belongs) if isinstance(belongs, float) else belongs) / coincidence
    return (ratio.log(2) * 1000).round(0).cast(pl.Int64)


def amount_prior(amount: pl.Expr) -> pl.Expr:
    """Chance that an unrelated payment has exactly this amount: rounder amounts are commoner.

    Counted by significant digits of the minor units: 100.00 has one, 1234.56 has six.
    """
    digits = amount.abs().cast(pl.String)
    significant = digits.str.strip_chars_end("0").str.len_bytes().cast(pl.Int64)
    chances = {1: 2e-2, 2: 5e-3, 3: 1.25e-3, 4: 3e-4, 5: 8e-5}
    return significant.replace_strict(
        list(chances), list(chances.values()), default=5e-5, return_dtype=pl.Float64
    )


def amount_rarity(amount: pl.Expr) -> pl.Expr:
    """How rare an amount is by its digits alone, in millibits: what its meeting by chance would be worth."""
    return millibits(1.0, amount_prior(amount))


def key_prior(key: pl.Expr) -> pl.Expr:
    """Chance that an unrelated line holds exactly this token, by the token's length and make-up."""
    length = key.str.len_bytes()
    letters = key.str.contains("[A-Z]")
    looks_like_date = key.str.contains(
        r"^(19|20)\d\d$|^(19|20)\d\d[01]\d[0-3]\d$|^[0-3]\d[01]\d(19|20)?\d\d$"
    )
    digits_only = (
        pl.when(length <= 2)
        .then(5e-2)
        .when(length == 3)
        .then(3e-3)
        .when(length == 4)
        .then(3e-4)
        .when(length == 5)
        .then(6e-5)
        .when(length == 6)
        .then(1e-5)
        .otherwise(2e-6)
    )
    with_letters = (
        pl.when(length <= 2)
        .then(1e-3)
        .when(length == 3)
        .then(1e-4)
        .when(length == 4)
        .then(1e-5)
        .otherwise(1e-6)
    )
    plain = pl.when(letters).then(with_letters).otherwise(digits_only)
    return (
        pl.when(looks_like_date & (length == 4))
        .then(DATE_CHANCE)
        .when(looks_like_date)
        .then(pl.max_horizontal(plain, pl.lit(1e-4)))
        .otherwise(plain)
    )


def shape(key: pl.Expr) -> pl.Expr:
    """Shape of a token: its letters, and a 9 for each digit (INV-2024 -> INV9999).

    Of a longer number without letters the first two digits stay (412055 -> 419999): numbers come from ranges, and
    another range (orders from 780000) says nothing about how often ours are met by chance.
    """
    length = key.str.len_bytes()
    # The digits of nearly all tokens stand at their end; of the others, which have no such head, each is looked for.
    head = key.str.extract("^([^0-9]*)[0-9]*$")
    ranged = pl.when(length >= _RANGED_DIGITS).then(key.str.slice(0, 2)).otherwise(pl.lit(""))
    kept = pl.when(head == "").then(ranged).otherwise(head)
    mixed = pl.when(head.is_null()).then(key).str.replace_all("[0-9]", "9")
    return pl.coalesce(kept.str.pad_end(length, "9"), mixed)
