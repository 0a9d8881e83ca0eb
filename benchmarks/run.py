"""Measure, and write the table of benchmarks/README.md from what was measured and from nothing else.

python benchmarks/run.py                      everything; writes the table
python benchmarks/run.py --quick              small sizes, one run each; prints the table only
python benchmarks/run.py --only matching      one part: reading, matching, job; prints the table only
python benchmarks/run.py --only growth        10,000 and 100,000 lines, and the subset search; with --large a million,
                                              with --largest three (18 GB of memory)
python benchmarks/run.py --only quality       how right at each noise, and where payments have no item; --seed N
                                              these two write their tables with --write
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bench.growth import LARGE, LARGEST, SIZES, growth_table
from benchmarks.bench.levels import levels_table
from benchmarks.bench.machine import describe_machine
from benchmarks.bench.measure import compile_as_installed
from benchmarks.bench.table import measured_on, render, write_table
from benchmarks.bench.tasks import SEED, Findings, measure_job, measure_matching, measure_reading

if TYPE_CHECKING:
    from collections.abc import Callable

README = Path(__file__).resolve().with_name("README.md")
PARTS = ("reading", "matching", "job")
# Measured on demand alone, each with a table of its own.
PAGES = ("growth", "quality")


def main() -> None:
    """Measure the parts asked for and show or write the table."""
    parser = argparse.ArgumentParser(
        description="Measure reading, matching, the whole job and its quality."
    )
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, one run each, nothing written"
    )
    parser.add_argument("--only", choices=(*PARTS, *PAGES), help="one part, nothing written")
    parser.add_argument("--large", action="store_true", help="growth: a million lines as well")
    parser.add_argument(
        "--largest", action="store_true", help="growth: three million too, once; takes 18 GB"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="quality: another world")
    parser.add_argument("--write", action="store_true", help="growth, quality: write the table")
    parser.add_argument(
        "--times", type=int, default=3, help="runs of each measurement (the median counts)"
    )
    chosen = parser.parse_args()
    compile_as_installed()
    machine = describe_machine()
    if chosen.only in PAGES:
        _show_page(measured_on(machine), chosen)
        return
    times = 1 if chosen.quick else chosen.times
    with tempfile.TemporaryDirectory() as folder:
        findings = _measure(Path(folder), chosen, times)
    table = render(machine, findings, times)
    print(table)
    if not (chosen.quick or chosen.only):
        write_table(README, table)
        print(f"written to {README.name}", file=sys.stderr)


def _show_page(where: str, chosen: argparse.Namespace) -> None:
    scale = 10 if chosen.quick else 1
    sizes = tuple(size // scale for size in SIZES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.only == "growth":
            sizes += (LARGE,) * chosen.large + (LARGEST,) * chosen.largest
            table = growth_table(folder, sizes, where)
        else:
            table = levels_table(folder, 100_000 // scale, chosen.seed, where)
    print(table)
    if chosen.write:
        write_table(README, table, chosen.only)


def _measure(folder: Path, chosen: argparse.Namespace, times: int) -> Findings:
    scale = 10 if chosen.quick else 1
    parts: dict[str, Callable[[], Findings]] = {
        "reading": lambda: measure_reading(folder, 50_000 // scale, times),
        "matching": lambda: measure_matching(folder, 100_000 // scale, times),
        "job": lambda: measure_job(folder, 10_000 // scale, 20_000 // scale, times),
    }
    whole = Findings([], {})
    for name, part in parts.items():
        if chosen.only in {None, name}:
            print(f"measuring {name} ...", file=sys.stderr)
            found = part()
            whole.figures.extend(found.figures)
            whole.verdicts.update(found.verdicts)
    return whole


if __name__ == "__main__":
    main()
