"""Measure what the day's receipts pay: something quoted, something unquoted, something not open, or nothing at all.

In: scored proposals, what is not open, flags of the lines. Out: the millibits by which each kind of explanation is
likelier today than the makers' priors took it to be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The kinds of explanations; a stranger's money, which pays nothing, is the null.
KINDS: Final = ("quoted", "unquoted", "absent")
# So many imagined receipts of each group stand beside today's.
_IMAGINED: Final = 200
# What they pay, of receipts that name a number and of those that name none. Stated: half of all receipts pay items; who
# names a number seldom means an item by anything else; and what is not open has one in thirty of the former and one
# in two hundred of the latter, as most of it is what was paid before, or comes too early, under its number.
_STATED: Final = {True: (0.40, 0.07, 0.03), False: (0.02, 0.475, 0.005)}
# Beyond so many bits a line pays with certainty, and powers of two would overflow.
_CERTAIN_BITS: Final = 60
_ROUNDS: Final = 40
# Settlements that no amount speaks for, by which any receipt of a known payer can be explained.
_FITS_ANYTHING: Final = ("part", "over")


def kind_of_explanation() -> pl.Expr:
    """Name the kind of a proposal: what nobody quoted and no amount singles out is as good as something not open."""
    is_quoted = pl.col("reference_millibits") > 0
    fits_anything = pl.col("settlement").is_in(_FITS_ANYTHING)
    return (
        pl.when(is_quoted)
        .then(pl.lit("quoted"))
        .when(fits_anything)
        .then(pl.lit("absent"))
        # The prior of spreading money over the account is measured against the null as it is.
        .when(pl.col("settlement") == "account_payment")
        .then(pl.lit("spread"))
        .otherwise(pl.lit("unquoted"))
    )


def odds_of_lines(
    proposals: pl.DataFrame, absent: pl.DataFrame, receipts: pl.DataFrame
) -> pl.DataFrame:
    """Add up the odds of each kind of explanation of each line.

    Args:
        proposals: line, kind, millibits.
        absent: line, kind, absent_millibits.
        receipts: line, names_a_number.

    Returns:
        line, KINDS, names_a_number; in the order of lines.
    """
    odds = pl.lit(2.0).pow((pl.col("millibits") / 1000).clip(upper_bound=_CERTAIN_BITS))
    weighed = pl.concat(
        [
            proposals.select("line", "kind", "millibits"),
            absent.select("line", "kind", millibits="absent_millibits"),
        ]
    )
    return (
        weighed.group_by("line")
        .agg(pl.when(pl.col("kind") == name).then(odds).sum().alias(name) for name in KINDS)
        .join(receipts.select("line", "names_a_number"), on="line", how="right")
        .with_columns(pl.col(KINDS).fill_null(0.0))
        .sort("line")
    )


def measure_shares(of_lines: pl.DataFrame) -> pl.DataFrame:
    """Find the share of each kind among the receipts that name a number and among those that do not.

    By expectation and maximisation: the mean of the posteriors under the last shares is the next ones.
    Source: Dempster, Laird and Rubin, Maximum Likelihood from Incomplete Data via the EM Algorithm (1977).

    Args:
        of_lines: the odds of each kind of each line, and names_a_number, in the order of lines.

    Returns:
        names_a_number, kind, shift_millibits: log2 of the share's odds to the null's; for both groups and all KINDS.
    """
    rows = []
    for names_a_number, stated in _STATED.items():
        group = of_lines.filter(pl.col("names_a_number") == names_a_number)
        shares = _fit(group.select(KINDS).to_numpy(), np.array(stated))
        # The makers' priors take it that as many receipts pay as do not: odds of one.
        shifts = np.round(np.log2(shares / (1 - shares.sum())) * 1000).astype(np.int64)
        rows += [
            (names_a_number, name, shift)
            for name, shift in zip(KINDS, shifts.tolist(), strict=True)
        ]
    return pl.DataFrame(
        rows,
        schema={"names_a_number": pl.Boolean, "kind": pl.String, "shift_millibits": pl.Int64},
        orient="row",
    )


def _fit(odds: NDArray[np.float64], stated: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit the shares of the kinds to the lines' odds, beside imagined lines of the stated shares."""
    shares = stated
    for _ in range(_ROUNDS):
        weights = odds * (shares / (1 - shares.sum()))
        posteriors = weights / (1 + weights.sum(axis=1, keepdims=True))
        shares = (posteriors.sum(axis=0) + _IMAGINED * stated) / (len(odds) + _IMAGINED)
    return shares
