"""Nothing is decided or posted on or before a closed day; opening again needs a role and a reason."""

from __future__ import annotations

import datetime as dt

import pytest

from recon.errors import Refused
from recon.frames.events import Periods
from recon.review.decide import put_on_account
from recon.review.periods import (
    check_open,
    close_period,
    closed_until,
    posting_date,
    reopen_period,
)
from tests.review.world import L1, NOW, act, frame, house, item, world

JANUARY, FEBRUARY = dt.date(2026, 1, 31), dt.date(2026, 2, 28)


def periods(*rows):
    return frame(
        Periods,
        [
            {
                "seq": at + 1,
                "closed_until": day,
                "is_closed": is_closed,
                "at": NOW,
                "actor": "dora",
                "reason": "month end",
            }
            for at, (day, is_closed) in enumerate(rows)
        ],
    )


def test_without_periods_every_day_is_open():
    assert closed_until(periods()) is None
    check_open(periods(), dt.date(1999, 1, 1), "anything")


def test_a_day_on_or_before_a_closed_day_is_refused_with_both_days():
    closed = periods((JANUARY, True))
    with pytest.raises(Refused, match=r"2026-01-31 falls .* closed until 2026-01-31"):
        check_open(closed, JANUARY, "it")
    check_open(closed, JANUARY + dt.timedelta(1), "it")


def test_a_period_that_was_opened_again_is_open_and_the_one_before_stays_closed():
    assert closed_until(periods((JANUARY, True), (FEBRUARY, True), (FEBRUARY, False))) == JANUARY
    assert closed_until(periods((JANUARY, True), (JANUARY, False))) is None
    assert closed_until(periods((JANUARY, True), (JANUARY, False), (JANUARY, True))) == JANUARY


def test_an_entry_of_a_line_of_a_closed_period_is_dated_when_the_decision_counts():
    closed = periods((JANUARY, True))
    booked, decided = dt.date(2026, 1, 20), dt.date(2026, 2, 3)

    assert posting_date(closed, booked, decided) == decided
    assert posting_date(periods(), booked, decided) == booked
    with pytest.raises(Refused, match="closed until"):
        posting_date(closed, booked, JANUARY)


def test_a_decision_that_counts_in_a_closed_period_is_refused():
    rows = periods((JANUARY, True)).to_dicts()
    standing = world([{}], [item("INV-1", 10_000)], periods=rows)
    with pytest.raises(Refused, match="closed until 2026-01-31"):
        put_on_account(standing, L1, "C1", act(effective_on=JANUARY))
    made = put_on_account(standing, L1, "C1", act(effective_on=dt.date(2026, 2, 1)))

    assert made.entry_date == dt.date(2026, 2, 1)


def test_opening_again_is_for_admins_with_a_reason_and_the_last_period_first():
    closed = periods((JANUARY, True), (FEBRUARY, True))
    with pytest.raises(Refused, match="may not open"):
        reopen_period(closed, FEBRUARY, actor="anna", reason="x", authority=house())
    with pytest.raises(Refused, match="needs a reason"):
        reopen_period(closed, FEBRUARY, actor="dora", reason=" ", authority=house())
    with pytest.raises(Refused, match="opened first"):
        reopen_period(closed, JANUARY, actor="dora", reason="late", authority=house())
    with pytest.raises(Refused, match="no period"):
        reopen_period(periods(), JANUARY, actor="dora", reason="late", authority=house())
    change = reopen_period(closed, FEBRUARY, actor="Dora", reason=" late ", authority=house())

    assert (change.closed_until, change.is_closed) == (FEBRUARY, False)
    assert (change.actor, change.reason) == ("dora", "late")


def test_closing_goes_forward_only_and_is_for_approvers_and_admins():
    closed = periods((JANUARY, True))
    with pytest.raises(Refused, match="may not close"):
        close_period(closed, FEBRUARY, actor="anna", reason="x", authority=house())
    with pytest.raises(Refused, match="already"):
        close_period(closed, JANUARY, actor="dora", reason="x", authority=house())
    change = close_period(closed, FEBRUARY, actor="berta", reason="month end", authority=house())

    assert change.is_closed
