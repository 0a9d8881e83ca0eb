"""Fixed columns as values: days, signed amounts. In: expressions of text. Out: expressions, null if none.

Source: CFONB, "Relevé de compte sur support informatique" (120 columns, July 2004): dates are DDMMYY; an amount has
thirteen digits and a last one that carries the sign in its zone, as `{ABCDEFGHI` for plus and `}JKLMNOPQR` for minus.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.api import rescaled_minor, six_digit_day

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
    return six_digit_day(text, "%d%m%y")


def signed(text: pl.Expr, decimals: pl.Expr, exponent: pl.Expr) -> pl.Expr:
    """Read an amount with its sign in the last digit into minor units; null where it is none, exactly.

    Args:
        text: fourteen columns.
        decimals: Int64, of the amount as it is written.
        exponent: Int64, how many decimals the currency has.
    """
    last = text.str.tail(1)
    digit = last.replace_strict(
        list(_DIGITS), list(_DIGITS.values()), default=None, return_dtype=pl.String
    )
    whole = text.str.head(-1)
    is_plain = whole.str.contains(r"^[0-9]{13}$")
    size = pl.when(is_plain).then(pl.concat_str(whole, digit).cast(pl.Int64, strict=False))
    sign = pl.when(last.is_in(_NEGATIVE)).then(-1).otherwise(1).cast(pl.Int64)
    return rescaled_minor(size, decimals, exponent) * sign


def is_odd_sign(text: pl.Expr) -> pl.Expr:
    """Say whether an amount carries its sign in lower case or as an accented letter."""
    return text.str.contains(r"[a-réè]$")
