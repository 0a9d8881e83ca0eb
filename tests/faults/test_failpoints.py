"""Killed after any durable step, however often it was passed, the same command again ends where an undisturbed run does.

So does one whose disk was full or failed there. Release tries a failing disk on PostgreSQL too.
"""

from __future__ import annotations

import pytest

from recon.failpoints import STEPS
from tests.faults.worlds import until_untouched
from tests.stores import NO_POSTGRESQL

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

# Steps of people are not passed by a run; those of delivering are, since the settings name a ledger.
OF_A_RUN = [step for step in STEPS if not step.startswith("review.")]


@pytest.mark.parametrize("step", OF_A_RUN)
def test_killed_after_any_step_at_any_passing_nothing_is_lost_or_doubled(on_sqlite, step):
    assert until_untouched(on_sqlite, step) >= 1, f"{step} is never passed: is its name right?"


@pytest.mark.parametrize("code", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("step", OF_A_RUN)
def test_a_disk_that_fails_at_any_step_is_told_and_the_next_run_completes(on_sqlite, step, code):
    assert until_untouched(on_sqlite, step, code) >= 1


@NO_POSTGRESQL
@pytest.mark.parametrize("step", OF_A_RUN)
def test_killed_after_any_step_on_postgresql_nothing_is_lost_or_doubled(on_postgresql, step):
    assert until_untouched(on_postgresql, step) >= 1


@pytest.mark.release
@NO_POSTGRESQL
@pytest.mark.parametrize("step", OF_A_RUN)
def test_a_disk_that_fails_at_any_step_on_postgresql_is_told(on_postgresql, step):
    assert until_untouched(on_postgresql, step, "ENOSPC") >= 1
