"""Measure, and write the table of benchmarks/README.md from what was measured and from nothing else.

python benchmarks/run.py                      everything; writes the table
python benchmarks/run.py --quick              small sizes, one run each; prints the table only
python benchmarks/run.py --only matching      one part: reading, matching, job; prints the table only
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

from benchmarks.bench.machine import describe_machine
from benchmarks.bench.tasks import Figure, measure_job, measure_matching, measure_reading

if TYPE_CHECKING:
    from collections.abc import Callable

README = Path(__file__).resolve().with_name("README.md")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PARTS = ("reading", "matching", "job")


def main() -> None:
    """Measure the parts asked for and show or write the table."""
    parser = argparse.ArgumentParser(
        description="Measure reading, matching, the whole job and its quality."
    )
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, one run each, nothing written"
    )
    parser.add_argument("--only", choices=PARTS, help="one part, nothing written")
    parser.add_argument(
        "--times", type=int, default=3, help="runs of each measurement (the median counts)"
    )
    chosen = parser.parse_args()
    machine = describe_machine()
    with tempfile.TemporaryDirectory() as folder:
        figures = _measure(Path(folder), chosen)
    times = 1 if chosen.quick else chosen.times
    table = render(machine, figures, times)
    print(table)
    if not (chosen.quick or chosen.only):
        write_table(README, table)
        print(f"written to {README.name}", file=sys.stderr)


def _measure(folder: Path, chosen: argparse.Namespace) -> list[Figure]:
    scale = 10 if chosen.quick else 1
    times = 1 if chosen.quick else chosen.times
    parts: dict[str, Callable[[], list[Figure]]] = {
        "reading": lambda: measure_reading(folder, 50_000 // scale, times),
        "matching": lambda: measure_matching(folder, 100_000 // scale, 100_000 // scale, times),
        "job": lambda: measure_job(folder, 10_000 // scale, 20_000 // scale, times),
    }
    figures: list[Figure] = []
    for name, part in parts.items():
        if chosen.only in {None, name}:
            print(f"measuring {name} ...", file=sys.stderr)
            figures += part()
    return figures


def render(machine: dict[str, str], figures: list[Figure], times: int) -> str:
    """Write machine and figures as Markdown."""
    rows = [
        f"Measured on {', '.join(f'{name} {value}' for name, value in machine.items())}.",
        f"Times are the median of {times}, memory the maximum.",
        "",
        "| what | size | wall | CPU | memory | result |",
        "|---|---|---|---|---|---|",
        *(
            f"| {one.what} | {one.size} | {one.wall} | {one.cpu} | {one.memory} | {one.result} |"
            for one in figures
        ),
    ]
    return "\n".join(rows)


def write_table(readme: Path, table: str) -> None:
    """Put the table between its marks and leave the rest as it is."""
    text = readme.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, mark, tail = rest.partition(END)
    assert mark, f"{readme.name} has no {BEGIN} ... {END}"
    readme.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
