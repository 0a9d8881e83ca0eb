"""Some days of the soak; many of them are run by `python tests/faults/soak.py`."""

from __future__ import annotations

import pytest

from tests.faults.soak import play

pytestmark = pytest.mark.release


def test_days_with_kills_a_failing_ledger_and_closed_periods_leave_nothing_lost_or_doubled(
    tmp_path,
):
    soak = play(11, 5, tmp_path)

    assert soak.wrong == []
    assert len(soak.rows) == 12
    assert soak.killed >= 1
    assert soak.decided >= 1
    assert soak.rows[-1]["undelivered"] == 0
