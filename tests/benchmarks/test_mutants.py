"""Rules of counting mutants: a sample is a seed's, and every mutant has one outcome."""

from __future__ import annotations

import pytest

from benchmarks.mutants import MODULES, ROOT, count, sample_of, table_of

MADE = [f"recon.match.x__mutmut_{at}" for at in range(200)]


def test_a_sample_is_the_seeds_and_never_more_than_there_are():
    assert sample_of(MADE, 20, 1) == sample_of(MADE, 20, 1)
    assert sample_of(MADE, 20, 1) != sample_of(MADE, 20, 2)
    assert sample_of(MADE[:3], 20, 1) == MADE[:3]


def test_every_tried_mutant_is_counted_once():
    codes = dict(zip(MADE, [0, 1, 3, 36, -24, 33, None, 0], strict=False))

    seen = count("score", 200, codes, ["one", "two"])

    assert (seen.tried, seen.killed, seen.survived, seen.timed_out, seen.other) == (8, 2, 2, 2, 2)
    assert "| score | 200 | 8 | 2 | 2 | 2 | 2 |" in table_of([seen])


@pytest.mark.parametrize("name", MODULES)
def test_each_module_and_its_tests_are_there(name):
    module, tests = MODULES[name]

    assert all((ROOT / path).exists() for path in (module, *tests))
