"""Fixed columns as values: days, amounts, rates. In: expressions of text. Out: expressions, null if none.

Source: Febelfin CODA 2.6: dates are DDMMYY, amounts fifteen digits of which three are decimals whatever the currency,
signs 0 for credit and 1 for debit, rates twelve digits of which eight are decimals.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.api import exponent_expr, rescaled_minor, six_digit_day, whole_number

_AMOUNT_WIDTH: Final = 15
_AMOUNT_DECIMALS: Final = 3


def day(text: pl.Expr) -> pl.Expr:
    """Read DDMMYY; null where it is no day."""
    return six_digit_day(text, "%d%m%y")


def size(digits: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Read fifteen digits into minor units of the currency; null where they are none, exactly."""
    thousandths = whole_number(digits, _AMOUNT_WIDTH)
    return rescaled_minor(thousandths, _AMOUNT_DECIMALS, exponent_expr(currency))


def signed(key: pl.Expr, magnitude: pl.Expr) -> pl.Expr:
    """Give an amount its sign; null where the key is neither 0 (credit) nor 1 (debit)."""
    # The magnitude is dear, and Polars works out anew what stands in an expression twice.
    sign = pl.when(key == "0").then(1).when(key == "1").then(-1)
    return magnitude * sign.cast(pl.Int64)


def rate(digits: pl.Expr) -> pl.Expr:
    """Write a rate of four digits and eight decimals as a plain number; null where it is zero or none."""
    is_rate = digits.str.contains(r"^[0-9]{12}$") & (digits.str.strip_chars("0") != "")
    return pl.when(is_rate).then(_pointed(digits, 4, 8))


def written_amount(digits: pl.Expr) -> pl.Expr:
    """Write fifteen digits as a plain number with its three decimals; null where they are none."""
    is_amount = digits.str.contains(r"^[0-9]{15}$")
    written = _pointed(digits, _AMOUNT_WIDTH - _AMOUNT_DECIMALS, _AMOUNT_DECIMALS)
    return pl.when(is_amount).then(written)


def _pointed(digits: pl.Expr, before: int, behind: int) -> pl.Expr:
    whole = digits.str.head(before).str.strip_chars_start("0").str.pad_start(1, "0")
    return pl.concat_str(whole, pl.lit("."), digits.str.tail(behind))
