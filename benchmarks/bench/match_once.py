"""Match a world that another process made, and print as JSON what it took and what it was worth.

python -m benchmarks.bench.match_once LINES ITEMS NOISE SEED     makes the world in a process of its own
python -m benchmarks.bench.match_once FOLDER                     takes one that `benchmarks.bench.stored` wrote
python -m benchmarks.bench.match_once FOLDER no-history          the same, and looks at no earlier payment
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.bench.judge import judge, verdict_of
from benchmarks.bench.measure import RSS_UNIT
from benchmarks.bench.stored import TRUTH, Recipe, load
from recon.config import Policy
from recon.run.matching import match_lines


def main() -> None:
    """Make the world if it is not there, then time the matcher alone."""
    if len(sys.argv) <= 3:
        found = match_once(Path(sys.argv[1]), with_history=sys.argv[2:] != ["no-history"])
    else:
        with tempfile.TemporaryDirectory() as folder:
            lines, items, noise, seed = sys.argv[1:]
            words = Recipe(int(lines), int(items), noise, int(seed)).arguments()
            command = [sys.executable, "-m", "benchmarks.bench.stored", *words, folder]
            subprocess.run(command, check=True)
            found = match_once(Path(folder), with_history=True)
    print(json.dumps(found))


def match_once(folder: Path, *, with_history: bool) -> dict[str, Any]:
    """Match what is stored; the peak is taken before anything is judged."""
    inputs = load(folder)
    if not with_history:
        inputs = replace(inputs, history=None)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT
    wall, cpu = time.perf_counter(), time.process_time()
    matched = match_lines(inputs, Policy())
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT
    return {
        "fates": dict(sorted(matched.decisions["fate"].value_counts().rows())),
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "input_bytes": before,
        "peak_bytes": peak,
        "verdict": asdict(verdict_of(judge((folder / TRUTH).read_bytes(), inputs, matched))),
    }


if __name__ == "__main__":
    main()
