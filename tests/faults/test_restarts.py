"""PostgreSQL goes and comes under a run: the run says so or has not noticed, and the next one completes the day."""

from __future__ import annotations

import pytest

from tests.faults.restarts import play
from tests.stores import NO_POSTGRESQL


@pytest.mark.nightly
@NO_POSTGRESQL
def test_a_run_whose_server_goes_at_any_step_loses_nothing(tmp_path):
    totals = play(4, 3, tmp_path)

    assert totals["wrong"] == []
    assert totals["rounds"] == 4
    assert {one.rpartition(" ")[2] for one in totals["ended"]} & {"1", "4"}
