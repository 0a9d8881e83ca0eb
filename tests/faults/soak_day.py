"""What one process does in a day of the soak: the daily job, people at work, a look at all of it.

In: plain values, since each function is called in a process of its own. Out: plain values; a process may be killed at any
moment, so the ledger's book is a file that grows by whole rows.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import polars as pl

from recon.api import LedgerCapabilities, Outcomes
from recon.errors import Refused
from recon.plugins import Plugins
from recon.review.decide import accept, mark_not_receivable, reject
from recon.review.undo import undo
from recon.run.daily.deciding import act_of, decide, stands
from recon.run.daily.desk import open_desk
from recon.run.daily.flow import run
from recon.run.daily.governing import change_period
from recon.store.reading import fetch
from recon.store.tables import FACT, LINE_STATES, OUTBOX
from tests.faults.looking import faults, opened
from tests.run.quiet import Quiet

LEDGERS = ("journal-csv", "flaky")
BOOK = "flaky.jsonl"
_COLUMNS = ("entry_key", "outcome", "reason", "remote_id")


class Clock:
    """A clock that goes on by a second with each look."""

    def __init__(self, at):
        self.at = dt.datetime.fromisoformat(at)

    def now(self):
        self.at += dt.timedelta(seconds=1)
        return self.at


class FlakyLedger:
    """A ledger that keeps its book in a file, leaves out what it has, and fails as it is told."""

    name = "flaky"
    file_name = None
    capabilities = LedgerCapabilities(False, True, False, False, True)

    def __init__(self, path, modes):
        self.path, self.modes = path, list(modes)

    def connect(self, options):
        return self

    def find(self, keys):
        if self._mode() == "timeout_before":
            raise TimeoutError("no answer")
        had = set(book(self.path))
        return {key: f"no-{key}" for key in keys if key in had}

    def post(self, entries):
        keys = entries["entry_key"].unique(maintain_order=True).to_list()
        mode, had = self._mode(), set(book(self.path))
        taken = {"timeout_before": [], "half_then_timeout": keys[::2]}.get(mode, keys)
        with self.path.open("a", encoding="utf-8") as file:
            for key in (one for one in taken if one not in had):
                file.write(json.dumps(key) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if "timeout" in mode:
            raise TimeoutError("no answer")
        word = "unknown" if mode == "unknown_after" else "accepted"
        rows = [(key, "duplicate" if key in had else word, mode, f"no-{key}") for key in keys]
        schema = dict.fromkeys(_COLUMNS, pl.String)
        told = pl.DataFrame(rows, schema=schema, orient="row")
        return Outcomes.validate(told.select(Outcomes.column_names()))

    verify = reverse = post

    def _mode(self):
        return self.modes.pop(0) if self.modes else "ok"


def book(path):
    """Give the keys that the ledger has, in the order in which they came."""
    if not path.is_file():
        return []
    return [json.loads(row) for row in path.read_text("utf-8").splitlines()]


def do_job(folder, at, modes):
    """Do the daily job; gives what it took."""
    ledger = FlakyLedger(Path(folder) / BOOK, modes)
    flaky = [
        one for one in Plugins.for_tests([ledger])._registered.values() if one.kind == "ledger"
    ]
    plugins = Plugins([*Plugins.discover()._registered.values(), *flaky])
    began, worked = time.monotonic(), time.process_time()
    with open_desk(Path(folder), "anna", Clock(at)) as desk:
        result = run(desk, plugins, Quiet(), None)
    return {
        "seconds": time.monotonic() - began,
        "cpu_seconds": time.process_time() - worked,
        "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "is_posted": all(one.is_complete for one in result.posted),
        "is_news": result.outcome is not None,
    }


def decide_some(folder, at, seed, count):
    """Let people decide lines by chance; gives how many decisions stand, and how many a control refused."""
    chance = np.random.default_rng(seed)
    told = {"decided": 0, "refused": 0}
    acts = {
        "suggested": (
            lambda before, line, act: accept(before, line, 1, act),
            lambda before, line, act: reject(before, line, 1, act),
        ),
        "unmatched": (
            lambda before, line, act: mark_not_receivable(before, line, "no customer", act),
        ),
        "applied": (_undone,),
    }
    with open_desk(Path(folder), "berta", Clock(at)) as desk:
        for _ in range(count):
            fate = ("suggested", "suggested", "unmatched", "applied")[int(chance.integers(4))]
            with desk.store.reading() as connection:
                lines = fetch(connection, LINE_STATES).filter(fate=fate)["line_id"].sort()
            if lines.is_empty():
                continue
            line = lines[int(chance.integers(lines.len()))]
            judge = acts[fate][int(chance.integers(len(acts[fate])))]
            before = stands(desk, [line])
            try:
                decide(desk, before, [judge(before, line, act_of(desk, comment="looked at it"))])
                told["decided"] += 1
            except Refused:
                told["refused"] += 1
    return told


def _undone(before, line, act):
    number = before.decision_log.filter(line_id=line)["decision_no"].max()
    return undo(before, number, act, knows_dependents=True)


def close_days(folder, at, day):
    """Close all days up to one; one that is closed already stays so."""
    with open_desk(Path(folder), "dora", Clock(at)) as desk, suppress(Refused):
        change_period(desk, dt.date.fromisoformat(day), "month end", is_closed=True)
    return True


def look(folder, references):
    """Look at all of it after a run that was let to its end; gives what must not be, and how large it is."""
    folder = Path(folder)
    found = faults(folder, references, is_complete=True)
    with opened(folder) as connection:
        states = fetch(connection, LINE_STATES)
        outbox = fetch(connection, OUTBOX)
        made = fetch(connection, FACT["entries"]).select("entry_key", "reverses").unique()
    entries, has = set(made["entry_key"]), book(folder / BOOK)
    missing = entries - set(has)
    # What was taken back before it was ever delivered needs neither its entry nor the opposite.
    never = {one for pair in made.drop_nulls().rows() for one in pair if set(pair) <= missing}
    posted = set(outbox.filter(ledger="flaky", state="posted")["entry_key"])
    names = ("findings", "lost", "doubled_lines", "doubled_entries", "missing_files", "waiting")
    wrong = {name: found[name] for name in names if found[name]}
    if len(has) != len(set(has)):
        wrong["booked_twice"] = len(has) - len(set(has))
    if posted - set(has) or set(has) - entries:
        wrong["ledger"] = sorted((posted - set(has)) | (set(has) - entries))
    return {
        "wrong": wrong,
        "lines": states.height,
        "open": states.filter(pl.col("fate").is_in(["unmatched", "suggested"])).height,
        "events": found["events"],
        "undelivered": len(missing - never),
        "store_kib": sum(path.stat().st_size for path in folder.glob("recon.db*")) // 1024,
        "archive_kib": sum(
            path.stat().st_size for path in (folder / "archive").rglob("*") if path.is_file()
        )
        // 1024,
    }
