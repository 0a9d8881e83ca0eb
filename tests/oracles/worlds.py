"""Match a small world under a shipped profile, and say what became of its lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from recon.config import load_policy, profile_text
from tests.scenarios.build import build_world, run_world
from tests.scenarios.language import read_scenarios

if TYPE_CHECKING:
    from pathlib import Path

    from recon.config import Policy


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a line: its fate, its reason, and the rows of its first rank as `kind number amount`."""

    fate: str
    reason: str
    rows: tuple[str, ...]


def profile(name: str, folder: Path) -> Policy:
    """Load a profile as a user does: from the file that `recon policy --profile` printed."""
    path = folder / "policy.toml"
    path.write_text(profile_text(name), encoding="utf-8")
    return load_policy(path)


def decide(text: str, policy: Policy) -> dict[str, Seen]:
    """Match the rows of a scenario (see fixtures/scenarios/README.md) under a policy; amounts in minor units."""
    names = [row.split()[1] for row in text.splitlines() if row.startswith("line")]
    # The language asks for an expectation of each line; what is expected here stands in the test.
    expectations = "\n".join(f"expect {name} unmatched" for name in names)
    (scenario,) = read_scenarios(f"# a world\n{text}\n{expectations}\n", "oracle")
    world = build_world(scenario)
    outcome = run_world(world.inputs, policy)
    decisions = outcome.matched.decisions
    return {
        world.line_names[line_id]: Seen(fate, reason, _rows(outcome.allocations, line_id))
        for line_id, fate, reason in decisions.select("line_id", "fate", "reason").iter_rows()
    }


def _rows(allocations: pl.DataFrame, line_id: str) -> tuple[str, ...]:
    first = allocations.filter(pl.col("line_id") == line_id, pl.col("rank") == 1)
    said = pl.concat_str("kind", pl.col("item_number").fill_null("-"), "amount", separator=" ")
    return tuple(first.select(said.sort())["kind"].to_list())
