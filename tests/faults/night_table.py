"""Write what a night tried and found into docs/faults.md, as a table between two marks.

    python tests/faults/night_table.py out/nightly.json

In: the JSON of `night.py`. Out: a row a job, with its command, what it counted and how long it took.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.bench.table import markdown, write_table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
# What says how it was tried, which the command says too.
_HOW = ("store", "seed", "seconds")


def counted(totals):
    """Say what was counted: numbers as they are, lists by their length, what is deeper left out."""
    found = []
    for name, value in totals.items():
        if name in _HOW or isinstance(value, dict):
            continue
        number = len(value) if isinstance(value, list) else value
        found.append(f"{number:,} {name.replace('_', ' ')}")
    return ", ".join(found)


def table_of(night):
    """Give the table of a night."""
    rows = [
        (one["what"], f"`{one['command']}`", _minutes(one["seconds"]), one["exit"], counted(one["totals"]))
        for one in night["jobs"]
    ]  # fmt: skip
    rows = [tuple(str(value) for value in row) for row in rows]
    commits = ", ".join(dict.fromkeys(one["commit"] for one in night["jobs"]))
    head = ("what", "command", "took", "exit", "counted")
    return f"On commit {commits}, two jobs at a time.\n\n{markdown(head, rows)}"


def _minutes(seconds):
    return f"{seconds // 60}:{seconds % 60:02d} min"


def main():
    night = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    write_table(PAGE, table_of(night), night["tier"])


if __name__ == "__main__":
    main()
