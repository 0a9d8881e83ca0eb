"""Read the entries (`:61:`) as columns. In: their bytes and currencies. Out: dates, amounts, references, or a fault.

Amounts follow our own ASCII grammar: nothing is rounded, no mark is guessed. What is not certain is null, and `fault` says
why.

Source: SWIFT MT940, field 61 `6!n[4!n]2a[1!a]15d1!a3!c16x[//16x]` and `34x`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon.api import AMOUNT_LIMIT
from recon_mt940.days import NO_DAY, dates, days_of_entries
from recon_mt940.references import CAPITALS, in_any_case, read_references
from recon_mt940.tokens import BLANK, END, Words, one_of, past, positions, range_texts, scattered

if TYPE_CHECKING:
    from recon_mt940.tokens import Bytes, Flags, Numbers

# C and RD add to the account, D and RC take from it; E is for an entry that is only expected.
MARKS: Final = ("C", "D", "RC", "RD", "EC", "ED")
_ADDS: Final = np.array([mark in {"C", "RD", "EC"} for mark in MARKS])


_MARK_WORDS: Final = Words(
    {each: number for number, mark in enumerate(MARKS) for each in in_any_case(mark)}
)
_LETTER: Final = one_of(CAPITALS + CAPITALS.lower())
_WHITE: Final = one_of(" \t\n")
_IN_AMOUNT: Final = one_of("0123456789,.")
# Only a type, a reference or the end may follow the amount: `5 000,00` or `1e5` must not be read as 5 or 1.
_BEHIND: Final = one_of(CAPITALS + "/\n")
# Ten to the power of what an amount may have of decimals; no amount has so many as the last.
_POWERS: Final = 10 ** np.arange(10, dtype=np.int64)
# Beyond every amount, and ten times it is still an Int64, which wraps in silence.
_FAR: Final = 10**17
# Faults of an entry: the part that is wrong and why. `{size}`, `{value}`, `{entry}`, `{currency}` are its own text.
FAULTS: Final = {
    "outside-statement": (
        ":61:",
        "the entry stands behind the closing balance, outside any statement",
        None,
    ),
    "entry-grammar": (
        ":61:",
        "the field does not follow `date, mark C|D|RC|RD, amount`",
        "ask the bank for a conforming export",
    ),
    "unknown-currency": ("currency", "{currency!r} is no ISO 4217 currency", None),
    "thousands-mark": (
        "amount",
        "{size!r} has two marks; MT940 amounts have one decimal comma only",
        "ask the bank for a conforming export",
    ),
    "ambiguous-amount": (
        "amount",
        "{size!r} has a point before three digits or more: a decimal or a thousands mark",
        "ask the bank for a conforming export",
    ),
    "no-amount": (
        "amount",
        "{size!r} is no amount in {currency}: no digit, too many decimals, or beyond the limit",
        None,
    ),
    "no-date": ("date", "{value!r} or {entry!r} is no day of the calendar", None),
    "cut-off": (
        ":61:",
        "the text ends behind this entry without a closing balance (:62F:), so that the entry itself may be cut",
        'if the bank never sends one: `closing_balance = "optional"` under [formats.mt940]',
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Read:
    """Where the parts of each entry stand, and what their digits say; `mark` is -1 where the grammar does not hold."""

    value: Numbers  # YYMMDD, -1 for none
    entry: Numbers  # MMDD, -1 for none
    mark: Numbers
    mark_at: Numbers
    funds: Bytes  # 0 for none
    size_at: Numbers
    whole: Numbers
    fraction: Numbers
    decimals: Numbers  # digits of the fraction
    is_point: Flags  # the decimal mark is a point
    has_digit: Flags
    has_more: Flags  # more marks or digits behind the fraction
    behind: Numbers


def read_entries(
    text: Bytes, encoding: str, currency: pl.Series, decimals: pl.Series
) -> pl.DataFrame:
    """Read each `:61:`.

    A letter behind the mark is the funds code (`CR10,` on an account in EUR is a credit, no reversal).

    Args:
        text: the fields without their tags, each closed by END; the supplementary part stands behind a line feed.
        encoding: of the text.
        currency: code of the account's currency for each entry.
        decimals: decimals of that currency, null where ISO 4217 has none of that code.

    Returns:
        A row an entry, in order: currency, mark, funds; amount in minor units, booking_date, value_date; code, customer, bank
        (references as written), supplementary; fault (null: the entry is certain); and, as written, of those that have a
        fault or whose value date is none: value, entry, size.
    """
    end = positions(text == END)
    start = np.append(0, end[:-1] + 1)[: len(end)]
    read = _grammar(text, start)
    places = decimals.fill_null(-1).to_numpy()
    minor, is_exact = _minor(read, places)
    value_days, entry_days = days_of_entries(read.value, read.entry)
    faults = {
        "no-date": entry_days == NO_DAY,
        "no-amount": ~is_exact,
        # A point before three digits could be a thousands mark.
        "ambiguous-amount": read.is_point & (read.decimals > 2),
        "thousands-mark": read.has_more,
        "unknown-currency": places < 0,
        "entry-grammar": read.mark < 0,
    }
    fault = np.full(len(end), -1)
    for name, flags in faults.items():
        fault[flags] = _FAULT_NAMES.index(name)
    shown = positions((fault >= 0) | (value_days == NO_DAY))
    known = shown[read.mark[shown] >= 0]
    given = known[read.mark_at[known] > start[known] + 6]
    written = {
        "value": (known, start[known], start[known] + 6),
        "entry": (given, start[given] + 6, read.mark_at[given]),
        "size": (known, read.size_at[known], read.behind[known]),
    }
    signed = pl.Series(np.where(_ADDS[read.mark], minor, -minor))
    return pl.DataFrame(
        {
            "currency": currency,
            "mark": _MARK_NAMES[read.mark],
            "funds": _FUNDS[read.funds],
            "amount": signed if is_exact.all() else signed.set(pl.Series(~is_exact), None),
            # Where the grammar does not hold, the digits may have led behind the field.
            **read_references(text, encoding, np.where(read.mark < 0, end, read.behind), end),
            "fault": pl.Series([*_FAULT_NAMES, None])[fault],
            **{
                name: scattered(range_texts(text, first, last, encoding), rows, len(end))
                for name, (rows, first, last) in written.items()
            },
        }
    ).with_columns(value_date=dates(value_days), booking_date=dates(entry_days))


_FAULT_NAMES: Final = tuple(FAULTS)
# The index -1 gives the null at the end.
_MARK_NAMES: Final = pl.Series([*MARKS, None])
_FUNDS: Final = pl.Series([chr(each) if _LETTER[each] else None for each in range(256)])


def _grammar(text: Bytes, start: Numbers) -> _Read:
    value = _number(text, start, 6)
    at = start + 6
    entry = _number(text, at, 4)
    is_blank = np.all([text[place:].take(at) == BLANK for place in range(4)], axis=0)
    mark_at = at + 4 * ((entry >= 0) | is_blank)
    mark, size = _MARK_WORDS.match(text, mark_at)
    at = mark_at + size
    letter = text.take(at)
    has_funds = _LETTER.take(letter)
    funds = np.where(has_funds, letter, np.uint8(0))
    size_at = past(text, at + has_funds, _WHITE)
    whole, point_at = _digits(text, size_at)
    point = text.take(point_at)
    has_point = (point == ord(",")) | (point == ord("."))
    fraction_at = point_at + has_point
    fraction, fraction_end = _digits(text, fraction_at)
    behind = past(text, fraction_end, _IN_AMOUNT)
    after = text.take(behind)
    has_end = (after == END) | _BEHIND.take(text.take(behind + (after == BLANK)))
    return _Read(
        value,
        entry,
        np.where((value >= 0) & has_end, mark, -1),
        mark_at,
        funds,
        size_at,
        whole,
        fraction,
        fraction_end - fraction_at,
        point == ord("."),
        (point_at > size_at) | (fraction_end > fraction_at),
        behind > fraction_end,
        behind,
    )


def _number(text: Bytes, at: Numbers, width: int) -> Numbers:
    """Give the number of so many digits at each position, -1 where other letters stand."""
    number = np.zeros(len(at), dtype=np.int64)
    is_number = np.ones(len(at), dtype=np.bool_)
    for place in range(width):
        # Bytes wrap: what is less than a zero becomes a large number.
        digit = text[place:].take(at) - ord("0")
        number = number * 10 + digit
        is_number &= digit < 10
    return np.where(is_number, number, -1)


def _digits(text: Bytes, at: Numbers) -> tuple[Numbers, Numbers]:
    """Give the number that the digits from each position on write (0 for none), and the place behind them."""
    number, behind = np.zeros(len(at), dtype=np.int64), at.copy()
    left = np.arange(len(at))
    while len(left):
        digit = text.take(behind.take(left)) - ord("0")
        is_digit = digit < 10
        left = left[is_digit]
        number[left] = np.minimum(number[left], _FAR) * 10 + digit[is_digit]
        behind[left] += 1
    return number, behind


def _minor(read: _Read, places: Numbers) -> tuple[Numbers, Flags]:
    """Give unsigned amounts in minor units, and whether they are exact; places are the currency's, -1 for none.

    Some banks lead with the mark (`,50`), leave it out (`10`) or write a point. Decimals beyond the currency's are
    accepted only when they are zeros, as recon.api.parse_minor does it.
    """
    power = _POWERS[np.maximum(places, 0)]
    missing = places - read.decimals
    scale = _POWERS[np.minimum(np.abs(missing), 9)]
    part = np.where(missing >= 0, read.fraction * scale, read.fraction // scale)
    is_whole = (missing >= 0) | ((missing >= -9) & (read.fraction % scale == 0))
    # Checked before multiplying, since Int64 wraps in silence.
    is_small = read.whole <= AMOUNT_LIMIT // power
    minor = read.whole * power + part
    is_sure = is_small & (minor <= AMOUNT_LIMIT) & is_whole & read.has_digit & ~read.has_more
    return minor, is_sure & (places >= 0) & (read.mark >= 0)


def plain_amount(size: pl.Expr) -> pl.Expr:
    """Write the decimal mark as a point. Some banks lead with it (`,50`), leave it out (`10`) or write a point."""
    plain = size.str.replace_all(",", ".", literal=True)
    return pl.when(plain.str.starts_with(".")).then("0" + plain).otherwise(plain)
