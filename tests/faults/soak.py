"""Many days of one bank over one store: arrivals, people, a failing ledger, kills, a clock that steps back, closed periods.

    python tests/faults/soak.py --days 60 --seed 1

After each day the whole record is verified, no line is lost, no entry stands or is booked twice. What a day took is printed
as a table, so that growth shows: CPU seconds and peak memory of the run, size of the store and of the archive. At the end, once
the ledger is well, it holds every entry.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import click
import numpy as np

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.faults.bank import FIRST_DAY, SETTINGS, Bank, make_workspace, put, put_announced
from tests.faults.forked import KILLED, Forked

HERE = "tests.faults.soak_day"
LINES_A_DAY = 12
MODES = ("timeout_before", "timeout_after", "half_then_timeout", "unknown_after")
CLOSED_EACH = 10
CLOSED_BEHIND = 8
HEADS = (
    "day", "run CPU s", "peak MiB", "store MiB", "archive MiB", "lines", "open", "events", "killed",
    "decided", "undelivered",
)  # fmt: skip


@dataclass(slots=True)
class Soak:
    """One workspace and the chance that plays on it; `rows` has a row a day, `wrong` what must not be."""

    folder: Path
    seed: int
    forked: Forked
    chance: np.random.Generator = field(init=False)
    bank: Bank = field(init=False)
    workspace: Path = field(init=False)
    day: int = 0
    takes: float = 3.0
    killed: int = 0
    decided: int = 0
    refused: int = 0
    statements: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    wrong: list = field(default_factory=list)

    def __post_init__(self):
        self.chance = np.random.default_rng(self.seed)
        self.bank = Bank(self.seed, lines_a_day=LINES_A_DAY)
        ledgers = 'ledgers = ["journal-csv", "flaky"]\n'
        self.workspace = make_workspace(self.folder / "soak", settings=f"{ledgers}{SETTINGS}")

    def play_day(self):
        """Let one day pass: files come, the run is killed and completed, people decide; then look."""
        self.day += 1
        self._arrive()
        for _ in range(int(self.chance.integers(3))):
            after = float(self.chance.random() * self.takes)
            self.killed += self._attempt("do_job", self._now(), self._modes(), kill_after=after)
        done = self._call("do_job", self._now(), self._modes())
        self.takes = 0.8 * self.takes + 0.2 * done["seconds"]
        people = self._call("decide_some", self._now(), int(self.chance.integers(1 << 30)), 4)
        self.decided += people["decided"]
        self.refused += people["refused"]
        if self.day % CLOSED_EACH == 0:
            closed = FIRST_DAY + dt.timedelta(days=self.day - CLOSED_BEHIND)
            self._call("close_days", self._now(), closed.isoformat())
        self._look(done)

    def settle(self):
        """Let the ledger be well, and runs deliver all that is left."""
        for _ in range(4):
            done = self._call("do_job", self._now(), [])
        self._look(done)
        if self.rows[-1]["undelivered"] or done["is_news"]:
            self.wrong.append({"at the end": {"undelivered": self.rows[-1]["undelivered"]}})

    def _arrive(self):
        name, data = self.bank.next_day()
        put(self.workspace / "inbox", name, data)
        put(self.workspace, "open_items.csv", self.bank.items)
        self.statements.append(data)
        if self.chance.random() < 0.2:
            again = self.statements[int(self.chance.integers(len(self.statements)))]
            put(self.workspace / "inbox", "again.sta", again)
        if self.chance.random() < 0.5:
            put_announced(self.workspace, self.bank)

    def _now(self):
        """Give an instant of the day; now and then the clock is a day or two behind."""
        back = int(self.chance.integers(1, 49)) if self.chance.random() < 0.15 else 0
        at = dt.datetime.combine(FIRST_DAY, dt.time(18), dt.UTC)
        return (at + dt.timedelta(days=self.day, hours=-back)).isoformat()

    def _modes(self):
        if self.chance.random() < 0.5:
            return []
        return [MODES[int(one)] for one in self.chance.integers(len(MODES), size=2)]

    def _call(self, function, *given):
        return self.forked.call(f"{HERE}:{function}", str(self.workspace), *given)

    def _attempt(self, function, *given, kill_after):
        """Start something and kill it; says whether it was killed, or ended before."""
        args = [str(self.workspace), *given]
        ended = self.forked.attempt(f"{HERE}:{function}", *args, kill_after=kill_after)
        if ended.code not in (0, KILLED):
            self.wrong.append({f"day {self.day}": ended.err[-2000:]})
        return ended.code == KILLED

    def _look(self, done):
        found = self._call("look", self.bank.references)
        if found["wrong"]:
            self.wrong.append({f"day {self.day}": found["wrong"]})
        took = {name: done[name] for name in ("cpu_seconds", "peak_kib")}
        self.rows.append({"day": self.day, **took, **found})


def play(days, seed, folder, say=lambda row: None):
    """Play so many days; gives the soak with its rows."""
    with closing(Forked()) as forked:
        soak = Soak(folder, seed, forked)
        for _ in range(days):
            soak.play_day()
            say(as_row(soak))
        soak.settle()
    return soak


def as_row(soak):
    """Give the newest row as it is printed."""
    row = soak.rows[-1]
    sizes = (row[name] / 1024 for name in ("peak_kib", "store_kib", "archive_kib"))
    told = [row["day"], f"{row['cpu_seconds']:.2f}", *(f"{size:.1f}" for size in sizes)]
    told += [row["lines"], row["open"], row["events"], soak.killed, soak.decided]
    return [str(one) for one in (*told, row["undelivered"])]


def main():
    parser = argparse.ArgumentParser(description="Let many days pass over one store.")
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    click.echo("\t".join(HEADS))
    with tempfile.TemporaryDirectory() as folder:
        say = lambda row: click.echo("\t".join(row))  # noqa: E731 - a row a day, as it ends
        soak = play(chosen.days, chosen.seed, Path(folder), say)
    told = {
        "days": chosen.days,
        "lines": soak.rows[-1]["lines"],
        "killed": soak.killed,
        "decided": soak.decided,
        "refused": soak.refused,
        "wrong": soak.wrong,
    }
    click.echo(json.dumps(told, indent=2))
    sys.exit(1 if soak.wrong else 0)


if __name__ == "__main__":
    main()
