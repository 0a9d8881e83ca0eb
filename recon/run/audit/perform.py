"""Make a run again from the record in its pack. In: an open pack. Out: for each part, what differs.

The record is rebuilt in memory event by event. On the way every file and every extract is read again as it was then; at
the event that the run saw, the run is matched again; at its own event, what it recorded is made again; then its reports.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import dataframely as dy
import polars as pl
from sqlalchemy.exc import SQLAlchemyError

from recon.errors import ReconError, clip
from recon.run.audit.again import differences, output_differences
from recon.run.audit.check import UNREADABLE
from recon.run.audit.facts import read_record
from recon.run.audit.inputs import books_again, file_again, files_of, missing_members, notice_again
from recon.run.audit.pack import PackedRun, reports_of
from recon.run.audit.rebuild import desk_of_then, load, memory_store
from recon.run.daily.books import told_by_customers, told_by_items
from recon.run.daily.matching import match_open
from recon.run.daily.notices import SORT_OF_EVENT
from recon.run.daily.recording import Written, told_by_run
from recon.run.daily.rendering import render_run, run_figures
from recon.store.chain import Head
from recon.store.verify import verify

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from recon.plugins import Plugins
    from recon.protocols import Books
    from recon.run.audit.facts import Told
    from recon.run.audit.opening import Pack
    from recon.run.daily.desk import Desk
    from recon.run.daily.matching import Matched
    from recon.run.progress import Progress
    from recon.store.connect import Store

PARTS: Final = ("statements", "books", "outputs", "decisions", "reports", "record")
# What making something again may raise that is no defect of ours: a pack may say anything.
FAILURES: Final = (
    ReconError,
    SQLAlchemyError,
    pl.exceptions.PolarsError,
    dy.exc.ValidationError,
    ArithmeticError,
    *UNREADABLE,
)


@dataclass(slots=True)
class Performance:
    """What was made again: pieces by part, and what differs by part; a part without a count was not tried."""

    pieces: Counter[str] = field(default_factory=Counter)
    findings: dict[str, list[str]] = field(default_factory=lambda: {part: [] for part in PARTS})

    @contextmanager
    def trying(self, part: str) -> Iterator[None]:
        """Do something of a part; that it cannot be done is a finding."""
        self.pieces[part] += 0
        try:
            yield
        except FAILURES as error:
            said = error.message if isinstance(error, ReconError) else str(error)
            self.findings[part].append(f"it cannot be made again: {clip(said)}")

    def add(self, part: str, pieces: int, found: Iterable[str]) -> None:
        """Count pieces that were made again, and keep what differs."""
        self.pieces[part] += pieces
        self.findings[part] += found


def perform(pack: Pack, plugins: Plugins, progress: Progress) -> Performance:
    """Make all of it again."""
    done = Performance()
    with done.trying("record"), memory_store() as store:
        record = read_record(pack)
        progress.step("Making the run again", len(record))
        _Run(pack, plugins, store, record, done).go(progress)
    return done


class _Run:
    """The way through the record of one pack."""

    def __init__(
        self, pack: Pack, plugins: Plugins, store: Store, record: Sequence[Told], done: Performance
    ) -> None:
        self._pack, self._plugins, self._store, self._record = pack, plugins, store, record
        self._done = done
        self._run = record[-1]
        self._snapshot: int = self._run.facts["snapshot"]
        self._files = {one.sha256 for told in record for one in files_of(told)}
        self._books: Books | None = None
        self._matched: Matched | None = None

    def go(self, progress: Progress) -> None:
        """Make everything again in the order of the events."""
        for place, told in enumerate(self._record):
            following = self._record[place + 1 : place + 2]
            self._again(told, following)
            is_batch = [one.event.kind for one in (told, *following)] == ["file_received"] * 2
            is_seen = told.event.seq == self._snapshot
            load(self._store, told, is_last=is_seen or not is_batch)
            if is_seen:
                self._match()
            progress.advance()
        self._report()
        with self._store.reading() as connection:
            found = verify(connection)
        told_rows = (f"{finding.place}: {finding.what}" for finding in found.findings)
        self._done.add("record", found.rows, told_rows)

    def _desk(self, told: Told) -> Desk:
        decisions = self._run.rows.get("decisions")
        # Decisions are recorded a moment before their event is.
        at = told.event.at if decisions is None else decisions["at"][0]
        return desk_of_then(self._store, told.event.actor, at, self._run.facts["history_days"])

    def _again(self, told: Told, following: Sequence[Told]) -> None:
        kind = told.event.kind
        if kind == "file_received":
            self._file(told)
        elif kind == "items_loaded":
            others = [one for one in following if one.event.kind == "customers_loaded"]
            self._items(told, others)
        elif kind == "customers_loaded":
            self._customers(told)
        elif kind in SORT_OF_EVENT:
            self._notice(told)
        elif told is self._run:
            self._decide()

    def _file(self, told: Told) -> None:
        with self._done.trying("statements"):
            policy = self._desk(told).policy
            made = file_again(told, self._pack, policy, self._plugins)
            self._done.add("statements", 1, differences(told, *made))
            self._done.add("statements", 0, missing_members(told, self._pack, self._files))

    def _items(self, told: Told, others: Sequence[Told]) -> None:
        with self._done.trying("books"):
            policy = self._desk(told).policy
            self._books, inputs = books_again((told, *others), self._pack, policy, self._plugins)
            with self._store.reading() as connection:
                made = told_by_items(connection, self._books, inputs)
            self._done.add("books", len(inputs), differences(told, *made))

    def _customers(self, told: Told) -> None:
        with self._done.trying("books"):
            if self._books is None:
                raise ValueError("the extract of open items before it was not read")
            with self._store.reading() as connection:
                made = told_by_customers(connection, self._books, files_of(told))
            self._done.add("books", 0, differences(told, *made))

    def _notice(self, told: Told) -> None:
        with self._done.trying("books"):
            made = notice_again(told, self._pack, self._desk(told).policy, self._plugins)
            self._done.add("books", 1, differences(told, *made))

    def _match(self) -> None:
        with self._done.trying("outputs"):
            desk = self._desk(self._run)
            if desk.policy.hash != self._run.event.policy_hash:
                raise ValueError("the policy in force is not the one that the run names")
            day = dt.date.fromisoformat(self._run.facts["as_of"])
            self._matched = match_open(desk, self._plugins, day)
            figures = run_figures(self._matched)
            made = render_run(self._matched, figures, desk.policy, self._plugins)
            found = output_differences("outputs", made.files, self._pack)
            self._done.add("outputs", len(made.files), found)
            self._done.add("outputs", 0, self._other_failures(made.failed))

    def _other_failures(self, failed: Collection[str]) -> Iterator[str]:
        """Name the reports of plugins that failed then or now, and not both times."""
        then = self._run.facts.get("failed_reports", {}).keys()
        yield from (
            f"the report {name} failed then, and not now" for name in sorted(then - {*failed})
        )
        yield from (f"the report {name} fails now" for name in sorted({*failed} - then))

    def _decide(self) -> None:
        if self._matched is None:
            return
        desk, facts = self._desk(self._run), self._run.facts
        written = Written(facts["outputs"], facts.get("failed_reports", {}))
        with self._done.trying("decisions"), self._store.reading() as connection:
            made = told_by_run(connection, desk, self._matched, written)
            found = differences(self._run, json.loads(json.dumps(made.facts)), made.rows)
            self._done.add("decisions", made.rows["decisions"].height, found)

    def _report(self) -> None:
        with self._done.trying("reports"), self._store.reading() as connection:
            event = self._run.event
            packed = PackedRun(self._run.facts["run"], self._run.facts, Head(event.seq, event.hash))
            files = reports_of(connection, packed)
            found = output_differences("reports", files, self._pack)
            self._done.add("reports", len(files), found)
