"""The acts that a store and a model of it are both given: received, loaded, decided, approved, undone, closed or cut off.

In: acts that Hypothesis chooses. Out: nothing, or an assertion that does not hold: after each act lines and items are those
of the model, and `verify` finds nothing.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from decimal import Decimal as Amount
from pathlib import Path

import polars as pl
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import text

from recon import failpoints
from recon.authority import Band, Controls, User
from recon.config import Policy
from recon.errors import Refused
from recon.plugins import Plugins
from recon.review.approvals import answer
from recon.review.decide import accept, reject
from recon.review.people import Authority
from recon.review.undo import undo
from recon.run.daily.archive import Archive
from recon.run.daily.books import load_books
from recon.run.daily.deciding import act_of, answer_decision, decide, line_of, stands
from recon.run.daily.desk import Desk
from recon.run.daily.governing import change_period
from recon.run.daily.receive import receive
from recon.store.chain import head
from recon.store.connect import open_store
from recon.store.migrate import upgrade
from recon.store.projections import catch_up, made_anew, progress
from recon.store.reading import fetch
from recon.store.standing import standing
from recon.store.tables import FACT, ITEM_STATES, LINE_STATES, PROJECTIONS
from recon.store.verify import verify
from recon.workspace import Settings, Workspace
from tests.faults.bank import put
from tests.run.quiet import Quiet
from tests.simulation.model import BAND, Decision, Model
from tests.simulation.small_bank import (
    DAYS,
    FIRST_DAY,
    books,
    digest,
    named,
    shown,
    statement,
    told_by_rule,
)
from tests.stores import fresh_store

ITEMS = "PQRS"
USERS = {
    "anna": User(roles=("preparer",)),
    "berta": User(roles=("preparer", "approver")),
    "carl": User(roles=("approver",)),
    "dora": User(roles=("admin",)),
}
CONTROLS = Controls(
    bands=(Band(from_amount=Amount(BAND) / 100, approvals=1),), hold_new_accounts=False
)
AUTHORITY = Authority(USERS, CONTROLS)
PLUGINS = Plugins.discover()
some = st.integers(0, 11)


class Store(RuleBasedStateMachine):
    """One store, one model, and the acts that both are given."""

    # Proving the whole record takes as long as all the rest.
    verified_each = 5

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        (self.folder / "inbox").mkdir()
        self.store = self.open()
        self.model = Model(DAYS)
        self.pending, self.last_extract, self.acts = set(), None, 0
        with self.store.writing() as connection:
            self.desk("dora").record(connection, "store_created", {})
            catch_up(connection)
        self.past = {1: self.model.expected()}

    def open(self):
        store = open_store("sqlite:///:memory:")
        upgrade(store)
        return store

    def teardown(self):
        self.verify()
        self.store.close()
        shutil.rmtree(self.folder)

    def desk(self, actor):
        found = Workspace(folder=self.folder, settings=Settings())
        archive = Archive(self.folder / "archive")
        return Desk(
            workspace=found,
            store=self.store,
            policy=Policy(),
            archive=archive,
            actor=actor,
            clock=self,
            authority=AUTHORITY,
        )

    def now(self):
        return dt.datetime.combine(self.date(), dt.time(9), dt.UTC)

    def date(self, day=None):
        return FIRST_DAY + dt.timedelta(days=self.model.today if day is None else day)

    def kept(self):
        """Remember what the record says after its newest event."""
        with self.store.reading() as connection:
            self.past[head(connection).seq] = self.model.expected()

    def choose(self, number):
        """Choose a line that the projections show, often one that is suggested."""
        with self.store.reading() as connection:
            known = sorted(self.past[progress(connection)][0])
        known += 2 * [line for line in known if self.model.suggested(line)]
        return known[number % len(known)]

    def line_id(self, line):
        with self.store.reading() as connection:
            found = named(connection, fetch(connection, LINE_STATES))
        return found.filter(bank_reference=line[0], occurrence=line[1])["line_id"].item()

    def amount(self, line):
        return self.model.lines()[line][0]

    # ---------------------------------------------------------------- what comes in

    @initialize()
    def begin(self):
        self.receive(0, 1, "a")
        self.load(dict.fromkeys(ITEMS, 600))

    @rule(first=st.integers(0, 3), days=st.integers(0, 2), name=st.sampled_from("ab"))
    def receive(self, first, days, name):
        self.lay_down(first, days, name)
        self.take_in()

    @rule(
        first=st.integers(0, 3),
        days=st.integers(0, 2),
        step=st.sampled_from(["lines_inserted", "committed"]),
    )
    def receive_and_be_cut_off(self, first, days, step):
        self.lay_down(first, days, "c")
        name = f"import.{step}"
        os.environ[failpoints.VARIABLE] = f"{name}:{failpoints._passed[name] + 1}:raise"
        with suppress(RuntimeError):
            receive(self.desk("anna"), (self.folder / "inbox",), PLUGINS, Quiet())
        del os.environ[failpoints.VARIABLE]
        with self.store.reading() as connection:
            files = fetch(connection, FACT["files"]).filter(role="statement")
        # Files that come together are kept together, and stay where they are; they are known when they are looked at again.
        kept = files.tail(files.height - len(self.model.delivered))["sha256"].to_list()
        by_digest = {digest(one): one for one in self.pending}
        self.model.delivered += [by_digest[one] for one in kept]
        self.kept()

    def lay_down(self, first, days, name):
        span = (first, min(first + days, len(DAYS) - 1))
        put(self.folder / "inbox", f"{name}{first}.sta", statement(span))
        self.pending |= {span}

    def take_in(self):
        new = self.pending - set(self.model.delivered)
        before = {span: digest(span) for span in new}
        found = receive(self.desk("anna"), (self.folder / "inbox",), PLUGINS, Quiet())
        assert {one.sha256 for one in found.files} <= set(before.values())
        by_digest = {value: span for span, value in before.items()}
        for one in found.files:
            self.model.delivered.append(by_digest[one.sha256])
        assert not list((self.folder / "inbox").iterdir())
        self.pending = set()
        self.kept()

    @rule(extract=st.dictionaries(st.sampled_from(ITEMS), st.sampled_from([100, 200, 600, 900])))
    def load(self, extract):
        told = {"O": 100, **extract}
        data = books(told)
        put(self.folder, "open_items.csv", data)
        loaded = load_books(self.desk("anna"), PLUGINS, Quiet(), may_shrink=True)
        assert bool(loaded.changes) <= (data != self.last_extract)
        self.model.load(told)
        self.last_extract = data
        self.kept()

    # ---------------------------------------------------------------- who decides

    @rule(number=some, item=some, fate=st.sampled_from(["applied", "suggested", "unmatched"]))
    def decide_by_rule(self, number, item, fate):
        line = self.choose(number)
        if not self.model.may_decide(line):
            return
        amount = self.amount(line)
        fitting = [name for name in sorted(self.model.items) if self.model.left(name) >= amount]
        if not fitting and fate != "unmatched":
            return
        chosen = [fitting[(item + at) % len(fitting)] for at in range(min(2, len(fitting)))]
        taken = Decision(line=line, fate=fate, by="rule", day=self.model.today)
        if fate == "applied":
            taken.item, taken.amount = chosen[0], amount
        if fate == "suggested":
            taken.suggests = tuple(chosen)
        told = told_by_rule(len(self.model.decisions) + 1, self.line_id(line), taken, amount)
        with self.store.writing() as connection:
            catch_up(connection)
            self.desk("anna").record(connection, "run_completed", {"snapshot": 0}, told)
            catch_up(connection)
        self.model.decide(taken)
        self.kept()

    @rule(number=some, rank=st.integers(1, 2), actor=st.sampled_from(["anna", "berta"]))
    def accept(self, number, rank, actor):
        line = self.choose(number)
        amount = self.amount(line)
        suggested = self.model.suggested(line)
        may = self.model.may_accept(line, rank, amount)
        taken = Decision(line=line, fate="applied", by=actor, day=self.model.today)
        if may:
            taken.item, taken.amount = suggested[rank - 1], amount
            taken.needed = int(amount >= BAND)
        self.decided(taken, lambda before, act: accept(before, act.line, rank, act.of), may=may)

    @rule(number=some, rank=st.integers(1, 2), actor=st.sampled_from(["anna", "berta"]))
    def reject(self, number, rank, actor):
        line = self.choose(number)
        suggested = self.model.suggested(line)
        may = self.model.may_decide(line) and rank <= len(suggested)
        left = tuple(name for at, name in enumerate(suggested, 1) if at != rank)
        fate = "suggested" if left else "unmatched"
        taken = Decision(line=line, fate=fate, by=actor, day=self.model.today, suggests=left)
        self.decided(taken, lambda before, act: reject(before, act.line, rank, act.of), may=may)

    @precondition(lambda self: self.model.decisions)
    @rule(number=some, actor=st.sampled_from(["anna", "berta"]))
    def undo(self, number, actor):
        number = number % len(self.model.decisions) + 1
        one = self.model.decisions[number - 1]
        taken = Decision(
            line=one.line,
            fate="unmatched",
            by=actor,
            day=self.model.today,
            undoes=number,
            needed=int(self.amount(one.line) >= BAND),
        )
        assert line_of(self.desk(actor), number) == self.line_id(one.line)
        self.decided(
            taken,
            lambda before, act: undo(before, number, act.of, knows_dependents=True),
            may=self.model.may_undo(number),
        )

    def decided(self, taken, judge, *, may):
        """Let a person decide; it is recorded just if the model allows it."""
        desk = self.desk(taken.by)
        line_id = self.line_id(taken.line)
        number = len(self.model.decisions) + 1
        with agreed(may, taken):
            before = stands(desk, [line_id])
            decision = judge(before, Asked(line_id, act_of(desk, comment="why")))
            assert decide(desk, before, [decision]) == [(line_id, number, taken.needed)]
        if not may:
            return
        self.model.decide(taken)
        self.kept()

    @precondition(lambda self: any(one.needed for one in self.model.decisions))
    @rule(number=some, actor=st.sampled_from(["berta", "carl"]), is_granted=st.booleans())
    def approve(self, number, actor, is_granted):
        asked = [n for n, one in enumerate(self.model.decisions, 1) if one.needed]
        number = asked[number % len(asked)]
        may = self.model.may_answer(number, actor, is_granted=is_granted)
        desk = self.desk(actor)
        act = act_of(desk, comment="looked at it")
        with agreed(may, (number, actor, is_granted)):
            answer_decision(
                desk, number, lambda now: answer(now, number, act, is_granted=is_granted)
            )
        if not may:
            return
        self.model.answer(number, actor, is_granted=is_granted)
        self.kept()

    # ---------------------------------------------------------------- time

    @rule(days=st.integers(1, 3))
    def days_pass(self, days):
        self.model.today += days

    @rule(back=st.integers(0, 2), is_closed=st.booleans())
    def change_period(self, back, is_closed):
        day, until = self.model.today - back, self.model.closed_until()
        may = (until is None or day > until) if is_closed else day == until
        with agreed(may, (day, is_closed)):
            change_period(self.desk("dora"), self.date(day), "month end", is_closed=is_closed)
        if not may:
            return
        self.model.closed[day] = is_closed
        self.kept()

    # ---------------------------------------------------------------- what must hold

    @rule()
    def rebuild_projections(self):
        with self.store.writing() as connection:
            for name in (*(kept.name for kept in PROJECTIONS), "progress"):
                connection.execute(text(f"DELETE FROM {name}"))
            catch_up(connection)

    @rule(number=st.integers(0, 100))
    def read_as_known_then(self, number):
        known = sorted(self.past)
        seq = known[number % len(known)]
        lines, items = self.past[seq]
        with self.store.reading() as connection:
            found = standing(connection, None, seq)
            then = made_anew(connection, seq)
            told = named(connection, then.lines)
        assert shown(told, then.items) == (lines, items)
        fates = dict(found.decisions.select("line_id", "fate").rows())
        ids = dict(told.select("line_id", pl.struct("bank_reference", "occurrence")).rows())
        expected = {tuple(ids[one].values()): fate for one, fate in fates.items()}
        assert expected == {line: fate or "unmatched" for line, (_, fate, _) in lines.items()}
        assert {name: row[2] for name, row in items.items()} == dict(
            found.items.select("item_id", "open_amount").rows()
        )

    @invariant()
    def what_stands_is_what_the_model_says(self):
        with self.store.reading() as connection:
            states = named(connection, fetch(connection, LINE_STATES))
            now = shown(states, fetch(connection, ITEM_STATES))
            assert now == self.past[progress(connection)]
        self.acts += 1
        if self.acts % self.verified_each == 0:
            self.verify()

    def verify(self):
        with self.store.reading() as connection:
            assert verify(connection).findings == ()


@contextmanager
def agreed(may, act):
    """Let an act be done or refused, as the model says."""
    refused = None
    try:
        yield
    except Refused as error:
        refused = error
    assert may == (refused is None), f"{act}: {refused.render() if refused else 'not refused'}"


class Asked:
    """Which line a person decides, and their act."""

    def __init__(self, line, act):
        self.line, self.of = line, act


class InFile(Store):
    """The same in a file, verified after each act."""

    verified_each = 1

    def open(self):
        store = open_store(f"sqlite:///{self.folder / 'recon.db'}")
        upgrade(store)
        return store


class OnPostgresql(Store):
    """The same on a server."""

    def open(self):
        self._opened = fresh_store("postgresql", self.folder)
        return self._opened.__enter__()

    def teardown(self):
        self.verify()
        self._opened.__exit__(None, None, None)
        shutil.rmtree(self.folder)
