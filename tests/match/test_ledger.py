"""Rules of the ledger: it shows the figures that decided, all of them, and who else wanted the items."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings

from recon.config import Policy
from recon.frames.evidence import CLASSES
from recon.match.ledger import weighed_frame
from tests.examples import examples
from tests.match.test_lessons import ACME, world_of
from tests.match.worlds import worlds
from tests.scenarios.build import run_world

PIECES = [*(f"{name}_millibits" for name in CLASSES), "prior_millibits"]


def weighed(world, policy=None):
    policy = policy or Policy()
    matched = world.run(policy).matched
    return matched, weighed_frame(matched.workings, policy)


@pytest.mark.slow
@given(worlds())
@settings(max_examples=examples(15))
def test_the_pieces_of_each_explanation_add_up_to_its_total(world):
    _, ledger = weighed(world)

    assert ledger.filter(pl.sum_horizontal(PIECES) != pl.col("millibits")).is_empty()


@pytest.mark.slow
@given(worlds())
@settings(max_examples=examples(15))
def test_what_was_applied_is_listed_without_a_refusal_and_all_else_with_one_or_behind_another(
    world,
):
    matched, ledger = weighed(world)
    applied = matched.proposals.filter(pl.col("shape") != "on_account", status="applied")
    listed = ledger.filter(status="applied")

    assert sorted(listed["line_id"]) == sorted(applied["line_id"])
    assert listed["refusals"].null_count() == listed.height
    silent = ledger.filter(pl.col("refusals").is_null(), pl.col("status") != "applied")
    assert set(silent["status"]) <= {"passed_over", "suggested"}


@pytest.mark.slow
@given(worlds())
@settings(max_examples=examples(15))
def test_the_decisive_refusal_is_the_reason_of_the_line(world):
    matched, ledger = weighed(world)
    reasons = dict(matched.decisions.select("line_id", "reason").iter_rows())
    first = ledger.filter(pl.col("status") == "suggested").unique("line_id", keep="none")

    for row in first.iter_rows(named=True):
        assert row["refusals"].split("|")[0] == reasons[row["line_id"]]
        assert len(set(row["refusals"].split("|"))) == len(row["refusals"].split("|"))


def test_the_competition_report_names_the_line_that_wants_an_item_most_and_counts_the_others():
    world = world_of(
        'line L1 2026-01-14 812.40 EUR "thank you"  from "ACME GmbH"',
        'line L2 2026-01-15 812.40 EUR "INV-1001"  from "ACME GmbH"',
        'line L3 2026-01-16 812.40 EUR "INV-1001"',
        "item INV-1001 812.40 EUR of C1",
        ACME,
    )
    matched = run_world(world.inputs, world.policy).matched
    ledger = weighed_frame(matched.workings, world.policy)
    bits = {
        world.line_names[line]: most for line, most in ledger.select("line_id", "millibits").rows()
    }
    told = {
        world.line_names[line]: (world.line_names[rival], wanted, lines)
        for line, rival, wanted, lines in ledger.select(
            "line_id", "wanted_by", "wanted_millibits", "wanted_lines"
        ).rows()
    }

    assert told == {
        "L1": ("L2", bits["L2"], 2),
        "L2": ("L3", bits["L3"], 2),
        "L3": ("L2", bits["L2"], 2),
    }
    assert bits["L2"] > bits["L3"] > bits["L1"]
