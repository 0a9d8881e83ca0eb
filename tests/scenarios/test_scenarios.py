from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from recon.config import Policy
from recon.frames.history import History
from recon.match.decision.decide import refusing_rules
from recon.money import exponent, parse_minor
from tests.scenarios.build import Outcome, World, build_world, inputs_of, run_world
from tests.scenarios.language import Expected, Scenario, UnreadableScenario, read_scenarios

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "scenarios"
# Where ties are decided; tests/match/test_properties.py shuffles whatever Hypothesis thinks of.
ORDERED = ("ambiguity", "batches", "competition", "history", "refunds")
SCENARIOS = [
    (path.stem, scenario)
    for path in sorted(FOLDER.glob("*.txt"))
    for scenario in read_scenarios(path.read_text(encoding="utf-8"), path.name)
]


@pytest.mark.parametrize(
    "scenario", [pytest.param(one, id=f"{stem}: {one.title}") for stem, one in SCENARIOS]
)
def test_scenario(scenario):
    world = build_world(scenario)
    outcome = run_world(world.inputs, world.policy)

    seen = {expected.line: describe(world, outcome, expected) for expected in scenario.expected}
    wanted = {expected.line: describe_expected(world, expected) for expected in scenario.expected}
    assert seen == wanted, explain(scenario, world, outcome)


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(one, id=f"{stem}: {one.title}")
        for stem, one in SCENARIOS
        if stem in ORDERED and len(one.facts["line"]) > 1
    ],
)
def test_the_order_of_the_inputs_decides_nothing_in_a_scenario(scenario):
    world = build_world(scenario)

    assert_order_decides_nothing(world, run_world(world.inputs, world.policy))


def test_there_are_scenarios_and_their_titles_differ():
    titles = [scenario.title for _, scenario in SCENARIOS]

    assert len(titles) >= 80
    assert len(set(titles)) == len(titles)


def test_every_rule_that_refuses_has_a_scenario_in_which_it_decides():
    rules = {name for name, _ in refusing_rules(Policy(), 0)}
    decisive = {expected.reason for _, scenario in SCENARIOS for expected in scenario.expected}

    # A component too large for the bound is no small world: tests/match/decision/test_assign.py.
    assert rules - decisive == {"component_too_large"}


def describe(world: World, outcome: Outcome, expected: Expected) -> dict[str, object]:
    """Give what became of a line, in the parts that the expectation names."""
    identity = next(key for key, name in world.line_names.items() if name == expected.line)
    decision = outcome.matched.decisions.row(by_predicate=pl.col("line_id") == identity, named=True)
    seen: dict[str, object] = {"fate": decision["fate"]}
    rows = outcome.allocations.filter(pl.col("line_id") == identity, pl.col("rank") == 1)
    if expected.fate == "applied":
        listed = rows.select("kind", pl.col("item_number").fill_null(""), "amount").rows()
        seen["allocations"] = sorted(listed)
    if expected.reason is not None:
        seen["reason"] = decision["reason"]
    if expected.because:
        proposal = outcome.matched.proposals.row(
            by_predicate=(pl.col("line_id") == identity) & (pl.col("rank") == 1), named=True
        )
        seen["because"] = sorted(set(expected.because) & set(proposal["classes"].split("+")))
    if expected.first:
        seen["first"] = sorted(rows["item_number"].drop_nulls().unique().to_list())
    if expected.note is not None:
        seen["note"] = (
            expected.note if expected.note in (decision["note"] or "") else decision["note"]
        )
    return seen


def describe_expected(world: World, expected: Expected) -> dict[str, object]:
    """Give the expectation in the same parts."""
    identity = next(key for key, name in world.line_names.items() if name == expected.line)
    line = world.inputs.lines.row(by_predicate=pl.col("line_id") == identity, named=True)
    decimals = exponent(line["currency"])
    wanted: dict[str, object] = {"fate": expected.fate}
    if expected.fate == "applied":
        wanted["allocations"] = sorted(
            (kind, number, parse_minor(amount, decimals))
            for kind, number, amount in expected.allocations
        )
    parts = {
        "reason": expected.reason,
        "because": sorted(expected.because),
        "first": sorted(expected.first),
        "note": expected.note,
    }
    return wanted | {name: value for name, value in parts.items() if value}


def explain(scenario: Scenario, world: World, outcome: Outcome) -> str:
    """Say what the engine thought, for the reader of a failing scenario."""
    decisions = (
        f"{world.line_names[row['line_id']]}: {row['fate']}, {row['reason']}; {row['note']}"
        for row in outcome.matched.decisions.iter_rows(named=True)
    )
    proposals = (
        f"{world.line_names[row['line_id']]} rank {row['rank']} {row['status']} {row['shape']} {row['settlement']} "
        f"classes {row['classes']} confidence {row['confidence_ppm']}: {row['because']}"
        for row in outcome.matched.proposals.iter_rows(named=True)
    )
    said = [f"{scenario.place}: {scenario.title}", *decisions, *proposals]
    return "\n".join(said)


def turned_history(history: History) -> History:
    return History(history.lines.reverse(), history.confirmed.reverse(), history.refused.reverse())


def assert_order_decides_nothing(world: World, outcome: Outcome) -> None:
    given = world.inputs
    turned = inputs_of(
        given.lines.reverse(),
        given.items.reverse(),
        given.parties.reverse(),
        given.closed.reverse(),
        tuple(given.own_accounts),
        given.history and turned_history(given.history),
        batches=None if given.batches is None else given.batches.reverse(),
    )
    again = run_world(turned, world.policy)

    assert_frame_equal(again.matched.decisions, outcome.matched.decisions)
    assert_frame_equal(again.matched.proposals, outcome.matched.proposals)
    assert_frame_equal(again.matched.evidence, outcome.matched.evidence)
    assert_frame_equal(again.allocations, outcome.allocations)
    assert_frame_equal(again.entries, outcome.entries)
    assert_frame_equal(again.matched.batches, outcome.matched.batches)


@pytest.mark.parametrize(
    "text",
    [
        'line L1 2026-01-01 1.00 EUR "x"',  # no title
        '# t\nline L1 2026-01-01 1.00 EUR "x"',  # no expectation
        '# t\nline L1 2026-01-01 1.00 EUR "x" colour red\nexpect L1 unmatched',
        '# t\nline L1 2026-01-01 1.00 EUR "x"\nexpect L1 applied',  # applied to what?
        "# t\nsentence L1",
        "# t\nline L1 2026-01-01\nexpect L1 unmatched",
        '# t\nline L1 2026-01-01 1.00 EUR "x"\nexpect L1 applied a b c d',
    ],
)
def test_a_scenario_that_breaks_the_language_is_an_error_not_a_silent_pass(text):
    with pytest.raises(UnreadableScenario):
        read_scenarios(text, "bad.txt")
