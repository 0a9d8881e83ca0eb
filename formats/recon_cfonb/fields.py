"""Fixed columns as values: cut, dates, signed amounts. In: expressions of text. Out: expressions, null if none.

Source: CFONB, "Relevé de compte sur support informatique" (120 columns, July 2004): dates are DDMMYY; an amount has
thirteen digits and a last one that carries the sign in its zone, as `{ABCDEFGHI` for plus and `}JKLMNOPQR` for minus.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.api import AMOUNT_LIMIT, exponent_expr

_PLUS: Final = "{ABCDEFGHI"
_MINUS: Final = "}JKLMNOPQR"
# Where a file came through a French EBCDIC page, the braces of the two zeros are accented letters.
_FRENCH: Final = {"é": "{", "è": "}"}
_DIGITS: Final = (
    {char: str(at) for signs in (_PLUS, _MINUS) for at, char in enumerate(signs)}
    | {char.lower(): str(at) for signs in (_PLUS, _MINUS) for at, char in enumerate(signs)}
    | dict.fromkeys(_FRENCH, "0")
)
_NEGATIVE: Final = [*_MINUS, *_MINUS.lower(), "è"]


def day(text: pl.Expr) -> pl.Expr:
    """Read DDMMYY; null where it is no day."""
    is_plain = text.str.contains(r"^[0-9]{6}$")
    return pl.when(is_plain).then(text.str.to_date("%d%m%y", strict=False))


def signed(text: pl.Expr, decimals: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Read an amount with its sign in the last digit into minor units; null where it is none, exactly.

    Args:
        text: fourteen columns.
        decimals: Int64, of the amount as it is written.
        currency: ISO 4217 code.
    """
    last = text.str.tail(1)
    digit = last.replace_strict(
        list(_DIGITS), list(_DIGITS.values()), default=None, return_dtype=pl.String
    )
    whole = text.str.head(-1)
    is_plain = whole.str.contains(r"^[0-9]{13}$")
    size = pl.when(is_plain).then(pl.concat_str(whole, digit).cast(pl.Int64, strict=False))
    minor = minor_units(size, decimals, currency)
    return pl.when(last.is_in(_NEGATIVE)).then(-minor).otherwise(minor)


def minor_units(size: pl.Expr, decimals: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Bring a whole number of so many decimals to the currency's; null where digits would be lost."""
    missing = exponent_expr(currency) - decimals
    factor = pl.lit(10, dtype=pl.Int64).pow(missing.clip(lower_bound=0))
    divisor = pl.lit(10, dtype=pl.Int64).pow((-missing).clip(lower_bound=0))
    is_exact = (size % divisor == 0) & (size <= AMOUNT_LIMIT // factor)
    return pl.when(is_exact).then(size // divisor * factor)


def is_odd_sign(text: pl.Expr) -> pl.Expr:
    """Say whether an amount carries its sign in lower case or as an accented letter."""
    return text.str.contains(r"[a-réè]$")
