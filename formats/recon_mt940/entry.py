"""Strict reading of the two fields that carry money: the entry `:61:` and the balances `:60a:`, `:62a:`.

In: the text of one field. Out: a value, or `Unreadable` with field, cause and hint. Amounts follow our own ASCII
grammar: nothing is rounded, no mark is guessed.

Source: SWIFT MT940, field 61 `6!n[4!n]2a[1!a]15d1!a3!c16x[//16x]` and `34x`; field 60a `1!a6!n3!a15d`.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from recon.api import AmountError, exponents, parse_minor

_ENTRY: Final = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4}|[ ]{4})?"
    # Only a type, a reference or the end may follow the amount: `5 000,00` or `1e5` must not be read as 5 or 1.
    r"(?P<mark>R[CD]|E[CD]|[CD])(?P<funds>[A-Z])?\s*(?P<amount>[0-9.,]+)(?P<rest>(?:[ ]?(?-i:[A-Z/\n]).*)?)",
    re.ASCII | re.DOTALL | re.IGNORECASE,
)
_REST: Final = re.compile(r"(?P<code>(?!NONREF)[NFS][A-Z0-9 ]{3})?(?P<reference>.*)")
_BALANCE: Final = re.compile(
    r"(?P<mark>[CD])(?P<date>[0-9]{6})(?P<currency>[A-Z]{3})(?P<amount>[0-9.,]+)\s*", re.ASCII
)
_TOTAL: Final = re.compile(
    r"(?P<count>[0-9]{1,5})(?P<currency>[A-Z]{3})(?P<amount>[0-9.,]+)\s*", re.ASCII
)
# Words that say "there is no reference" or "look in field 86".
_NO_REFERENCE: Final = frozenset({"", "NONREF", "NOREF", "EREF", "MARF", "PREF", "KREF", "KREF+"})


class Unreadable(ValueError):
    """A field holds no amount, date or currency where one must be."""

    def __init__(self, part: str, code: str, reason: str, hint: str | None = None) -> None:
        """Keep the part of the field, the cause in dashed words, the reason and a hint."""
        super().__init__(reason)
        self.part, self.code, self.reason, self.hint = part, code, reason, hint


@dataclass(frozen=True, slots=True)
class Entry:
    """One `:61:` field; `amount` in minor units, credits positive."""

    booking_date: dt.date
    value_date: dt.date | None
    mark: str
    funds_code: str | None
    amount: int
    code: str | None
    customer_reference: str | None
    bank_reference: str | None
    reference_text: str  # the 16x as written
    supplementary: str


@dataclass(frozen=True, slots=True)
class Balance:
    """One `:60a:` or `:62a:` field; `amount` in minor units, `date` None where the bank wrote none that exists."""

    amount: int
    date: dt.date | None
    currency: str


def read_entry(text: str, currency: str) -> Entry:
    """Read one `:61:` field.

    C and RD add to the account, D and RC take from it; a letter behind the mark is the funds code
    (`CR10,` on an account in EUR is a credit, no reversal).

    Raises:
        Unreadable: mark, amount or booking date cannot be read.
    """
    found = _ENTRY.fullmatch(text)
    if not found:
        raise Unreadable(
            ":61:",
            "entry-grammar",
            "the field does not follow `date, mark C|D|RC|RD, amount`",
            "ask the bank for a conforming export",
        )
    mark = found["mark"].upper()
    amount = read_amount(found["amount"], currency)
    value_date = _day(found["value"])
    booking_date = _booking_date(found["value"], found["entry"], value_date)
    first, _, supplementary = found["rest"].partition("\n")
    rest = _REST.match(first.lstrip())
    code, reference = (rest["code"], rest["reference"]) if rest else (None, first)
    customer, _, bank = reference.partition("//")
    return Entry(
        booking_date=booking_date,
        value_date=value_date,
        mark=mark,
        funds_code=found["funds"],
        amount=amount if mark in {"C", "RD", "EC"} else -amount,
        code=code.strip() or None if code else None,
        customer_reference=_reference(customer),
        bank_reference=_reference(bank),
        reference_text=customer,
        supplementary=supplementary.strip("\n"),
    )


def read_balance(text: str) -> Balance:
    """Read a balance field.

    Raises:
        Unreadable: mark, currency or amount cannot be read. A date that does not exist is None: nothing is
            booked by it.
    """
    found = _BALANCE.fullmatch(text)
    if not found:
        raise Unreadable(
            "balance",
            "balance-grammar",
            "the field does not follow `mark C|D, date, currency, amount`",
        )
    size = read_amount(found["amount"], found["currency"])
    amount = size if found["mark"] == "C" else -size
    return Balance(amount, _day(found["date"]), found["currency"])


def read_total(text: str) -> tuple[int, int, str]:
    """Read a control total `:90C:` or `:90D:`: number of entries, their sum in minor units, currency.

    Raises:
        Unreadable: it is no control total.
    """
    found = _TOTAL.fullmatch(text)
    if not found:
        raise Unreadable(
            ":90:", "total-grammar", "the field does not follow `count, currency, amount`"
        )
    amount = read_amount(found["amount"], found["currency"])
    return int(found["count"]), amount, found["currency"]


def read_amount(text: str, currency: str) -> int:
    """Read an unsigned amount into minor units.

    The comma is the decimal mark. Some banks leave it out (`10`), lead with it (`,50`) or write a point (`10.50`); a
    point before three digits could be a thousands mark and is refused, as are two marks.

    Raises:
        Unreadable: no amount of this currency.
    """
    if currency not in exponents():
        raise Unreadable("currency", "unknown-currency", f"{currency!r} is no ISO 4217 currency")
    decimals = exponents()[currency]
    plain = text.replace(",", ".")
    if plain.count(".") > 1:
        raise Unreadable(
            "amount",
            "thousands-mark",
            f"{text!r} has two marks; MT940 amounts have one decimal comma only",
            "ask the bank for a conforming export",
        )
    whole, _, fraction = plain.partition(".")
    if "." in text and len(fraction) > 2:
        raise Unreadable(
            "amount",
            "ambiguous-amount",
            f"{text!r} has a point before {len(fraction)} digits: a decimal or a thousands mark",
            "ask the bank for a conforming export",
        )
    if not whole + fraction:
        raise Unreadable("amount", "no-amount", f"{text!r} has no digit")
    try:
        return parse_minor(f"{whole or '0'}.{fraction}", decimals)
    except AmountError:
        reason = f"{text!r} is no amount in {currency}: too many decimals, or beyond the limit"
        raise Unreadable("amount", "no-amount", reason) from None


def _booking_date(value: str, entry: str | None, value_date: dt.date | None) -> dt.date:
    """Give the entry date, else the value date.

    The entry date has no year: it is the day nearest the value date, so both `1231` after a value date of 2 January and
    `0102` after one of 31 December fall on the right side of New Year. A value date that does not exist (30 February
    in 30/360 interest) is no loss where the entry date exists.
    """
    if entry is None or not entry.strip():
        if value_date is None:
            raise Unreadable("value date", "no-date", f"{value!r} is no day of the calendar")
        return value_date
    year = _full_year(value[:2])
    # Any real day of that month serves to find the nearest year.
    anchor = value_date or (_day(value[:4] + "28") if int(value[4:]) <= 31 else None)
    if anchor is None:
        raise Unreadable("value date", "no-date", f"{value!r} is no day of the calendar")
    days = [_date(near, int(entry[:2]), int(entry[2:])) for near in (year - 1, year, year + 1)]
    real = [day for day in days if day]
    if not real:
        raise Unreadable("entry date", "no-date", f"{entry!r} is no day of the calendar")
    return min(real, key=lambda day: abs(day - anchor))


def _day(text: str) -> dt.date | None:
    return _date(_full_year(text[:2]), int(text[2:4]), int(text[4:]))


def _full_year(two: str) -> int:
    # MT940 began in the 1970s: two digits from 70 on are of the last century.
    return int(two) + (1900 if int(two) >= 70 else 2000)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _reference(text: str) -> str | None:
    stripped = text.strip()
    return None if stripped.upper() in _NO_REFERENCE else stripped
