"""People who accept the same lines at the same time: each line is decided exactly once, on both stores."""

from __future__ import annotations

import pytest

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
