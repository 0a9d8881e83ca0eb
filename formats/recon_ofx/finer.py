"""Amounts with more decimals than their currency has: noise, which is undone, and what a policy has rounded.

In: columns of amounts. Out: minor units, null where an amount stays refused. A program that prints binary numbers writes
`-9.9900000000000002` for -9.99: that is undone where all digits are what a binary number of 64 bits prints for an amount of
whole minor units. Which cent is meant by `-8.4850` no file says: it is rounded only where the policy says so.

Source: IEEE 754-2008, binary64 (53 bits, rounded to nearest, ties to even); 15 to 17 significant digits print one.
Rounding half up, on the amount without its sign: ISO 80000-1:2009, annex B, rule B.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import AMOUNT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

# Noise follows a run of zeros or nines. Few amounts of a file have that shape, so that each may be looked at.
_SHAPE: Final = r"^[+-]?[0-9]+\.[0-9]*(?:000|999)[0-9]{1,4}$"
_BITS: Final = 53
_PRINTED: Final = tuple(Context(prec=digits) for digits in (15, 16, 17))
_EXACT: Final = Context(prec=120)
_FINER: Final = r"^[+-]?[0-9]+\.[0-9]+$"


def noiseless(text: pl.Series, decimals: pl.Series) -> pl.Series | None:
    """Read amounts with noise into minor units.

    Args:
        text: amounts with a point as decimal mark and without thousands marks.
        decimals: how many decimals the currency of each has.

    Returns:
        minor units, null where a text is no such amount; None where no text is one.
    """
    return _read_each(text, decimals, _SHAPE, minor_of)


def rounded(text: pl.Series, decimals: pl.Series) -> pl.Series | None:
    """Round amounts half up to minor units; arguments and result are those of `noiseless`."""
    return _read_each(text, decimals, _FINER, rounded_minor_of)


def _read_each(
    text: pl.Series, decimals: pl.Series, shape: str, read_one: Callable[[str, int], int | None]
) -> pl.Series | None:
    pairs = pl.DataFrame({"text": text, "decimals": decimals}).with_row_index("row").drop_nulls()
    pairs = pairs.filter(pl.col("text").str.contains(shape))
    if pairs.is_empty():
        return None
    read = [read_one(each, places) for each, places in pairs.select("text", "decimals").rows()]
    found = pl.Series(read, dtype=pl.Int64)
    if found.null_count() == len(found):
        return None
    nothing = pl.Series([None], dtype=pl.Int64).new_from_index(0, len(text))
    return nothing.scatter(pairs["row"], found)


@cache
def _unit(decimals: int) -> Decimal:
    return Decimal(10) ** decimals


def minor_of(text: str, decimals: int) -> int | None:
    """Read one amount; None unless it is the print of the binary number nearest to whole minor units.

    >>> minor_of("-9.9900000000000002", 2), minor_of("-9.991", 2), minor_of("9.9900000000000003", 2)
    (-999, None, None)
    """
    written = Decimal(text)
    minor = int(_EXACT.multiply(abs(written), _unit(decimals)).to_integral_value())
    if not 0 < minor <= AMOUNT_LIMIT:
        return None
    stored = _nearest_binary(minor, 10**decimals)
    is_print = any(abs(written) == printed.plus(stored) for printed in _PRINTED)
    return None if not is_print else -minor if written < 0 else minor


def rounded_minor_of(text: str, decimals: int) -> int | None:
    """Round one amount; None where it is too large for one.

    >>> rounded_minor_of("-8.4850", 2), rounded_minor_of("8.4849", 2), rounded_minor_of("0.5", 0)
    (-849, 848, 1)
    """
    scaled = _EXACT.multiply(Decimal(text), _unit(decimals))
    minor = int(scaled.to_integral_value(rounding=ROUND_HALF_UP, context=_EXACT))
    return minor if abs(minor) <= AMOUNT_LIMIT else None


def _nearest_binary(minor: int, unit: int) -> Decimal:
    """Give the exact value of the binary number nearest to a fraction, in whole numbers only."""
    shift = _BITS - minor.bit_length() + unit.bit_length()
    if (minor << shift) // unit >= 1 << _BITS:
        shift -= 1
    quotient, rest = divmod(minor << shift, unit)
    is_above = 2 * rest > unit or (2 * rest == unit and quotient % 2 == 1)
    return _EXACT.divide(Decimal(quotient + is_above), Decimal(2**shift))
