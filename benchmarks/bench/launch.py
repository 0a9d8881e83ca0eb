"""Start a program from a small process, wait for it, and write what it alone took as JSON.

python -I -S launch.py REPORT PROGRAM [ARGUMENT...]

Linux counts into a program's peak memory what the process held that started it. The benches hold whole worlds, so they
start what they measure through this one, which holds nothing.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main() -> None:
    """Run the program and report; ends with its exit code."""
    report, *command = sys.argv[1:]
    start = time.perf_counter()
    child = os.spawnvp(os.P_NOWAIT, command[0], command)  # noqa: S606 - no shell is wanted
    # wait4 gives the usage of this child alone; getrusage would give the largest child so far.
    _, status, usage = os.wait4(child, 0)
    found = {
        "wall_seconds": time.perf_counter() - start,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "max_rss": usage.ru_maxrss,
    }
    with open(report, "w", encoding="utf-8") as out:  # noqa: PTH123 - pathlib would double what this process holds
        json.dump(found, out)
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
