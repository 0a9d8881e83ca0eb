"""How time and memory grow: the matcher by lines and items, the subset search by the items of one payer.

In: sizes. Out: Markdown. Every size is matched in a process of its own, on a world that another process made.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from benchmarks.bench.judge import Verdict
from benchmarks.bench.measure import measure
from benchmarks.bench.stored import Recipe
from benchmarks.bench.table import markdown, quality_table
from benchmarks.bench.tasks import SEED, match_stored

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.bench.measure import Measured

SIZES: Final = (10_000, 100_000)
LARGE: Final = 1_000_000
_KINDS: Final = ("unique", "ambiguous", "too_many")


def growth_table(folder: Path, sizes: tuple[int, ...], where: str) -> str:
    """Measure the matcher at each size and the subset search, and lay both out."""
    rows: list[tuple[str, ...]] = []
    verdicts: dict[str, Verdict] = {}
    for size in sizes:
        print(f"measuring {size:,} x {size:,} ...", file=sys.stderr)
        made, (matched,) = match_stored(Recipe(size, size, seed=SEED), 1, folder)
        verdicts[f"{size:,} x {size:,}"] = Verdict(**matched.data["verdict"])
        rows.append(_row(size, made, matched))
    head = (
        "lines and items",
        "wall",
        "CPU",
        "lines per CPU second",
        "input",
        "peak",
        "world made in",
    )
    parts = [where, markdown(head, rows), quality_table(verdicts), _subsets(folder)]
    return "\n\n".join(parts)


def _row(size: int, made: Measured, matched: Measured) -> tuple[str, ...]:
    took = matched.data
    return (
        f"{size:,}",
        f"{took['wall_seconds']:.1f} s",
        f"{took['cpu_seconds']:.1f} s",
        f"{size / took['cpu_seconds']:,.0f}",
        f"{took['input_bytes'] / 1e6:,.0f} MB",
        f"{took['peak_bytes'] / 1e6:,.0f} MB",
        f"{made.cpu_seconds:,.0f} s CPU, {made.peak_megabytes:,.0f} MB",
    )


def _subsets(folder: Path) -> str:
    print("measuring subset search ...", file=sys.stderr)
    command = [sys.executable, "-m", "benchmarks.bench.subset_search", str(SEED)]
    head = (
        "open items of one payer",
        "paid",
        "searches",
        "median",
        "longest",
        "unique",
        "ambiguous",
    )
    rows = [
        (
            str(found["items"]),
            found["paid"],
            str(found["trials"]),
            f"{found['median_ms']:.1f} ms",
            f"{found['longest_ms']:.0f} ms",
            *(f"{found[kind] * 100 // found['trials']} %" for kind in _KINDS),
        )
        for found in measure(command, folder).data
    ]
    return markdown((*head, "too many to combine"), rows)
