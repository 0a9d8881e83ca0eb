"""Match a world that was made in memory, in this process, and print what it took as JSON.

python -m benchmarks.bench.match_once LINES ITEMS NOISE SEED
"""

from __future__ import annotations

import json
import resource
import sys
import time

from benchmarks.bench.measure import RSS_UNIT
from benchmarks.frames import match_inputs
from benchmarks.generate import build_world
from recon.config import Policy
from recon.match.plan import match_lines


def main() -> None:
    """Make the world, then time the matcher alone."""
    lines, items, noise, seed = sys.argv[1:]
    inputs = match_inputs(build_world(int(lines), int(items), noise, int(seed)))
    wall, cpu = time.perf_counter(), time.process_time()
    matched = match_lines(inputs, Policy())
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    found = {
        "lines": inputs.lines.height,
        "items": inputs.items.height,
        "fates": dict(sorted(matched.decisions["fate"].value_counts().rows())),
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        # The world itself is in this process too, so this is an upper bound.
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
