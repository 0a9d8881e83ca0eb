"""What all tests share: Hypothesis gives the same examples on every machine, and both stores."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.examples import PROFILE, examples
from tests.lengthy import pytest_collection_modifyitems
from tests.stores import _end_server, engine, store, store_url

__all__ = ["_end_server", "engine", "pytest_collection_modifyitems", "store", "store_url"]

# By default the same few examples on every machine; `HYPOTHESIS_PROFILE=more` or `deep` looks for new ones, at length; `night` is for amounts alone.
settings.register_profile("same", derandomize=True, deadline=None, max_examples=10, database=None)
for name in ("more", "deep", "night"):
    settings.register_profile(
        name,
        deadline=None,
        max_examples=examples(25),
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile(PROFILE)
