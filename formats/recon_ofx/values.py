"""Strict reading of amounts and dates; a decimal mark is decided over the whole file, never per value.

In: the text of one value. Out: minor units or a date, or `Unreadable`.

Source: OFX 2.1.1 section 3.2.9.2 (amounts: point or comma as decimal mark, no thousands marks; banks send them all the
same) and 3.2.8 (dates: `YYYYMMDDHHMMSS.mmm[gmt offset:tz name]`).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from recon.api import AmountError, exponents, parse_minor

if TYPE_CHECKING:
    from collections.abc import Iterable

AMOUNT_WIDTH: Final = 40

_AMOUNT: Final = re.compile(r"([+-]?)[ ]*((?:[0-9]|[.,](?=[0-9]))[0-9.,' \u00a0]*)", re.ASCII)
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([., '\u00a0])[0-9]{3})(?:\1[0-9]{3})*", re.ASCII)
_DATE: Final = re.compile(
    r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})"
    r"(?:T?[0-9:]{0,8}(?:\.[0-9]*)?)?\s*(?:\[[^\]]*\]|Z)?",
    re.ASCII,
)


class Unreadable(ValueError):
    """A value is no amount or date."""

    def __init__(self, field: str, code: str, reason: str, hint: str | None = None) -> None:
        """Keep the field, the cause in dashed words, the reason and a hint."""
        super().__init__(reason)
        self.field, self.code, self.reason, self.hint = field, code, reason, hint


def proven_marks(amounts: Iterable[str]) -> frozenset[str]:
    """Say which of `.` and `,` this file uses as a decimal mark beyond doubt.

    >>> sorted(proven_marks(["1,650", "12,5", "3.200,00"]))
    [',']
    """
    marks = set()
    for text in amounts:
        body = text.strip().lstrip("+-")
        last = max(body.rfind("."), body.rfind(","))
        if last < 0 or len(body) > AMOUNT_WIDTH:
            continue
        other = "," if body[last] == "." else "."
        is_single = body.count(body[last]) == 1
        if is_single and (len(body) - last - 1 != 3 or other in body or last > 3):
            marks.add(body[last])
    return frozenset(marks)


def read_amount(field: str, text: str, currency: str, marks: frozenset[str]) -> int:
    """Read a signed amount into minor units of its currency.

    Args:
        field: the tag, for the message.
        text: the value as written.
        currency: ISO 4217 code.
        marks: the decimal marks that the file is known to use; they decide `1.650` and `1,650`.

    Raises:
        Unreadable: no amount of this currency, or one that can be read in two ways.
    """
    if currency not in exponents():
        reason = f"{currency!r} is no ISO 4217 currency"
        raise Unreadable("currency", "unknown-currency", reason)
    decimals = exponents()[currency]
    found = _AMOUNT.fullmatch(text.strip()) if len(text) <= AMOUNT_WIDTH else None
    if not found:
        raise Unreadable(field, "no-amount", f"{text[:AMOUNT_WIDTH]!r} is no amount")
    whole, fraction = _split(field, found[2].strip(), decimals, marks)
    try:
        return parse_minor(f"{found[1]}{whole or '0'}.{fraction}", decimals)
    except AmountError:
        reason = f"{text!r} is no amount in {currency}: more than {decimals} decimals, or too large"
        raise Unreadable(field, "no-amount", reason) from None


def _split(field: str, body: str, decimals: int, marks: frozenset[str]) -> tuple[str, str]:
    """Split an unsigned amount into whole and fraction digits, thousands marks taken out."""
    last = max(body.rfind("."), body.rfind(","))
    if last < 0:
        return _ungrouped(field, body), ""
    mark, whole, fraction = body[last], body[:last], body[last + 1 :]
    other = "," if mark == "." else "."
    if mark in whole:
        # The same mark twice groups thousands: 1.234.567 has no decimals.
        return _ungrouped(field, body), ""
    is_plain = whole.isdigit() or not whole
    is_doubtful = is_plain and len(fraction) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0"
    if is_doubtful and decimals != 3 and marks != {mark}:
        if marks == {other}:
            return whole + fraction, ""
        raise Unreadable(
            field,
            "ambiguous-amount",
            f"{body!r}: {mark!r} is a decimal or a thousands mark, and nothing in the file decides it",
            "ask the bank for an export with two decimals",
        )
    return _ungrouped(field, whole), fraction


def _ungrouped(field: str, whole: str) -> str:
    if whole.isdigit() or not whole:
        return whole
    if not _GROUPED.fullmatch(whole):
        raise Unreadable(field, "no-amount", f"{whole!r} is no number: its thousands do not group")
    return re.sub(r"[., '\u00a0]", "", whole)


def read_date(field: str, text: str) -> dt.date:
    """Read the day as the bank wrote it: the first eight digits, never shifted by a time zone.

    Raises:
        Unreadable: no day of the calendar.

    >>> read_date("DTPOSTED", "20260102230000[-5:EST]")
    datetime.date(2026, 1, 2)
    """
    found = _DATE.fullmatch(text.strip())
    try:
        if found:
            return dt.date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        pass
    raise Unreadable(field, "no-date", f"{text[:40]!r} is no day of the calendar")
