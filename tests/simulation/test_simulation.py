"""Worlds played by chance break nothing; a seed that ever did is kept here."""

from __future__ import annotations

import pytest

from tests.simulation.simulate import play

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly


@pytest.mark.parametrize("seed", range(1))
def test_a_world_played_by_chance_breaks_nothing(seed):
    play(seed, 25)


@pytest.mark.nightly
@pytest.mark.parametrize("first", range(0, 200, 10))
def test_many_worlds_break_nothing(first):
    for seed in range(1_000 + first, 1_000 + first + 10):
        play(seed, 50)
