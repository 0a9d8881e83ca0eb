"""Bank accounts with right check digits, drawn for a country."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from benchmarks.world.sellers import iban

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.world.chance import Chance

_BRITISH_BANKS = ("NWBK", "BARC", "LOYD", "MIDL")
_DUTCH_BANKS = ("ABNA", "INGB", "RABO", "TRIO")
_BELGIAN_BANKS = ("001", "310", "733", "068")
_NORWEGIAN_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def draw_account(country: str, chance: Chance) -> str:
    """Draw an account of a bank of this country; outside Europe a plain number of ten digits."""
    draw = _NATIONAL.get(country)
    return iban(country, draw(chance)) if draw else chance.digits(10)


def _belgian(chance: Chance) -> str:
    # The first three digits are the bank's; not all are given out.
    number = f"{chance.pick(_BELGIAN_BANKS)}{chance.digits(7)}"
    return f"{number}{int(number) % 97 or 97:02d}"


def _norwegian(chance: Chance) -> str:
    """Draw eleven digits, the last by modulo 11; where that would be ten, there is no such account."""
    while True:
        body = f"{chance.between(1, 9)}{chance.digits(9)}"
        total = sum(
            int(digit) * weight for digit, weight in zip(body, _NORWEGIAN_WEIGHTS, strict=True)
        )
        check = -total % 11
        if check < 10:
            return f"{body}{check}"


_NATIONAL: MappingProxyType[str, Callable[[Chance], str]] = MappingProxyType(
    {
        "DE": lambda chance: f"{chance.between(10, 87)}{chance.digits(6)}{chance.digits(10)}",
        "GB": lambda chance: f"{chance.pick(_BRITISH_BANKS)}{chance.digits(14)}",
        "NL": lambda chance: f"{chance.pick(_DUTCH_BANKS)}0{chance.digits(9)}",
        "BE": _belgian,
        # Clearing numbers from 30000 to 31999 are those of QR accounts.
        "CH": lambda chance: f"0{chance.between(1000, 9999)}{chance.digits(12)}",
        "NO": _norwegian,
        "SE": lambda chance: f"{chance.between(1, 9)}{chance.digits(9)}{chance.digits(10)}",
        "FI": lambda chance: f"{chance.between(1, 9)}{chance.digits(13)}",
    }
)
