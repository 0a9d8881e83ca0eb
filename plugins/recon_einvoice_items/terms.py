"""Cash discounts of e-invoices. In: the terms of payment as their document tells them. Out: minor units, and until when.

Source: XRechnung 3.0, rule BR-DE-18 (a line such as `#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=100.00#` in the terms of
payment, BT-20), and ApplicableTradePaymentDiscountTerms of CII, which Factur-X EXTENDED uses.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from recon.api import AmountError, exponent, parse_minor

if TYPE_CHECKING:
    from collections.abc import Iterable

_WRITTEN: Final = re.compile(
    r"#SKONTO#TAGE=([0-9]{1,4})#PROZENT=([0-9]{1,2}(?:\.[0-9]{1,4})?)(?:#BASISBETRAG=([0-9]{1,15}(?:\.[0-9]{1,3})?))?#",
    re.ASCII,
)
# Percents are counted in ten-thousandths.
_PERCENT_DECIMALS: Final = 4
_WHOLE: Final = 100 * 10**_PERCENT_DECIMALS


class Discount(NamedTuple):
    """A discount in minor units, and the last day on which it may be taken."""

    amount: int
    until: dt.date


class Offer(NamedTuple):
    """One term: days from the invoice's date, percent as it is written, and of what in minor units (None: what is payable)."""

    days: int
    percent: str
    basis: int | None


def written_offers(terms: str | None, currency: str) -> list[Offer]:
    """Find the offers in the words of the terms of payment; words that are no such line offer nothing."""
    offers: list[Offer] = []
    for days, percent, basis in _WRITTEN.findall(terms or ""):
        with suppress(AmountError):
            of = parse_minor(basis, exponent(currency)) if basis else None
            offers.append(Offer(int(days), percent, of))
    return offers


def best_discount(offers: Iterable[Offer], payable: int, issued: dt.date | None) -> Discount | None:
    """Give the largest of the discounts that are offered; an item has one, and none of what we owe.

    Args:
        offers: the terms.
        payable: minor units; negative for a credit note.
        issued: the day from which days are counted.
    """
    if issued is None:
        return None
    found = [
        Discount(amount, issued + dt.timedelta(days=days))
        for days, percent, basis in offers
        if days <= (dt.date.max - issued).days
        and 0 < (amount := _share(payable if basis is None else basis, percent)) < payable
    ]
    return max(found, default=None)


def _share(basis: int, percent: str) -> int:
    """Give a percentage of minor units, half a unit rounded up."""
    return (2 * basis * parse_minor(percent, _PERCENT_DECIMALS) + _WHOLE) // (2 * _WHOLE)
