"""Measure how far stated confidence can be believed, in worlds of all kinds, and ship the counts with the program.

python benchmarks/calibrate.py --seeds 401 402 --write      renews recon/profiles/calibration.csv

Each world is made, matched and judged by a process of its own. Counted are the lines between which and being applied
only the threshold can stand, by stated confidence; the seeds of this table are never those of a reported figure.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bench.judge import judge
from benchmarks.bench.stored import TRUTH, Recipe, load
from recon.config import Policy
from recon.run.matching import match_lines
from recon.run.proof import SHIPPED

ROOT = Path(__file__).resolve().parent.parent
LINES, ITEMS = 100_000, 130_000
# World, noise, and how many of a thousand receipts pay for something that the books do not hold.
WORLDS = (
    ("low noise", "low", 0),
    ("medium noise", "medium", 0),
    ("high noise", "high", 0),
    ("a fifth without an item", "medium", 200),
    ("half without an item", "medium", 500),
)


def main() -> None:
    """Count in every world, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[401, 402])
    parser.add_argument("--write", action="store_true", help="renew the shipped table")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--name", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one is not None:
        sys.stdout.write(counted(asked.one, asked.name).write_csv())
        return
    found = [
        _in_a_process(name, Recipe(LINES, ITEMS, noise, seed, without))
        for name, noise, without in WORLDS
        for seed in asked.seeds
    ]
    table = (
        pl.concat(found)
        .group_by("world", "least_confidence", maintain_order=True)
        .agg(pl.col("lines", "wrong").sum())
    )
    text = table.write_csv()
    print(text)
    if asked.write:
        SHIPPED.write_text(text, encoding="utf-8")


def counted(folder: Path, name: str) -> pl.DataFrame:
    """Match a stored world and count its lines by stated confidence."""
    inputs = load(folder)
    quality = judge((folder / TRUTH).read_bytes(), inputs, match_lines(inputs, Policy()))
    return quality.proof.with_columns(world=pl.lit(name))


def _in_a_process(name: str, recipe: Recipe) -> pl.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        make = [sys.executable, "-m", "benchmarks.bench.stored", *recipe.arguments(), folder]
        subprocess.run(make, check=True, cwd=ROOT)
        count = [sys.executable, str(Path(__file__)), "--one", folder, "--name", name]
        done = subprocess.run(count, check=True, cwd=ROOT, stdout=subprocess.PIPE)
    return pl.read_csv(io.BytesIO(done.stdout), schema_overrides={"least_confidence": pl.String})


if __name__ == "__main__":
    main()
