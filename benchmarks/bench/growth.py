"""How time and memory grow: the matcher by lines and items, the subset search by the items of one payer.

In: sizes. Out: Markdown. Every size is matched three times, the largest once, each in a process of its own, on a world that
another process made.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from benchmarks.bench.judge import Verdict
from benchmarks.bench.measure import measure, middle
from benchmarks.bench.stored import Recipe
from benchmarks.bench.table import markdown, quality_table
from benchmarks.bench.tasks import SEED, match_stored

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.bench.measure import Measured

SIZES: Final = (10_000, 100_000)
LARGE: Final = 1_000_000
# It takes as much memory as laptops seldom have.
LARGEST: Final = 3_000_000
_RUNS: Final = 3
_KINDS: Final = ("unique", "ambiguous", "too_many")


def growth_table(folder: Path, sizes: tuple[int, ...], where: str) -> str:
    """Measure the matcher at each size and the subset search, and lay both out."""
    rows: list[tuple[str, ...]] = []
    verdicts: dict[str, Verdict] = {}
    for size in sizes:
        print(f"measuring {size:,} x {size:,} ...", file=sys.stderr)
        made, matched = match_stored(
            Recipe(size, size, seed=SEED), 1 if size == LARGEST else _RUNS, folder
        )
        verdicts[f"{size:,} x {size:,}"] = Verdict(**matched[0].data["verdict"])
        rows.append(_row(size, made, matched))
    head = (
        "lines and items",
        "wall",
        "fastest and slowest",
        "CPU",
        "lines per CPU second",
        "input",
        "highest peak",
        "world made in",
    )
    parts = [where, markdown(head, rows), quality_table(verdicts), _subsets(folder)]
    return "\n\n".join(parts)


def _row(size: int, made: Measured, matched: list[Measured]) -> tuple[str, ...]:
    """Lay out the median of the runs, and the highest of their peaks."""
    walls, cpus, inputs, peaks = (
        [run.data[name] for run in matched]
        for name in ("wall_seconds", "cpu_seconds", "input_bytes", "peak_bytes")
    )
    return (
        f"{size:,}",
        f"{middle(walls):.1f} s",
        f"{min(walls):.1f} and {max(walls):.1f} s",
        f"{middle(cpus):.1f} s",
        f"{size / middle(cpus):,.0f}",
        f"{max(inputs) / 1e6:,.0f} MB",
        f"{max(peaks) / 1e6:,.0f} MB",
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
