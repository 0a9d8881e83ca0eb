"""A clock that is wrong, steps back or stands in another zone changes when things are said to be, and nothing else."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from tests.faults.here import laid_out, next_day
from tests.faults.looking import faults, state
from tests.store.whole import run_day

# One that steps back is in `test_others.py`; these take longer than a change can wait for.
pytestmark = pytest.mark.nightly

AS_OF = dt.date(2026, 2, 1)
NOON = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


class Stepping:
    """A clock that goes by a step, forth or back, with each look."""

    def __init__(self, at, step=SECOND):
        self.at, self.step = at, step

    def now(self):
        self.at += self.step
        return self.at


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


# The clock of the first day's run and of the second's; without a step, it goes on by seconds.
SKEWS = {
    "an hour back between the runs": (NOON, NOON - dt.timedelta(hours=1)),
    "a day back between the runs": (NOON, NOON - dt.timedelta(days=1)),
    "a battery that is empty: 1970": (NOON, at("1970-01-01T00:00:00")),
    "beyond 32 bits, then right again": (at("2106-02-08T00:00:00"), NOON),
    "the last second of a year": (at("2025-12-31T23:59:59"), at("2026-01-01T00:00:01")),
    "a leap day": (at("2028-02-28T23:59:58"), at("2028-02-29T12:00:00")),
    "the hour that comes twice": (at("2026-10-25T00:59:00"), at("2026-10-25T00:30:00")),
}


def two_days(folder, first, second):
    """Do the job of two days by two clocks; gives what stands, and checks that nothing was lost on the way."""
    workspace, bank = laid_out(folder)
    run_day(workspace, first, AS_OF)
    next_day(workspace, bank)
    run_day(workspace, second, AS_OF)
    again = run_day(workspace, second, AS_OF)
    found = faults(workspace, bank.references, True)

    assert again.outcome is None, "the same day again must be nothing new"
    assert found["findings"] == found["lost"] == []
    assert (found["doubled_lines"], found["doubled_entries"]) == (0, 0)
    assert found["decided"] == found["lines"] == len(bank.references)
    return state(workspace)["rows"]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    clocks = (Stepping(NOON), Stepping(NOON + dt.timedelta(days=1)))
    return two_days(tmp_path_factory.mktemp("right") / "w", *clocks)


@pytest.mark.parametrize("skew", SKEWS)
def test_clocks_that_are_wrong_decide_nothing(tmp_path, expected, skew):
    first, second = SKEWS[skew]

    assert two_days(tmp_path / "w", Stepping(first), Stepping(second)) == expected


def test_a_clock_that_goes_back_with_each_look_decides_nothing(tmp_path, expected):
    clock = Stepping(NOON, -60 * SECOND)

    assert two_days(tmp_path / "w", clock, clock) == expected


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])
def test_the_zone_of_the_machine_decides_nothing(tmp_path, monkeypatch, expected, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        found = two_days(tmp_path / "w", Stepping(NOON), Stepping(NOON))
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()

    assert found == expected
