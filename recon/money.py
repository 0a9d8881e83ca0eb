"""Money as whole minor units with an ISO 4217 code; text becomes an amount exactly or not at all.

In: text columns or strings. Out: Int64 minor units. Never a float, never a default.
Exponents come from ISO 4217 (JPY 0, EUR 2, KWD 3), through the `iso4217` table.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

# Int64 sums wrap silently in Polars, so one line may hold at most this many minor units
# and totals are summed as Int128.
# ISO 4217's code for no currency; written out, it would read as a mark of unfinished work.
NO_CURRENCY: Final = 3 * "X"
AMOUNT_LIMIT: Final = 10**15

# Withdrawn codes that statements still carry; the ISO table lists active ones only. Sources: ISO 4217 list three,
# with the decimals that the codes had. Bulgaria's lev left on 2026-01-01, Croatia's kuna on 2023-01-01.
_WITHDRAWN: Final = {
    **dict.fromkeys(("ATS", "BGN", "CYP", "DEM", "EEK", "FIM", "FRF", "HRK", "IEP", "LTL"), 2),
    **dict.fromkeys(("LVL", "MTL", "NLG", "SIT", "SKK"), 2),
    **dict.fromkeys(("BEF", "ESP", "GRD", "ITL", "LUF", "PTE"), 0),
}

_PLAIN_AMOUNT = re.compile(r"([+-]?)([0-9]{1,18})(?:\.([0-9]{0,10}))?", re.ASCII)
# The same, as Polars reads it.
_PLAIN_COLUMN: Final = r"^[+-]?[0-9]{1,18}(\.[0-9]{0,10})?$"


class AmountError(ValueError):
    """The text is no amount of this currency."""


@cache
def exponents() -> dict[str, int]:
    """Map each ISO 4217 code, active or withdrawn for the euro, to the number of its decimals."""
    from iso4217 import Currency

    active = {c.code: c.exponent for c in Currency if isinstance(c.exponent, int)}
    return _WITHDRAWN | active


def exponent(currency: str) -> int:
    """Give the number of decimals of a currency.

    Raises:
        AmountError: the code is no active ISO 4217 currency with minor units.

    >>> exponent("JPY"), exponent("EUR"), exponent("KWD")
    (0, 2, 3)
    """
    try:
        return int(exponents()[currency])
    except KeyError:
        raise AmountError(f"{currency!r} is no ISO 4217 currency") from None


def parse_minor(text: str, decimals: int) -> int:
    """Turn plain text (`-1234.5`; point as decimal mark, no thousands marks) into minor units.

    Decimals beyond the currency's are accepted only when they are zeros: nothing is rounded.

    Raises:
        AmountError: the text is no amount, has too many decimals, or passes AMOUNT_LIMIT.

    >>> parse_minor("-1234.5", 2), parse_minor("7.", 2), parse_minor("1.500", 2), parse_minor("12", 0)
    (-123450, 700, 150, 12)
    """
    found = _PLAIN_AMOUNT.fullmatch(text)
    if not found:
        raise AmountError(f"{text[:40]!r} is no amount")
    sign, whole, fraction = found[1], found[2], (found[3] or "")
    if fraction[decimals:].strip("0"):
        raise AmountError(f"{text[:40]!r} has more than {decimals} decimals")
    minor: int = int(whole) * 10**decimals + int(fraction[:decimals].ljust(decimals, "0") or "0")
    if minor > AMOUNT_LIMIT:
        raise AmountError(f"{text[:40]!r} is beyond the limit of {AMOUNT_LIMIT} minor units")
    return -minor if sign == "-" else minor


def to_decimal(minor: int, currency: str) -> Decimal:
    """Give the amount as a Decimal with the currency's scale, for the edges only."""
    return Decimal(minor).scaleb(-exponent(currency))


def format_minor(minor: int, currency: str) -> str:
    """Write minor units as plain text that `parse_minor` reads back.

    >>> format_minor(-5, "EUR"), format_minor(1200, "JPY"), format_minor(1, "KWD")
    ('-0.05', '1200', '0.001')
    """
    return format_scaled(minor, exponent(currency))


def format_scaled(minor: int, decimals: int) -> str:
    """Write minor units with a known number of decimals."""
    sign, digits = ("-" if minor < 0 else ""), str(abs(minor))
    if not decimals:
        return sign + digits
    digits = digits.rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def exponent_expr(currency: pl.Expr) -> pl.Expr:
    """Column of decimals (Int64) for a column of ISO 4217 codes; null where the code is unknown."""
    import polars as pl

    table = exponents()
    return currency.replace_strict(
        list(table), list(table.values()), default=None, return_dtype=pl.Int64
    )


def parse_minor_expr(text: pl.Expr, decimals: pl.Expr) -> pl.Expr:
    """Do `parse_minor` for a column: Int64 minor units, null where the text is no amount.

    The caller turns every null whose text was not null into a reject with its place.
    """
    import polars as pl

    # Polars works out anew what stands in an expression twice; a field that is set is worked out once.
    whole, point = pl.field("text"), pl.field("text").str.find(".", literal=True)
    # Zeros behind the point count nothing; without them an exact amount has no more places than its currency.
    exact = pl.when(point.is_not_null()).then(whole.str.strip_chars_end("0")).otherwise(whole)
    digits = whole.str.strip_chars_start("+").str.replace(".", "", literal=True)
    places = whole.str.len_bytes().cast(pl.Int64) - point - 1
    missing, value = pl.field("missing"), pl.field("value")
    unit = _ten_to(missing.clip(0, 10))
    # Checked before multiplying, since Int64 wraps in silence.
    fits = (missing >= 0) & (value.abs() <= AMOUNT_LIMIT // unit)
    return (
        pl.struct(text=text, decimals=decimals)
        .struct.with_fields(is_plain=whole.str.contains(_PLAIN_COLUMN), text=exact)
        .struct.with_fields(
            missing=pl.field("decimals") - places.fill_null(0),
            value=digits.cast(pl.Int64, strict=False),
        )
        .struct.with_fields(minor=pl.when(pl.field("is_plain") & fits).then(value * unit))
        .struct.field("minor")
        .alias(text.meta.output_name())
    )


def _ten_to(decimals: pl.Expr) -> pl.Expr:
    import polars as pl

    # An untyped 10 makes 32-bit powers, and ten to the tenth wraps there in silence.
    return pl.lit(10, dtype=pl.Int64).pow(decimals)


def format_minor_expr(minor: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Do `format_minor` for a column; null stays null."""
    import polars as pl

    decimals = exponent_expr(currency)
    unit = _ten_to(decimals)
    size = minor.abs()
    whole, rest = (size // unit).cast(pl.String), (size % unit).cast(pl.String)
    by_decimals: pl.Expr = pl.when(decimals == 0).then(whole)
    for count in (1, 2, 3, 4):
        padded = pl.concat_str(whole, pl.lit("."), rest.str.pad_start(count, "0"))
        by_decimals = pl.when(decimals == count).then(padded).otherwise(by_decimals)
    sign = pl.when(minor < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, by_decimals)
