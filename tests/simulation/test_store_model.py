"""The store says what a model of a few dictionaries says, whatever people and programs do, on both engines.

Nightly many stories are told; one that differs is made as short as it can be.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test as play

from tests.simulation.against_model import InFile, OnPostgresql, Store
from tests.stores import NO_POSTGRESQL

QUICK = settings(
    max_examples=3,
    stateful_step_count=15,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MANY = settings(
    QUICK, max_examples=100, stateful_step_count=40, phases=[Phase.generate, Phase.shrink]
)


def test_the_store_says_what_the_model_says():
    play(Store, settings=QUICK)


@pytest.mark.nightly
def test_the_store_says_what_the_model_says_over_many_stories():
    play(Store, settings=MANY)


@pytest.mark.nightly
def test_the_store_in_a_file_says_what_the_model_says_after_each_act():
    play(InFile, settings=settings(MANY, max_examples=15))


@pytest.mark.nightly
@NO_POSTGRESQL
def test_the_store_on_postgresql_says_what_the_model_says():
    play(OnPostgresql, settings=settings(MANY, max_examples=25, stateful_step_count=25))
