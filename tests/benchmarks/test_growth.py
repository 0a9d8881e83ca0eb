"""What growth is measured by: stored worlds, programs started by a small one, the subset search."""

from __future__ import annotations

import sys
from dataclasses import fields

import pytest

from benchmarks.bench import growth
from benchmarks.bench.judge import Verdict
from benchmarks.bench.levels import missed_table, recipes
from benchmarks.bench.measure import measure
from benchmarks.bench.stored import TRUTH, load, store
from benchmarks.bench.subset_search import search
from benchmarks.frames import match_inputs
from benchmarks.generate import build_world
from benchmarks.world.chance import Chance
from benchmarks.world.tables import render_truth


def test_a_stored_world_is_the_world(tmp_path):
    world = build_world(300, 300, "medium", 2)
    store(world, tmp_path)
    made, read = match_inputs(world), load(tmp_path)

    for name in ("lines", "items", "parties", "closed"):
        assert getattr(read, name).equals(getattr(made, name)), name
    assert read.own_accounts.equals(made.own_accounts)
    for field in fields(made.history):
        assert getattr(read.history, field.name).equals(getattr(made.history, field.name))
    assert (tmp_path / TRUTH).read_bytes() == render_truth(world.months)


def test_what_is_measured_does_not_carry_the_memory_of_who_started_it(tmp_path):
    held = bytearray(600_000_000)
    held[:: 1 << 12] = bytes(len(held[:: 1 << 12])).replace(b"\0", b"\1")
    small = measure([sys.executable, "-c", "pass"], tmp_path).peak_megabytes
    large = measure([sys.executable, "-c", "x = b'1' * 200_000_000"], tmp_path).peak_megabytes

    assert len(held) > 0
    assert small < 100
    assert 200 < large < 300


@pytest.mark.parametrize("is_half", [False, True])
def test_every_search_has_one_answer(is_half):
    found = search(12, 20, Chance(1, "subsets"), is_half=is_half)

    assert found.unique + found.ambiguous + found.too_many == found.trials == 20
    assert found.unique > 0
    assert found.too_many == 0


def test_a_pool_beyond_every_bound_is_said_to_be_too_many():
    found = search(200, 2, Chance(1, "subsets"), is_half=True)

    assert found.too_many == 2


def test_the_missed_lines_stand_by_scenario_the_wrong_ones_first():
    base = {
        "lines": 9,
        "applied": 5,
        "wrong": 0,
        "wrong_value": "",
        "left": 4,
        "coverage": "55.5555 %",
        "hit_first": 3,
        "decidable": 9,
        "pays_items": 9,
    }
    scenarios = [
        base | {"scenario": "left"},
        base | {"scenario": "whole", "left": 0},
        base | {"scenario": "undecidable", "decidable": 0},
        base | {"scenario": "wrong", "left": 0, "wrong": 1, "wrong_value": "7.00 EUR"},
    ]
    text = missed_table(Verdict({}, scenarios, 0.0, []))

    assert text.splitlines()[2:] == [
        "| wrong | 9 | 5 | 1 | 7.00 EUR | 0 | 55.5555 % | 3 |",
        "| left | 9 | 5 | 0 |  | 4 | 55.5555 % | 3 |",
    ]


def test_the_worlds_of_quality_are_told_to_another_process():
    told = {name: recipe.arguments() for name, recipe in recipes(1_000, 7).items()}

    assert told["medium noise"] == ["1000", "1300", "medium", "7", "0", "0"]
    assert told["medium, 50 % without item"] == ["1000", "1300", "medium", "7", "500", "0"]
    assert told["medium, with reports"][-1] == "1"
    assert told["medium, items as lines"] == ["1000", "1000", "medium", "7", "0", "0"]


@pytest.mark.slow
def test_the_table_of_growth_has_a_row_a_size(tmp_path, monkeypatch):
    monkeypatch.setattr(growth, "_subsets", lambda folder: "subsets")
    table = growth.growth_table(tmp_path, (200, 300), "Measured on P.")

    assert table.startswith("Measured on P.\n\n| lines and items |")
    assert "\n| 200 | " in table
    assert "\n| 300 | " in table
    assert "| quality | 200 x 200 | 300 x 300 |" in table
    assert not (tmp_path / "stored").exists()
