"""Several programs at one inbox at the same moment: whatever came is received once, whoever is first.

    python tests/faults/racers.py --races 200 --racers 8 --store sqlite --seed 1

In each race two to `racers` programs start at once, each to ingest the same files or to run the day; then one run is let
go to its end, and all must be there once. The totals go to stdout as JSON.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import click
import numpy as np

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.faults.bank import Bank, make_workspace, put, put_announced
from tests.faults.forked import Forked
from tests.stores import fresh_url

BUSY = 5
LOOKING = "tests.faults.looking"
COMMANDS = (("run",), ("ingest", "{inbox}"))


def race(races, racers, store, seed, folder):
    """Run so many races; gives the totals, with what should not have been."""
    chance = np.random.default_rng(seed)
    totals = {
        "store": store,
        "seed": seed,
        "races": 0,
        "started": 0,
        "ended": Counter(),
        "wrong": [],
    }
    with ExitStack() as stack, ThreadPoolExecutor(racers) as pool:
        programs = [stack.enter_context(closing(Forked())) for _ in range(racers)]
        for number in range(races):
            place = folder / f"race{number}"
            (place / "store").mkdir(parents=True)
            with fresh_url(store, place) as url:
                bank = Bank(int(chance.integers(1 << 30)))
                workspace = _laid_out(place / "w", url, bank)
                some = programs[: int(chance.integers(2, racers + 1))]
                words = [_words(workspace, COMMANDS[int(chance.integers(2))]) for _ in some]
                ended = list(
                    pool.map(lambda one: one[0].recon(*one[1]), zip(some, words, strict=True))
                )
                wrong = _wrong(programs[0], workspace, bank, ended)
            shutil.rmtree(place)
            totals["races"] += 1
            totals["started"] += len(some)
            totals["ended"].update(f"exit {one.code}" for one in ended)
            totals["wrong"] += [{f"race {number} of seed {seed}": wrong}] if wrong else []
    return totals


def _laid_out(folder, url, bank):
    workspace = make_workspace(folder, url)
    for _ in range(2):
        put(workspace / "inbox", *bank.next_day())
        put_announced(workspace, bank)
    put(workspace, "open_items.csv", bank.items)
    return workspace


def _words(workspace, command):
    named = [word.format(inbox=workspace / "inbox") for word in command]
    return (*named, "--quiet", "--user", "anna", "--workspace", str(workspace))


def _wrong(program, workspace, bank, ended):
    """Say what is not as it should be once one more run has ended."""
    strange = [one.err[-500:] for one in ended if one.code not in (0, BUSY)]
    nobody = [] if any(one.code == 0 for one in ended) else ["nobody came through"]
    last = program.recon(*_words(workspace, ("run",)))
    found = program.call(f"{LOOKING}:faults", str(workspace), bank.references, True)
    faults = {
        name: found[name]
        for name in (
            "findings",
            "lost",
            "doubled_lines",
            "doubled_entries",
            "missing_files",
            "waiting",
        )
        if found[name]
    }
    received = [
        tuple(one) for one in program.call(f"{LOOKING}:state", str(workspace))["rows"]["files"]
    ]
    twice = [] if len(received) == len(set(received)) else [f"received twice: {received}"]
    left = [] if last.code == 0 else [last.err[-500:]]
    told = [*strange, *nobody, *left, *twice]
    return [*told, *([faults] if faults else [])]


def main():
    parser = argparse.ArgumentParser(description="Let several programs race for one inbox.")
    parser.add_argument("--races", type=int, default=200)
    parser.add_argument("--racers", type=int, default=8)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        totals = race(chosen.races, chosen.racers, chosen.store, chosen.seed, Path(folder))
    click.echo(json.dumps(totals, indent=2))
    if chosen.store == "postgresql":
        from tests.stores import server

        server().end()
    sys.exit(1 if totals["wrong"] else 0)


if __name__ == "__main__":
    main()
