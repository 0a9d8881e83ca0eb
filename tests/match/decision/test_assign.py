"""Rules of the competition: what is not proven to be the best is suggested, and says how far from it it may be."""

from __future__ import annotations

import polars as pl
import pytest

from recon.config import Policy
from recon.match.decision import solve as room
from recon.match.decision.assign import assign
from recon.match.ledger import weighed_frame
from recon.match.proposals.propose import Proposed
from tests.match.test_lessons import world_of
from tests.scenarios.build import run_world

# Two lines want one item, and one of them may have the other instead.
WORLD = (
    'line L1 2026-01-14 300.00 EUR "INV-1001 INV-1002" account DE75512108001245126199',
    'line L2 2026-01-15 100.00 EUR "INV-1001" account DE75512108001245126199',
    "item INV-1001 100.00 EUR of C1",
    "item INV-1002 200.00 EUR of C1",
    'customer C1 "ACME GmbH" account DE75512108001245126199',
)


def outcome():
    world = world_of(*WORLD)
    matched = run_world(world.inputs, world.policy).matched
    return matched, weighed_frame(matched.workings, Policy())


def test_lines_that_compete_are_solved_together_and_name_each_other():
    matched, ledger = outcome()
    solved = ledger.drop_nulls("component")

    assert solved["component"].n_unique() == 1
    assert set(solved["component_lines"]) == {2}
    assert set(solved["gap_millibits"]) == {0}
    assert "component_too_large" not in set(matched.decisions["reason"])


def test_a_component_that_is_cut_with_a_gap_is_suggested_and_keeps_the_gap(monkeypatch):
    for name in ("LARGEST_COMPONENT", "LARGEST_PROGRAM"):
        monkeypatch.setattr(room, name, 0)
    matched, ledger = outcome()

    decided = matched.decisions.filter(pl.col("reason") == "component_too_large")
    assert set(decided["fate"]) == {"suggested"}
    gaps = ledger.join(decided, on="line_id", how="semi")["gap_millibits"]
    assert gaps.min() > 0
    # Without a program the bound is what every line would have alone.
    best = ledger.filter(pl.col("place") == 1)["millibits"].sum()
    assert gaps.max() <= best


@pytest.mark.parametrize("limit", [0, 300_000])
def test_a_line_that_competes_with_nobody_is_never_cut(monkeypatch, limit):
    monkeypatch.setattr(room, "LARGEST_COMPONENT", 0)
    monkeypatch.setattr(room, "LARGEST_PROGRAM", limit)
    world = world_of(*WORLD[1:])
    matched = run_world(world.inputs, world.policy).matched

    assert matched.decisions["fate"].to_list() == ["applied"]


@pytest.mark.parametrize(
    ("differs", "assigned"),
    [
        pytest.param({"millibits": 1}, [10], id="hardly likelier than none of these"),
        pytest.param({"millibits": 0}, [], id="as likely as none of these"),
        pytest.param({"place": 6}, [10], id="the last place that competes"),
        pytest.param({"place": 7}, [], id="a place too late"),
        pytest.param({"is_outspoken": True}, [], id="the line quotes an equal item instead"),
        pytest.param({"millibits": 5_000}, [10], id="it trails the best as far as it may"),
        pytest.param({"millibits": 4_999}, [], id="it trails the best too far"),
    ],
)
def test_what_may_compete_for_an_item(differs, assigned):
    rival = {"line": 1, "proposal": 10, "millibits": 9_000, "place": 2, "is_outspoken": False}
    # The line's best is no rival here: it quotes something else.
    best = rival | {"proposal": 11, "millibits": 20_000, "place": 1, "is_outspoken": True}
    of_best = [best] if differs.get("millibits", 0) > 1 else []
    proposals = pl.DataFrame([*of_best, rival | differs])
    members = pl.DataFrame(
        [{"line": 1, "proposal": proposal, "item": 5, "amount": 100} for proposal in (10, 11)]
    )
    items = pl.DataFrame({"item": [5], "open": [100]})

    assert assign(Proposed(proposals, members), items)["proposal"].to_list() == assigned
