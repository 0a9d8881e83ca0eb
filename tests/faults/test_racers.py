"""Several programs that start at once at one inbox: each file is received once, by whoever comes first."""

from __future__ import annotations

import pytest

from tests.faults.racers import race
from tests.stores import NO_POSTGRESQL

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgresql", marks=NO_POSTGRESQL)])
def test_programs_that_race_for_one_inbox_receive_each_file_once(tmp_path, store):
    totals = race(10, 4, store, 1, tmp_path)

    assert totals["wrong"] == []
    assert totals["started"] >= 20
    assert totals["ended"]["exit 0"] >= totals["races"]
