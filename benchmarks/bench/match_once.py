"""Match a world that was made in memory, in this process, and print as JSON what it took and what it was worth.

python -m benchmarks.bench.match_once LINES ITEMS NOISE SEED
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict

from benchmarks.bench.judge import judge, verdict_of
from benchmarks.bench.measure import RSS_UNIT
from benchmarks.frames import match_inputs
from benchmarks.generate import build_world
from recon.config import Policy
from recon.run.matching import match_lines


def main() -> None:
    """Make the world, then time the matcher alone."""
    lines, items, noise, seed = sys.argv[1:]
    world = build_world(int(lines), int(items), noise, int(seed))
    inputs = match_inputs(world)
    wall, cpu = time.perf_counter(), time.process_time()
    matched = match_lines(inputs, Policy())
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT
    found = {
        "fates": dict(sorted(matched.decisions["fate"].value_counts().rows())),
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        # The world itself is in this process too, so this is an upper bound.
        "peak_bytes": peak,
        "verdict": asdict(verdict_of(judge(world, inputs, matched))),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
