"""The period lock: nothing is decided or posted on or before a closed day. In: Periods, a date. Out: Refused, or a date.

A line of a closed period may still be decided: the decision and its entry then count in the period that is open, so
that what was reported stands.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from recon.errors import Refused
from recon.review.allowed import check_allowed

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.events import Periods
    from recon.review.people import Authority


@dataclass(frozen=True, slots=True)
class PeriodChange:
    """A row of Periods to be recorded, without its number and time."""

    closed_until: dt.date
    is_closed: bool
    actor: str
    reason: str


def closed_until(periods: dy.DataFrame[Periods]) -> dt.date | None:
    """Give the last day that is closed; None if no period is."""
    last = periods.sort("seq").group_by("closed_until").agg(pl.col("is_closed").last())
    newest = last.filter("is_closed")["closed_until"].max()
    assert newest is None or isinstance(newest, dt.date), "closed_until is a date"
    return newest


def check_open(periods: dy.DataFrame[Periods], day: dt.date, what: str) -> None:
    """Check that a day is not in a closed period.

    Raises:
        Refused: it is; the message names both days.
    """
    until = closed_until(periods)
    if until is not None and day <= until:
        raise Refused(
            f"{what} on {day} falls into the period that is closed until {until}",
            hint="let it count from a later day, or ask an admin to open the period again",
        )


def posting_date(
    periods: dy.DataFrame[Periods], booking_date: dt.date, effective_on: dt.date
) -> dt.date:
    """Give the day on which an entry of a decision is dated: the line's booking date, unless its period is closed.

    Raises:
        Refused: the day from which the decision counts is closed too.
    """
    check_open(periods, effective_on, "a decision that counts")
    until = closed_until(periods)
    return effective_on if until is not None and booking_date <= until else booking_date


def close_period(
    periods: dy.DataFrame[Periods], day: dt.date, *, actor: str, reason: str, authority: Authority
) -> PeriodChange:
    """Close all days up to and with `day`.

    Raises:
        Refused: the person may not, no reason is given, or the day is closed already.
    """
    person = check_allowed(actor, "close_period", authority)
    until = closed_until(periods)
    if until is not None and day <= until:
        raise Refused(f"the period is closed until {until} already")
    return PeriodChange(day, is_closed=True, actor=person.name, reason=_given(reason))


def reopen_period(
    periods: dy.DataFrame[Periods], day: dt.date, *, actor: str, reason: str, authority: Authority
) -> PeriodChange:
    """Open again the period that is closed until `day`, the last one first.

    Raises:
        Refused: the person may not, no reason is given, or another day is the last that is closed.
    """
    person = check_allowed(actor, "reopen_period", authority)
    until = closed_until(periods)
    if until is None:
        raise Refused("no period is closed")
    if day != until:
        raise Refused(f"the last period is closed until {until}, and is opened first")
    return PeriodChange(day, is_closed=False, actor=person.name, reason=_given(reason))


def _given(reason: str) -> str:
    said = reason.strip()
    if not said:
        raise Refused("closing and opening a period needs a reason")
    return said
