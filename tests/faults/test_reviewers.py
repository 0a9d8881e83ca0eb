"""People at one record at the same time: each line is decided exactly once, and nobody sees half of a change."""

from __future__ import annotations

import pytest

from tests.faults import traffic
from tests.faults.reviewers import meet

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly


def test_three_reviewers_at_once_decide_every_line_exactly_once(store_url, tmp_path):
    found = meet(tmp_path / "work", store_url, reviewers=3, lines=8)

    assert found["lines"] == found["decided_once"] == found["applied"] == 8
    assert found["decided_more_than_once"] == 0
    assert found["refused_as_stale"] == 2 * 8
    assert found["numbers_without_a_gap"]
    assert found["verify_findings"] == 0


def test_writers_readers_a_reviewer_and_the_daily_job_do_not_disturb_each_other(
    store_url, tmp_path
):
    found = traffic.meet(tmp_path / "work", store_url, seconds=8)

    assert not found["wrong"]
    assert not found["findings"]
    assert {"run", "verify", "accept_all"} <= set(found["done"])
