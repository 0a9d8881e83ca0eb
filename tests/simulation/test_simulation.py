"""Worlds played by chance break nothing; a seed that ever did is kept here."""

from __future__ import annotations

import pytest

from tests.run.daily.fake_ledger import FakeLedger
from tests.simulation import days
from tests.simulation.days import play_days
from tests.simulation.simulate import play


@pytest.mark.parametrize("seed", range(1))
def test_a_world_played_by_chance_breaks_nothing(seed):
    play(seed, 10)


@pytest.mark.parametrize("seed", range(2))
def test_days_with_failing_ledgers_and_crashes_lose_and_double_nothing(seed):
    play_days(seed, 4)


@pytest.mark.nightly
def test_a_ledger_that_books_twice_what_it_says_it_leaves_out_is_found_out(monkeypatch):
    def boasting(_kind):
        ledger = FakeLedger("both")
        ledger.leaves_out = False
        return ledger

    monkeypatch.setattr(days, "FakeLedger", boasting)
    monkeypatch.setattr(days, "FINDS", ("lies",))
    monkeypatch.setattr(days, "MODES", ("timeout_after",))

    def play_some():
        for seed in range(20):
            play_days(seed, 12)

    with pytest.raises(AssertionError, match="a key twice"):
        play_some()


# Many more are played by the night, verified now and then (`tests/faults/tiers.toml`).
@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 110))
def test_worlds_verified_after_each_step_break_nothing(seed):
    play(seed, 50)


@pytest.mark.nightly
@pytest.mark.parametrize("first", range(0, 30, 5))
def test_many_worlds_of_days_break_nothing(first):
    for seed in range(2_000 + first, 2_000 + first + 5):
        play_days(seed, 14)
