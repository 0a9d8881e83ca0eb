"""Days of entries: YYMMDD and MMDD to dates, exactly or not at all. In: columns of digits. Out: dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon_mt940.tokens import first_of_run, positions

if TYPE_CHECKING:
    from recon_mt940.tokens import Numbers

NO_DAY: Final = -(2**31)
_FAR: Final = 2**40


def digits(text: pl.Expr) -> pl.Expr:
    """Give the number that digits write, -1 for null and blanks."""
    return text.cast(pl.Int64, strict=False).fill_null(-1)


def days(value: Numbers) -> Numbers:
    """Read numbers YYMMDD into days since 1970; NO_DAY for -1 and what is no day of the calendar (30 February)."""
    return _day_numbers(_full_year(value // 10_000), value // 100 % 100, value % 100)


def days_of_entries(value: Numbers, entry: Numbers) -> tuple[Numbers, Numbers]:
    """Give value date and booking date of each entry; neighbours mostly share theirs, which are read once."""
    pairs = value * 10_000 + np.where(entry < 0, 9_999, entry)
    first = positions(first_of_run(pairs))
    size = np.diff(first, append=len(pairs))
    value, entry = pairs[first] // 10_000, pairs[first] % 10_000
    booked = booking_days(value, np.where(entry == 9_999, -1, entry))
    return np.repeat(days(value), size), np.repeat(booked, size)


def booking_days(value: Numbers, entry: Numbers) -> Numbers:
    """Give the entry date (MMDD), else the value date (YYMMDD); NO_DAY where that is no day of the calendar.

    The entry date has no year: it is the day nearest the value date, so both `1231` after a value date of 2 January and
    `0102` after one of 31 December fall on the right side of New Year. A value date that does not exist (30 February in
    30/360 interest) is no loss where the entry date exists.
    """
    valued = days(value)
    year, rest = _full_year(value // 10_000), value % 10_000
    # Any real day of that month serves to find the nearest year.
    stand_in = _day_numbers(year, rest // 100, np.full(len(rest), 28, dtype=np.int64))
    anchor = np.where((valued == NO_DAY) & (rest % 100 <= 31), stand_in, valued)
    nearest, distance = np.full(len(value), NO_DAY), np.full(len(value), _FAR)
    for shift in (-1, 0, 1):
        near = _day_numbers(year + shift, entry // 100, entry % 100)
        away = np.where((near == NO_DAY) | (anchor == NO_DAY), _FAR, np.abs(near - anchor))
        nearest = np.where(away < distance, near, nearest)
        distance = np.minimum(distance, away)
    return np.where(entry < 0, valued, nearest)


def dates(numbers: Numbers) -> pl.Expr:
    """Make dates of days since 1970, null for NO_DAY."""
    column = pl.lit(pl.Series(numbers))
    return pl.when(column != NO_DAY).then(column).cast(pl.Int32).cast(pl.Date)


def _full_year(two: Numbers) -> Numbers:
    # MT940 began in the 1970s: two digits from 70 on are of the last century.
    return np.where(two >= 70, two + 1900, two + 2000)


def _day_numbers(year: Numbers, month: Numbers, day: Numbers) -> Numbers:
    """Count days since 1970-01-01; NO_DAY for what is no day of the calendar."""
    is_month = (month >= 1) & (month <= 12)
    months = (year - 1970) * 12 + np.where(is_month, month, 1) - 1
    first, following = (each.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) for each in (months, months + 1))  # fmt: skip
    is_day = is_month & (day >= 1) & (day <= following - first)
    return np.where(is_day, first + day - 1, NO_DAY)
