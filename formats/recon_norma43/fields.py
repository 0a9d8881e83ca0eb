"""Fixed columns as values: cut, dates, amounts, currencies. In: expressions of text. Out: expressions, null if none.

Source: AEB, Cuaderno 43: dates are YYMMDD, amounts fourteen digits of which two are decimals, the key before an amount
is 1 for debit and 2 for credit, currencies are numeric ISO 4217 codes.
"""

from __future__ import annotations

import polars as pl

from recon.api import parse_minor_expr
from recon_norma43.codes import currencies

_AMOUNT_DECIMALS = 2


def day(text: pl.Expr) -> pl.Expr:
    """Read YYMMDD; null where it is no day."""
    is_plain = text.str.contains(r"^[0-9]{6}$")
    return pl.when(is_plain).then(text.str.to_date("%y%m%d", strict=False))


def size(digits: pl.Expr, decimals: pl.Expr) -> pl.Expr:
    """Read fourteen digits into minor units of so many decimals; null where they are none, exactly."""
    whole = digits.str.head(-_AMOUNT_DECIMALS)
    point = pl.concat_str(whole, pl.lit("."), digits.str.tail(_AMOUNT_DECIMALS))
    is_plain = digits.str.contains(r"^[0-9]{14}$")
    return pl.when(is_plain).then(parse_minor_expr(point, decimals))


def signed(key: pl.Expr, magnitude: pl.Expr) -> pl.Expr:
    """Give an amount its sign by the key; zero needs none, and any other key than 1 and 2 gives null."""
    return (
        pl.when(magnitude == 0)
        .then(magnitude)
        .when(key == "2")
        .then(magnitude)
        .when(key == "1")
        .then(-magnitude)
    )


def currency(number: pl.Expr) -> pl.Expr:
    """Read a numeric currency code into letters; null where it is unknown."""
    table = currencies()
    return number.replace_strict(
        list(table), list(table.values()), default=None, return_dtype=pl.String
    )
