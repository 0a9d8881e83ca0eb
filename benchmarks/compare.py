"""Match the same lines with the rules and libraries of others, and write the table of the README.

make bench-rivals                                   installs the libraries, measures all, writes the table
python benchmarks/compare.py --rivals PYTHON        prints only; PYTHON has the libraries of benchmarks/rivals.lock
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bench.judge import Verdict, verdict_of
from benchmarks.bench.machine import describe_machine
from benchmarks.bench.measure import ProcessFailed, compile_as_installed, measure
from benchmarks.bench.stored import store
from benchmarks.bench.table import markdown, measured_on, write_table
from benchmarks.frames import match_inputs
from benchmarks.generate import build_world
from benchmarks.rivals.judged import found_of, judge_found, write_given
from benchmarks.rivals.one import RIVALS

if TYPE_CHECKING:
    from benchmarks.bench.measure import Measured

README: Final = Path(__file__).resolve().with_name("README.md")
# What is measured smaller, because its time grows with the square of the size.
_MOST_FOR: Final = {"reconcile-mcp": 1_000}
# No rival has a place for history, so ours is measured without it too.
_OURS: Final = {"cashrecon": (), "cashrecon without history": ("no-history",)}


@dataclass(frozen=True, slots=True)
class Compared:
    """One matcher on one world."""

    name: str
    size: int
    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float
    verdict: Verdict


def main() -> None:
    """Measure ours and every rival, and show or write the table."""
    parser = argparse.ArgumentParser(description="Match the same lines as others do.")
    parser.add_argument("--rivals", required=True, help="a Python with the rivals' libraries")
    parser.add_argument("--size", type=int, default=10_000, help="lines, and items")
    parser.add_argument("--noise", default="medium")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=RIVALS, help="one rival; prints only")
    parser.add_argument("--write", action="store_true", help="write the table into the README")
    chosen = parser.parse_args()
    compile_as_installed()
    machine = describe_machine()
    rows: list[Compared | str] = []
    for size in sorted({chosen.size, *_MOST_FOR.values()}, reverse=True):
        names = [
            name for name in RIVALS if min(chosen.size, _MOST_FOR.get(name, chosen.size)) == size
        ]
        names = [name for name in names if chosen.only in {None, name}]
        if names:
            rows += _at_size(size, names, chosen)
    text = table(rows, machine, chosen)
    print(text)
    if chosen.write and not chosen.only:
        write_table(README, text, "rivals")


def _at_size(size: int, names: list[str], chosen: argparse.Namespace) -> list[Compared | str]:
    """Measure ours and the named rivals on one world."""
    rows: list[Compared | str] = []
    world = build_world(size, size, chosen.noise, chosen.seed)
    inputs = match_inputs(world)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_given(inputs, folder)
        store(world, folder)
        for called, more in _OURS.items():
            command = [sys.executable, "-m", "benchmarks.bench.match_once", name, *more]
            ours = measure(command, folder)
            rows.append(_compared(called, size, ours, Verdict(**ours.data["verdict"])))
        for rival in names:
            print(f"measuring {rival} at {size:,} ...", file=sys.stderr)
            command = [chosen.rivals, "-m", "benchmarks.rivals.one", rival, name]
            try:
                done = measure(command, folder)
            except ProcessFailed as error:
                rows.append(f"{rival} failed: {str(error).splitlines()[-1]}")
                continue
            quality = judge_found(world, inputs, found_of(done.data["found"]))
            rows.append(_compared(rival, size, done, verdict_of(quality)))
    return rows


def _compared(name: str, size: int, done: Measured, verdict: Verdict) -> Compared:
    took = done.data
    peak = took["peak_bytes"] / 1e6
    return Compared(name, size, took["wall_seconds"], took["cpu_seconds"], peak, verdict)


def table(rows: list[Compared | str], machine: dict[str, str], chosen: argparse.Namespace) -> str:
    """Lay out what was measured, in the order in which it ran, and say who failed."""
    head = (
        "matcher",
        "lines and items",
        "applied",
        "applied lines that are right",
        "decidable receipts applied rightly",
        "wrong lines",
        "most of them",
        "amount of wrong lines",
        "wall",
        "CPU",
        "memory",
    )
    told = [row for row in rows if isinstance(row, str)]
    measured = markdown(head, (_row(row) for row in rows if isinstance(row, Compared)))
    how = f"One run each, noise {chosen.noise}, seed {chosen.seed}; shares with exact 95 % bounds."
    return "\n\n".join([f"{measured_on(machine)}\n{how}", measured, *told])


def _row(row: Compared) -> tuple[str, ...]:
    hits, of, percent, low, high = row.verdict.shares["applied lines that are right"]
    covered = row.verdict.shares["decidable receipts applied rightly"][2]
    return (
        row.name,
        f"{row.size:,}",
        f"{of:,}",
        f"{percent}<br>({low} to {high})",
        covered,
        f"{of - hits:,}",
        _worst(row.verdict) or "none",
        ", ".join(row.verdict.wrong) or "none",
        f"{row.wall_seconds:.1f} s",
        f"{row.cpu_seconds:.1f} s",
        f"{row.peak_megabytes:,.0f} MB",
    )


def _worst(verdict: Verdict) -> str:
    """Name the scenarios with the most wrong lines."""
    wrong = sorted((-row["wrong"], row["scenario"]) for row in verdict.scenarios if row["wrong"])
    return ", ".join(f"{scenario} {-count}" for count, scenario in wrong[:3])


if __name__ == "__main__":
    main()
