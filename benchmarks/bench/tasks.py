"""The measurements: reading, matching, the whole job, and how right it is. Each gives rows of the table."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.bench.judge import Verdict, verdict_of
from benchmarks.bench.measure import Measured, measure, middle, repeat
from benchmarks.bench.stored import Recipe
from benchmarks.generate import OPENING_BALANCE, build_world, write_world
from benchmarks.world.chance import Chance
from benchmarks.world.customers import ITEMS_PER_CUSTOMER, build_customers
from benchmarks.world.items import build_book
from benchmarks.world.render_csv import render_csv
from benchmarks.world.render_mt940 import render_mt940
from benchmarks.world.render_ofx import ofx_statement
from benchmarks.world.scenarios import play_month
from benchmarks.world.sellers import GERMAN
from recon.report.quality import Quality, evaluate

SEED = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    what: str
    size: str
    wall: str
    cpu: str
    memory: str
    result: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What one part found: rows of the table of times, and verdicts by run."""

    figures: list[Figure]
    verdicts: dict[str, Verdict]


def measure_reading(folder: Path, count: int, times: int) -> Findings:
    """Read `count` transactions in each format, each time in a fresh process."""
    figures = []
    for path in _statement_files(folder, count):
        command = [sys.executable, "-m", "benchmarks.bench.read_one", str(path)]
        runs = [run.data for run in repeat(command, folder, times)]
        first = runs[0]
        assert (first["lines"], first["rejects"]) == (count, 0), first
        cpu = middle([run["cpu_seconds"] for run in runs])
        grown = max(run["grown_bytes"] for run in runs)
        figures.append(
            Figure(
                what=f"read {first['format']} ({first['reader']})",
                size=f"{count:,} lines, {first['file_bytes'] / 1e6:.1f} MB",
                wall=f"{middle([run['wall_seconds'] for run in runs]):.2f} s",
                cpu=f"{cpu:.2f} s",
                memory=f"+{grown / 1e6:.0f} MB",
                result=f"{count / cpu:,.0f} lines per CPU second; "
                f"memory {grown / first['file_bytes']:.1f} times the file",
            )
        )
    return Findings(figures, {})


def _statement_files(folder: Path, count: int) -> list[Path]:
    """Write the same lines once in each format, one file each."""
    items = count + count // 4
    customers = build_customers(GERMAN, items // ITEMS_PER_CUSTOMER, Chance(SEED, "customers"))
    book = build_book(GERMAN, customers, items, Chance(SEED, "items"))
    lines = play_month(book, count, "medium", Chance(SEED, "payments"))
    days = render_mt940(GERMAN, lines, OPENING_BALANCE)
    closing = OPENING_BALANCE + sum(line.amount for line in lines)
    data = {
        "all.sta": b"".join(day for _, day in days),
        "all.ofx": ofx_statement(GERMAN, lines, closing),
        "all.csv": next(render_csv(GERMAN, lines, OPENING_BALANCE))[1],
    }
    for name, content in data.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in data]


def measure_matching(folder: Path, lines: int, times: int) -> Findings:
    """Match frames that another process made, each time in a fresh process.

    With as many items as lines, where money is short of choices, and with 1.3 times as many, as books have.
    """
    found = Findings([], {})
    for items, runs in ((lines, times), (lines * 13 // 10, 1)):
        _, matched = match_stored(Recipe(lines, items, seed=SEED), runs, folder)
        size = f"{lines:,} lines, {items:,} items"
        found.figures.append(matching_figure(size, matched))
        found.verdicts[f"in memory, {size}, medium"] = Verdict(**matched[0].data["verdict"])
    return found


def match_stored(recipe: Recipe, times: int, folder: Path) -> tuple[Measured, list[Measured]]:
    """Make a world in one process, and match it so many times in others.

    Returns:
        What making took, and what each match took.
    """
    stored = folder / "stored"
    stored.mkdir()
    words = [*recipe.arguments(), str(stored)]
    made = measure([sys.executable, "-m", "benchmarks.bench.stored", *words], folder)
    command = [sys.executable, "-m", "benchmarks.bench.match_once", str(stored)]
    matched = repeat(command, folder, times)
    shutil.rmtree(stored)
    return made, matched


def matching_figure(size: str, matched: list[Measured]) -> Figure:
    """Lay out what matching took, and what became of the lines."""
    runs = [run.data for run in matched]
    peak, given = (max(run[name] for run in runs) / 1e6 for name in ("peak_bytes", "input_bytes"))
    return Figure(
        what="match, frames in memory",
        size=size,
        wall=f"{middle([run['wall_seconds'] for run in runs]):.1f} s",
        cpu=f"{middle([run['cpu_seconds'] for run in runs]):.1f} s",
        memory=f"{peak:,.0f} MB, of it {given:,.0f} MB with the input alone",
        result=", ".join(f"{fate} {count:,}" for fate, count in runs[0]["fates"].items()),
    )


def measure_job(folder: Path, lines: int, items: int, times: int) -> Findings:
    """Run `recon match` from start-up to reports, and evaluate what came out, at each level of noise."""
    found = Findings([], {})
    for noise in ("medium", "low", "high"):
        world, out = folder / f"world_{noise}", folder / f"out_{noise}"
        write_world(build_world(lines, items, noise, SEED), world)
        runs = repeat(_match_command(world, out), folder, times if noise == "medium" else 1)
        size = f"{lines:,} lines, {items:,} items"
        if noise == "medium":
            found.figures.append(_job_figure(f"{size}, noise medium", runs))
        quality = evaluate_run(out, world / "truth.csv")
        found.verdicts[f"whole job, {size}, {noise}"] = verdict_of(quality)
    return found


def _match_command(world: Path, out: Path) -> list[str]:
    recon = Path(sys.executable).with_name("recon")
    files = {
        "--open-items": world / "open_items.csv",
        "--customers": world / "customers.csv",
        "--accounts": world / "accounts.csv",
        "--history": world / "history",
        "--policy": world / "policy.toml",
        "--out": out,
    }
    options = [str(part) for pair in files.items() for part in pair]
    return [str(recon), "match", str(world / "statements"), *options, "--quiet"]


def evaluate_run(out: Path, truth: Path) -> Quality:
    """Compare the files of one run with the truth."""
    tables = (out / "lines.csv", out / "allocations.csv", truth)
    return evaluate(*(pl.read_csv(path, infer_schema=False) for path in tables))


def _job_figure(size: str, runs: list[Measured]) -> Figure:
    return Figure(
        what="whole job: read, match, report",
        size=size,
        wall=f"{middle([run.wall_seconds for run in runs]):.1f} s",
        cpu=f"{middle([run.cpu_seconds for run in runs]):.1f} s",
        memory=f"{max(run.peak_megabytes for run in runs):,.0f} MB",
        result="with start-up",
    )
