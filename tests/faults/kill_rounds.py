"""Kill -9 at random moments of `recon run`, `ingest`, `accept`, `undo` and `post`; count what was lost or doubled.

    python tests/faults/kill_rounds.py --rounds 1000 --store sqlite --seed 1

Each round lays a statement into the inbox and newer books beside it, now and then with an advice and a settlement report
of what the next statement pays, starts a command and kills it at a moment drawn from
the time that such a command takes; then the store is verified as it was left. Now and again a run and a post are let go to
their end, and then all must be there, and each entry once in the ledger's file. The totals go to stdout as JSON, also of
rounds that are broken off.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
from collections import Counter
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

import click
import numpy as np

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.faults.bank import Bank, make_workspace, put, put_announced
from tests.faults.forked import KILLED, Forked
from tests.faults.looking import LEDGER

ROUNDS_OF_ONE_STORE = 12
COMPLETED_EACH = 4
# A first guess of how long a command takes, in seconds; then what was seen.
TAKES = {"run": 2.0, "ingest": 1.0, "accept": 1.0, "undo": 1.0, "post": 1.0}
WORDS = {
    "run": ("run", "--quiet"),
    "ingest": ("ingest", "{folder}/inbox", "--quiet"),
    "accept": ("accept", "--from-confidence", "1%", "--comment", "agreed"),
    "undo": ("undo", "{decision}", "--despite-dependents", "--comment", "not theirs"),
    "post": ("post", LEDGER, "--quiet"),
}
# How often an advice and a settlement report come, which the next statement pays.
ANNOUNCED = 0.4
# How often each is the command of a round.
SHARES = {"run": 0.35, "ingest": 0.15, "accept": 0.15, "undo": 0.15, "post": 0.2}


@dataclass(slots=True)
class Totals:
    """What was tried and what came of it."""

    store: str
    seed: int
    rounds: int = 0
    killed: int = 0
    completed: int = 0
    killed_in: Counter = field(default_factory=Counter)
    ended_in: Counter = field(default_factory=Counter)
    last_stored: Counter = field(default_factory=Counter)
    lines: int = 0
    lines_lost: int = 0
    lines_doubled: int = 0
    entries_doubled: int = 0
    batches_settled: int = 0
    posted: int = 0
    posted_wrongly: int = 0
    files_missing: int = 0
    failed_verifications: int = 0
    failed_completions: int = 0
    said: list = field(default_factory=list)

    def add(self, found, where):
        self.lines_lost += len(found["lost"])
        self.lines_doubled += found["doubled_lines"]
        self.entries_doubled += found["doubled_entries"]
        self.posted_wrongly += len(found["posted_wrongly"])
        self.files_missing += len(found["missing_files"])
        self.failed_verifications += bool(found["findings"])
        keys = (
            "lost",
            "doubled_lines",
            "doubled_entries",
            "posted_wrongly",
            "missing_files",
            "findings",
            "waiting",
        )
        wrong = {key: found[key] for key in keys if found[key]}
        if wrong:
            self.said.append({where: wrong})

    @property
    def is_clean(self):
        return not self.said and not self.failed_completions


def play(rounds, store, seed, folder):
    """Play so many rounds; gives the totals, also of rounds that were broken off."""
    totals = Totals(store, seed)
    chance = np.random.default_rng(seed)
    forked = Forked()
    takes = dict(TAKES)
    with suppress(KeyboardInterrupt), closing(forked):
        while totals.rounds < rounds:
            left = min(ROUNDS_OF_ONE_STORE, rounds - totals.rounds)
            name = f"w{totals.rounds}"
            with _store(store) as url:
                workspace = make_workspace(folder / name, url)
                _one_store(forked, workspace, (totals, chance, takes), left)
            shutil.rmtree(workspace)
            said = f"{totals.rounds} rounds, {totals.killed} killed, {len(totals.said)} wrong"
            click.echo(said, err=True)
    return totals


def _store(store):
    if store == "sqlite":
        return nullcontext("recon.db")
    from tests.stores import fresh_url

    return fresh_url("postgresql", None)


def _one_store(forked, workspace, how, rounds):
    totals, chance, takes = how
    bank = Bank(int(chance.integers(1 << 30)))
    applied = []
    for number in range(rounds):
        for _ in range(int(chance.integers(1, 3))):
            put(workspace / "inbox", *bank.next_day())
            if chance.random() < ANNOUNCED:
                put_announced(workspace, bank)
        put(workspace, "open_items.csv", bank.items)
        command = str(chance.choice(list(SHARES), p=list(SHARES.values())))
        # Some come to their end, so that there is something to take back and to post.
        after = float(1.25 * chance.random() * takes[command])
        decision = int(chance.choice(applied)) if applied else 1
        ended = _command(forked, workspace, command, after, decision)
        totals.rounds += 1
        if ended.code == KILLED:
            totals.killed += 1
            totals.killed_in[command] += 1
        else:
            totals.ended_in[f"{command}, exit {ended.code}"] += 1
            takes[command] = 0.8 * takes[command] + 0.2 * ended.seconds
        found = _look(forked, workspace, bank, is_complete=False)
        applied = found["applied"]
        totals.last_stored[found["last"]] += ended.code == KILLED
        where = f"round {totals.rounds} of seed {totals.seed}, {command} killed after {after:.3f} s"
        totals.add(found, where)
        if (number + 1) % COMPLETED_EACH == 0 or number == rounds - 1:
            _complete(forked, workspace, bank, (totals, takes, where))


def _complete(forked, workspace, bank, how):
    totals, takes, where = how
    totals.completed += 1
    for command in ("run", "post"):
        ended = _command(forked, workspace, command, None)
        takes[command] = 0.8 * takes[command] + 0.2 * ended.seconds
        if ended.code != 0:
            totals.failed_completions += 1
            told = f"exit {ended.code}: {ended.err[-2000:]}"
            totals.said.append({f"{where}, {command} completed": told})
    found = _look(forked, workspace, bank, is_complete=True)
    totals.add(found, f"{where}, completed")
    totals.lines += found["lines"]
    totals.batches_settled += found["batches_settled"]
    totals.posted += found["posted"]


def _command(forked, workspace, command, kill_after, decision=1):
    words = [word.format(folder=workspace, decision=decision) for word in WORDS[command]]
    told = ("--workspace", str(workspace), "--user", "anna")
    return forked.recon(*words, *told, kill_after=kill_after)


def _look(forked, workspace, bank, *, is_complete):
    function = "tests.faults.looking:faults"
    return forked.call(function, str(workspace), bank.references, is_complete)


def main():
    parser = argparse.ArgumentParser(description="Kill the daily job at random moments.")
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as folder:
        totals = play(chosen.rounds, chosen.store, chosen.seed, Path(folder))
    told = {name: getattr(totals, name) for name in totals.__slots__}
    click.echo(json.dumps(told, indent=2))
    if chosen.store == "postgresql":
        from tests.stores import server

        server().end()
    sys.exit(0 if totals.is_clean else 1)


if __name__ == "__main__":
    main()
