"""Fixed columns as values: days, amounts, currencies. In: expressions of text. Out: expressions, null if none.

Source: AEB, Cuaderno 43: dates are YYMMDD, amounts fourteen digits of which two are decimals, the key before an amount
is 1 for debit and 2 for credit, currencies are numeric ISO 4217 codes.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.api import rescaled_minor, six_digit_day, whole_number
from recon_norma43.codes import currencies

_AMOUNT_WIDTH: Final = 14
_AMOUNT_DECIMALS: Final = 2


def day(text: pl.Expr) -> pl.Expr:
    """Read YYMMDD; null where it is no day."""
    return six_digit_day(text, "%y%m%d")


def size(digits: pl.Expr, decimals: pl.Expr) -> pl.Expr:
    """Read fourteen digits into minor units of so many decimals; null where they are none, exactly."""
    return rescaled_minor(whole_number(digits, _AMOUNT_WIDTH), _AMOUNT_DECIMALS, decimals)


def signed(key: pl.Expr, magnitude: pl.Expr) -> pl.Expr:
    """Give an amount its sign by the key; zero needs none, and any other key than 1 and 2 gives null."""
    sign = pl.when(key == "2").then(1).when(key == "1").then(-1).when(magnitude == 0).then(0)
    return magnitude * sign.cast(pl.Int64)


def currency(number: pl.Expr) -> pl.Expr:
    """Read a numeric currency code into letters; null where it is unknown."""
    table = currencies()
    return number.replace_strict(
        list(table), list(table.values()), default=None, return_dtype=pl.String
    )
