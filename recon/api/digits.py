"""Fields of digits in records of fixed columns: days, amounts with implied decimals, fields that say nothing.

In: expressions of text. Out: expressions, null where the digits are none. Nothing is rounded and nothing defaults.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.money import AMOUNT_LIMIT

_NOTHING: Final = r"^[0 ]*$"


def is_nothing(text: pl.Expr) -> pl.Expr:
    """Say whether a field holds zeros and blanks only, as fields do that are not used."""
    return text.str.contains(_NOTHING)


def whole_number(text: pl.Expr, width: int) -> pl.Expr:
    """Read a field that holds exactly so many digits."""
    is_plain = text.str.contains(f"^[0-9]{{{width}}}$")
    return pl.when(is_plain).then(text.cast(pl.Int64, strict=False))


def six_digit_day(text: pl.Expr, order: str) -> pl.Expr:
    """Read a day of six digits; null where it is none.

    Args:
        text: the field.
        order: `%d%m%y` or `%y%m%d`.
    """
    is_plain = text.str.contains(r"^[0-9]{6}$")
    return pl.when(is_plain).then(text.str.to_date(order, strict=False))


def rescaled_minor(size: pl.Expr, decimals: pl.Expr | int, exponent: pl.Expr) -> pl.Expr:
    """Bring a whole number with implied decimals to minor units; null where digits would be lost, or beyond the limit.

    Args:
        size: Int64, not negative.
        decimals: how many of its digits stand behind the point.
        exponent: how many decimals the currency has; see `exponent_expr`.
    """
    whole, missing, power = pl.field("size"), pl.field("missing"), pl.field("power")
    # Checked before multiplying, since Int64 wraps in silence.
    fits = (missing >= 0) & (whole <= AMOUNT_LIMIT // power)
    is_exact = (missing < 0) & (whole % power == 0)
    minor = pl.when(fits).then(whole * power).when(is_exact).then(whole // power)
    # Polars works out anew what stands in an expression twice; a field that is set is worked out once.
    return (
        pl.struct(size=size, missing=exponent - decimals)
        .struct.with_fields(power=pl.lit(10, dtype=pl.Int64).pow(missing.abs()))
        .struct.with_fields(minor=minor)
        .struct.field("minor")
        .alias(size.meta.output_name())
    )
