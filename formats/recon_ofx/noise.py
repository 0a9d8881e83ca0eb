"""Amounts that a program printed out of binary numbers: `-9.9900000000000002` is -9.99, digit for digit.

In: columns of amounts with more decimals than their currency has. Out: minor units of those that are, to all of their
digits, what a binary number of 64 bits prints for an amount of whole minor units; null for all others, which stay refused.

Source: IEEE 754-2008, binary64 (53 bits, rounded to nearest, ties to even); 15 to 17 significant digits print one.
"""

from __future__ import annotations

from decimal import Context, Decimal
from functools import cache
from typing import Final

import polars as pl

from recon.api import AMOUNT_LIMIT

# Noise follows a run of zeros or nines. Few amounts of a file have that shape, so that each may be looked at.
_SHAPE: Final = r"^[+-]?[0-9]+\.[0-9]*(?:000|999)[0-9]{1,4}$"
_BITS: Final = 53
_PRINTED: Final = tuple(Context(prec=digits) for digits in (15, 16, 17))
_EXACT: Final = Context(prec=120)


def noiseless(text: pl.Series, decimals: pl.Series) -> pl.Series | None:
    """Read amounts with noise into minor units.

    Args:
        text: amounts with a point as decimal mark and without thousands marks.
        decimals: how many decimals the currency of each has.

    Returns:
        minor units, null where a text is no such amount; None where no text is one.
    """
    pairs = pl.DataFrame({"text": text, "decimals": decimals}).with_row_index("row").drop_nulls()
    pairs = pairs.filter(pl.col("text").str.contains(_SHAPE))
    if pairs.is_empty():
        return None
    read = [minor_of(each, places) for each, places in pairs.select("text", "decimals").rows()]
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


def _nearest_binary(minor: int, unit: int) -> Decimal:
    """Give the exact value of the binary number nearest to a fraction, in whole numbers only."""
    shift = _BITS - minor.bit_length() + unit.bit_length()
    if (minor << shift) // unit >= 1 << _BITS:
        shift -= 1
    quotient, rest = divmod(minor << shift, unit)
    is_above = 2 * rest > unit or (2 * rest == unit and quotient % 2 == 1)
    return _EXACT.divide(Decimal(quotient + is_above), Decimal(2**shift))
