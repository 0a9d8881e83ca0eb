"""Use one record from all sides at once: writers, readers, a bulk reviewer, and the daily job with new files. Out: JSON.

    python tests/faults/traffic.py --store postgresql --seconds 600

Every reader verifies what it sees in one look; nobody may meet a lock, and in the end the record is whole.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("run", "write", "write", "write", "write", "read", "read", "review")


def work(folder, role, seed, seconds):
    """Do what somebody of this role does until the time is over; gives counts, and how long each action took."""
    from recon.daily import open_workspace

    done = {"done": Counter(), "refused": Counter(), "wrong": [], "took": []}
    chance = np.random.default_rng(seed)
    with open_workspace(folder, user=f"{role}{seed}") as desk:
        say("ready")
        sys.stdin.readline()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.monotonic()
            _one(desk, role, chance, done)
            done["took"].append(round(time.monotonic() - began, 4))
    say(json.dumps(done))


def _one(desk, role, chance, done):
    """Do one thing; what a control refuses is no fault, anything else is."""
    from recon.errors import ReconError, Refused

    try:
        done["done"][_ACTS[role](desk, chance, done)] += 1
    except Refused as refused:
        done["refused"][f"{role}: {refused.message.split(':')[0]}"] += 1
    except ReconError as error:
        done["wrong"].append(f"{role}: {error.code}: {error.message}")


def _write(desk, chance, _):
    """Note, assign or undo something, of whatever line waits or stands."""
    from recon.store.reading import fetch
    from recon.store.tables import LINE_STATES

    with desk._desk.store.reading() as connection:
        states = fetch(connection, LINE_STATES)
    line, number = states.select("line_id", "decision_no").row(int(chance.integers(states.height)))
    act = str(chance.choice(["comment", "assign", "undo"], p=[0.5, 0.3, 0.2]))
    if act == "comment" or (act == "undo" and number is None):
        desk.comment(line, "looked at")
        return "comment"
    if act == "assign":
        desk.assign(line, "carl")
    else:
        desk.undo(number, comment="not theirs", despite_dependents=True)
    return act


def _read(desk, _, done):
    """Verify all that is seen in one look."""
    from recon.store.verify import verify

    with desk._desk.store.reading() as connection:
        found = verify(connection).findings
    done["wrong"] += [f"read: {one.place}: {one.what}" for one in found]
    return "verify"


def _review(desk, _, __):
    desk.accept_all(Decimal("0.01"), comment="agreed")
    return "accept_all"


def _run(desk, _, __):
    """Lay down the next day and do the daily job."""
    from tests.faults.bank import put

    if not _BANK:
        _BANK.append(_bank_after_first_day())
    folder = desk._desk.workspace.folder
    put(folder / "inbox", *_BANK[0].next_day())
    put(folder, "open_items.csv", _BANK[0].items)
    desk.run()
    return "run"


def _bank_after_first_day():
    from tests.faults.bank import Bank

    bank = Bank(1)
    bank.next_day()
    return bank


_BANK = []
_ACTS = {"run": _run, "write": _write, "read": _read, "review": _review}


def meet(folder, store, seconds):
    """Let them all work at one record, and say what came of it."""
    from recon.daily import open_workspace
    from recon.store.verify import verify
    from tests.faults.bank import Bank, make_workspace, put

    make_workspace(folder, store)
    first = Bank(1)
    put(folder / "inbox", *first.next_day())
    put(folder, "open_items.csv", first.items)
    with open_workspace(folder, user="anna") as desk:
        desk.run()
    command = [sys.executable, str(Path(__file__)), "--work", str(folder)]
    people = [
        subprocess.Popen(
            [*command, role, str(at), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "POLARS_MAX_THREADS": "1"},
            text=True,
        )
        for at, role in enumerate(ROLES)
    ]
    for one in people:
        assert one.stdout.readline() == "ready\n"
    for one in people:
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [json.loads(one.communicate()[0]) for one in people]
    with open_workspace(folder, user="anna") as desk, desk._desk.store.reading() as connection:
        verified = verify(connection)
    return _summed(told, verified)


def _summed(told, verified):
    done, refused, took = Counter(), Counter(), {}
    for role, one in zip(ROLES, told, strict=True):
        done.update(one["done"])
        refused.update(one["refused"])
        took.setdefault(role, []).extend(one["took"])
    return {
        "done": dict(done),
        "refused": dict(refused),
        "wrong": [text for one in told for text in one["wrong"]],
        "seconds_in_100_quickest_99": {
            role: round(float(np.quantile(some, 0.99)), 3) for role, some in took.items() if some
        },
        "events": verified.events,
        "findings": [f"{one.place}: {one.what}" for one in verified.findings],
    }


def say(text):
    """Write a row at once, for whoever reads the pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main():
    """Run one meeting and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--work", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        folder, role, seed, seconds = given.work
        work(Path(folder), role, int(seed), float(seconds))
        return
    from tests.stores import fresh_url, server

    with tempfile.TemporaryDirectory() as home:
        try:
            with fresh_url(given.store, Path(home)) as url:
                found = meet(Path(home) / "work", url, given.seconds)
        finally:
            if server.cache_info().currsize:
                server().end()
    say(json.dumps({"store": given.store, "seconds": given.seconds, **found}, indent=2))
    sys.exit(1 if found["wrong"] or found["findings"] else 0)


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "formats"), str(ROOT / "plugins")]
    main()
