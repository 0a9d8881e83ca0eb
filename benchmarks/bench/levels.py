"""How right it is where it is easy and where it is hard: noise, books longer than the month, payments without an item.

In: a size and a seed. Out: Markdown with a column a world, and the lines that were missed by scenario.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from benchmarks.bench.judge import Verdict
from benchmarks.bench.stored import Recipe
from benchmarks.bench.table import markdown, quality_table
from benchmarks.bench.tasks import match_stored

if TYPE_CHECKING:
    from pathlib import Path

# The world whose missed lines are shown.
_SHOWN: Final = "medium noise"
_MOST_SCENARIOS: Final = 25


def recipes(lines: int, seed: int) -> dict[str, Recipe]:
    """Name the worlds; books hold 1.3 times as many items as the month has lines, but for the second."""
    items = lines * 13 // 10
    return {
        _SHOWN: Recipe(lines, items, "medium", seed),
        "medium, items as lines": Recipe(lines, lines, "medium", seed),
        "low noise": Recipe(lines, items, "low", seed),
        "high noise": Recipe(lines, items, "high", seed),
        "medium, 20 % without item": Recipe(lines, items, "medium", seed, 200),
        "medium, 50 % without item": Recipe(lines, items, "medium", seed, 500),
        "medium, with reports": Recipe(lines, items, "medium", seed, 0, 1),
    }


def levels_table(folder: Path, lines: int, seed: int, where: str) -> str:
    """Match every world once and lay out how right it was."""
    verdicts = {}
    for name, recipe in recipes(lines, seed).items():
        print(f"measuring {name}, {lines:,} lines ...", file=sys.stderr)
        _, (matched,) = match_stored(recipe, 1, folder)
        verdicts[name] = Verdict(**matched.data["verdict"])
    told = f"{where}\n{lines:,} lines each, seed {seed}."
    missed = f"What was wrong or missed at {_SHOWN}, the most first:"
    return "\n\n".join([told, quality_table(verdicts), missed, missed_table(verdicts[_SHOWN])])


def missed_table(verdict: Verdict) -> str:
    """Lay out the scenarios of which decidable receipts were applied wrongly or not at all."""
    rows = [
        row
        for row in verdict.scenarios
        if row["wrong"] or (row["left"] and row["decidable"] and row["pays_items"])
    ]
    rows.sort(key=lambda row: (-row["wrong"], -row["left"], row["scenario"]))
    head = ("scenario", "lines", "applied", "wrong", "amount of wrong lines", "left", "coverage")
    keys = ("scenario", "lines", "applied", "wrong", "wrong_value", "left", "coverage", "hit_first")
    cells = ([str(row[key]) for key in keys] for row in rows[:_MOST_SCENARIOS])
    return markdown((*head, "first suggestion right"), cells)
