"""Importing recon tells Polars' allocator to keep the pages of large columns, unless somebody told it otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SETTING = "_RJEM_MALLOC_CONF"
LOAD = "import recon, os; print(os.environ['_RJEM_MALLOC_CONF'])"
# Forty columns of 16 MB, one after the other, each let go before the next.
TOUCH = """
import recon, resource
import polars as pl
def touch(times):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for at in range(times):
        pl.select(pl.int_range(at, at + 2_000_000)).to_series().sum()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
touch(5)
print(touch(40))
"""


def run(program, **environment):
    clean = {name: value for name, value in os.environ.items() if name != SETTING}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=clean | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_whoever_set_the_allocator_keeps_what_they_set():
    assert run(LOAD, **{SETTING: "narenas:3"}) == "narenas:3"


@pytest.mark.skipif(sys.platform != "linux", reason="counts pages as Linux does")
def test_the_pages_of_one_column_are_the_next_ones():
    kept = int(run(TOUCH))
    given_back = int(run(TOUCH, **{SETTING: "dirty_decay_ms:0"}))

    # A column of 16 MB has some 4,000 pages.
    assert kept < 40 * 400 < given_back
