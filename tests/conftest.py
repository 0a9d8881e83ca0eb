"""What all tests share: Hypothesis gives the same examples on every machine, and both stores."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.stores import _end_server, engine, store, store_url

__all__ = ["_end_server", "engine", "store", "store_url"]

# `HYPOTHESIS_PROFILE=deep` looks for new examples, at length; the default repeats the same small set.
settings.register_profile("same", derandomize=True, deadline=None, max_examples=25, database=None)
settings.register_profile(
    "deep", deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
