"""Post to a ledger that fails three times in ten, in twelve ways: its book must be what the outbox says, each entry once.

    python tests/faults/posts.py --posts 10000 --seed 1

In: a record of one day, with entries that wait. Each world has a ledger of one of four kinds; entries go to it a few a call,
and a call may fail, and so may the question for what it has. After each call book and outbox are compared; at last the
ledger is well and people confirm what is stuck, and it must have every entry. The totals go to stdout as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import click
import numpy as np

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from recon.plugins import Plugins
from recon.run.daily import posting
from recon.run.daily.confirming import confirm_entry
from recon.run.daily.deciding import act_of
from recon.store.verify import verify
from tests.run.daily.demo_desk import at_work, worked_workspace
from tests.run.daily.fake_ledger import FINDS, KINDS, MODES, FakeLedger
from tests.run.daily.test_posting import check_books_agree, states_of
from tests.run.quiet import Quiet

FAULTS = 0.3
# Rounds of posting and confirming after which a ledger that is well must have everything.
PATIENCE = 6


class Flaky(FakeLedger):
    """A ledger each of whose calls may fail by chance, in any way, until it is well."""

    def __init__(self, kind, chance, totals):
        super().__init__(kind)
        self.chance, self.totals, self.is_well = chance, totals, False

    def _fault(self, ways):
        if self.is_well or self.chance.random() >= FAULTS:
            return []
        mode = str(self.chance.choice(ways[1:]))
        self.totals["faults"][mode] += 1
        return [mode]

    def post(self, entries):
        self.modes = self._fault(MODES)
        self.totals["calls"] += 1
        self.totals["posts"] += entries["entry_key"].n_unique()
        return super().post(entries)

    def find(self, keys):
        self.finds = self._fault(FINDS)
        return super().find(keys)

    verify = reverse = post


def play(posts, seed, folder):
    """Post so often; gives the totals, with what should not have been."""
    chance = np.random.default_rng(seed)
    totals = {"seed": seed, "worlds": 0, "posts": 0, "calls": 0, "faults": Counter()}
    totals |= {"confirmed": 0, "twice": 0, "not_listed": 0, "wrong": []}
    while totals["posts"] < posts:
        kind = str(chance.choice(list(KINDS)))
        where = f"world {totals['worlds']} of seed {seed}, ledger {kind}"
        few = int(chance.integers(2, 6))
        with tempfile.TemporaryDirectory(dir=folder) as home, _few_at_once(few):
            try:
                _one_world(Path(home) / "w", Flaky(kind, chance, totals), totals)
            except AssertionError as error:
                totals["wrong"].append({where: str(error)})
        totals["worlds"] += 1
    return totals


@contextmanager
def _few_at_once(count):
    """Let the program send a few entries a call, so that a day is many calls."""
    before = posting._AT_ONCE
    posting._AT_ONCE = count
    yield
    posting._AT_ONCE = before


def _one_world(folder, ledger, totals):
    plugins = Plugins.for_tests([ledger])
    with at_work(worked_workspace(folder)) as desk:
        for _ in range(int(totals["calls"] % 3) + 2):
            posting.post(desk, ledger.name, plugins, Quiet())
            check_books_agree(desk, ledger)
        ledger.is_well = True
        for _ in range(PATIENCE):
            done = posting.post(desk, ledger.name, plugins, Quiet())
            check_books_agree(desk, ledger)
            totals["confirmed"] += _confirm(desk, ledger)
            if done.is_complete:
                break
        states = states_of(desk, ledger)
        assert set(states.values()) == {"posted"}, states
        totals["twice"] += len(ledger.book) - len(set(ledger.book))
        totals["not_listed"] += len(set(states) ^ set(ledger.book))
        assert sorted(ledger.book) == sorted(states), "the book is not what the outbox says"
        with desk.store.reading() as connection:
            assert not verify(connection).findings


def _confirm(desk, ledger):
    """Let a person look into the book for what is stuck, and send again what is not there."""
    waiting = posting.outbox(desk, ledger.name)
    stuck = [
        row["entry_key"]
        for row in waiting.to_dicts()
        if row["state"] in ("needs_confirmation", "rejected")
    ]
    for key in stuck:
        remote = f"no{ledger.book.index(key)}" if key in ledger.book else None
        confirm_entry(
            desk, ledger.name, key, act_of(desk, comment="looked it up"), remote_id=remote
        )
    return len(stuck)


def main():
    parser = argparse.ArgumentParser(description="Post to a ledger that fails.")
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        totals = play(chosen.posts, chosen.seed, folder)
    click.echo(json.dumps(totals, indent=2))
    sys.exit(1 if totals["wrong"] or totals["twice"] or totals["not_listed"] else 0)


if __name__ == "__main__":
    main()
