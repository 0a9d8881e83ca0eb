"""Days of a small bank by chance: the real matcher, a ledger in a file, one in memory that fails, people, crashes, a clock.

In: a seed. Out: nothing, or an AssertionError with the story. After each step the record verifies, no line is lost and no
entry stands twice; at the end, once all faults are over, both ledgers hold what the decisions in force come to.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import polars as pl

from recon import failpoints
from recon.errors import Refused, StoreBroken
from recon.money import exponent, parse_minor
from recon.plugins import Plugins
from recon.review.decide import accept, mark_not_receivable, reject
from recon.review.undo import undo
from recon.run.daily.confirming import confirm_entry
from recon.run.daily.deciding import act_of, decide, stands
from recon.run.daily.desk import open_desk
from recon.run.daily.flow import run
from recon.run.daily.posting import outbox, post
from recon.store.reading import fetch
from recon.store.tables import FACT, LINE_STATES, OUTBOX
from tests.faults.bank import SETTINGS, Bank, make_workspace, put
from tests.faults.looking import faults
from tests.run.daily.fake_ledger import FINDS, KINDS, MODES, FakeLedger
from tests.run.quiet import Quiet

LEDGERS = ("journal-csv", "fake")
STEPS = ("day", "day", "again", "run", "run", "run", "post", "accept", "reject", "mark", "undo")
BROKEN_AT = tuple(step for step in failpoints.STEPS if not step.startswith("review."))
DISCOVERED = Plugins.discover()


class Days:
    """One workspace, its ledgers, and the chance that plays on them; it is the clock as well."""

    def __init__(self, seed, folder):
        self.chance = np.random.default_rng(seed)
        self.bank = Bank(seed, lines_a_day=4)
        self.folder = make_workspace(
            folder, settings=f'ledgers = ["{LEDGERS[0]}", "fake"]\n{SETTINGS}'
        )
        self.fake = FakeLedger(self.pick(tuple(KINDS)))
        fake = Plugins.for_tests([self.fake])._registered.values()
        ledger = [one for one in fake if one.kind == "ledger"]
        self.plugins = Plugins([*DISCOVERED._registered.values(), *ledger])
        self.at = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
        self.statements, self.story = [], []
        self.day()

    def pick(self, values):
        return values[int(self.chance.integers(len(values)))]

    def now(self):
        self.at += dt.timedelta(seconds=1)
        return self.at

    def desk(self):
        return open_desk(self.folder, "anna", self)

    # ---------------------------------------------------------------- steps

    def step(self):
        """Do one thing, disturbed or not; then look at everything."""
        name = self.pick(STEPS)
        # The clock of a machine may go back; the order is that of the numbers.
        self.at += dt.timedelta(hours=int(self.chance.integers(-5, 30)))
        self.fake.modes = [self.pick(MODES)] if self.chance.random() < 0.5 else []
        self.fake.finds = [self.pick(FINDS)] if self.chance.random() < 0.3 else []
        with self.broken() as fault:
            self.story.append(f"{name}, {fault or 'whole'}, ledger {self.fake.modes or 'well'}")
            getattr(self, name)()
        self.check(is_complete=False)

    @contextmanager
    def broken(self):
        """Let the program fail at some step, as if it were killed or its disk failed."""
        if self.chance.random() < 0.5:
            yield None
            return
        step, action = self.pick(BROKEN_AT), self.pick(("raise", "EIO"))
        fault = f"{step}:{failpoints._passed[step] + int(self.chance.integers(1, 3))}:{action}"
        os.environ[failpoints.VARIABLE] = fault
        try:
            with suppress(RuntimeError, StoreBroken):
                yield fault
        finally:
            del os.environ[failpoints.VARIABLE]

    def day(self):
        name, data = self.bank.next_day()
        self.statements.append(data)
        put(self.folder / "inbox", name, data)
        put(self.folder, "open_items.csv", self.bank.items)

    def again(self):
        put(self.folder / "inbox", "again.sta", self.pick(self.statements))

    def run(self):
        with self.desk() as desk:
            return run(desk, self.plugins, Quiet(), None)

    def post(self):
        with self.desk() as desk:
            post(desk, self.pick(LEDGERS), self.plugins, Quiet())

    def accept(self):
        self.decide("suggested", lambda before, line, act: accept(before, line, 1, act))

    def reject(self):
        self.decide("suggested", lambda before, line, act: reject(before, line, 1, act))

    def mark(self):
        self.decide(
            "unmatched", lambda before, line, act: mark_not_receivable(before, line, "fee", act)
        )

    def undo(self):
        def judge(before, line, act):
            number = before.decisions.filter(line_id=line).join(before.decision_log, on="line_id")
            return undo(before, number["decision_no"].max(), act, knows_dependents=True)

        self.decide("applied", judge)

    def decide(self, fate, judge):
        """Let a person decide some line of a fate; what a control forbids is left."""
        with self.desk() as desk:
            with desk.store.reading() as connection:
                lines = fetch(connection, LINE_STATES).filter(fate=fate)["line_id"].to_list()
            if not lines:
                return
            line = self.pick(lines)
            before = stands(desk, [line])
            with suppress(Refused):
                decide(desk, before, [judge(before, line, act_of(desk, comment="looked at it"))])

    # ---------------------------------------------------------------- what must hold

    def check(self, *, is_complete):
        found = faults(self.folder, self.bank.references, is_complete)
        assert found["findings"] == found["lost"] == found["missing_files"] == [], found
        assert (found["doubled_lines"], found["doubled_entries"]) == (0, 0), found
        assert len(self.fake.book) == len(set(self.fake.book)), "the ledger has a key twice"
        keys = [row["entry_key"] + row["posting"] for row in self.journal()]
        assert len(keys) == len(set(keys)), "the journal has a posting twice"

    def settle(self):
        """Let all faults be over, people confirm what is stuck, and runs deliver the rest."""
        self.fake.modes, self.fake.finds = [], []
        for _ in range(6):
            done = self.run()
            self.confirm()
            if done.outcome is None and all(one.is_complete for one in done.posted):
                break
        else:
            raise AssertionError(f"something is left open: {done.posted}")
        self.check(is_complete=True)
        with self.desk() as desk, desk.store.reading() as connection:
            states = fetch(connection, LINE_STATES).select("line_id", "decision_no")
            entries = fetch(connection, FACT["entries"])
            posted = fetch(connection, OUTBOX).filter(state="posted")
        in_force = entries.join(states, on=["line_id", "decision_no"]).filter(
            pl.col("reverses").is_null()
        )
        assert sums(in_force.select("account", "currency", "amount").rows()) == sums(
            (*place, amount) for place, amount in self.fake.amounts.items()
        )
        assert sums(in_force.select("account", "currency", "amount").rows()) == sums(
            (row["account"], row["currency"], amount_of(row)) for row in self.journal()
        )
        told = set(posted.filter(ledger="fake")["entry_key"])
        assert told == set(self.fake.book)

    def confirm(self):
        """Let a person look into the ledger for what it could not be asked, and send again what it refused."""
        with self.desk() as desk:
            stuck = outbox(desk, "fake").filter(
                pl.col("state").is_in(["needs_confirmation", "rejected"])
            )
            for key in stuck["entry_key"]:
                remote = f"no{self.fake.book.index(key)}" if key in self.fake.book else None
                confirm_entry(
                    desk, "fake", key, act_of(desk, comment="looked it up"), remote_id=remote
                )

    def journal(self):
        path = self.folder / "journal.csv"
        return pl.read_csv(path, infer_schema=False).to_dicts() if path.is_file() else []


def amount_of(row):
    decimals = exponent(row["currency"])
    debit, credit = (parse_minor(row[name] or "0", decimals) for name in ("debit", "credit"))
    return debit - credit


def sums(rows):
    """Give what each account holds, where it holds anything."""
    found = {}
    for account, currency, amount in rows:
        found[account, currency] = found.get((account, currency), 0) + amount
    return {place: amount for place, amount in found.items() if amount}


def play_days(seed, steps):
    """Play one world of days to its end.

    Raises:
        AssertionError: something does not hold; the message has seed, step and story.
    """
    with tempfile.TemporaryDirectory() as folder:
        world = Days(seed, Path(folder) / "w")
        try:
            for _ in range(steps):
                world.step()
            world.settle()
        except AssertionError as error:
            told = "\n".join(world.story)
            replay = f"simulate.py --seed {seed} --steps {steps} --days"
            raise AssertionError(f"{replay}: {error}\n{told}") from error
