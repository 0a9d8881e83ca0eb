"""The daily job from Python: open a workspace, run the day, look at what waits, decide, post.

In: the folder of a workspace and who works. Out: frames of `recon.api`, and the numbers of decisions. Every method does
what the verb of its name does on the command line, with the same controls, and records the same events.

    from recon.daily import open_workspace

    with open_workspace("treasury", user="anna") as work:
        work.run()
        for line in work.queue().iter_rows(named=True):
            print(line["line_id"], line["reason"])
        work.accept("Lq7d2", comment="agreed by phone")
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recon.frames.entries import EntryLog, Outbox
from recon.review import decide as review
from recon.review.approvals import answer
from recon.review.bulk import bulk_accept
from recon.review.parts import Part
from recon.run.daily import deciding, posting
from recon.run.daily.books import Loaded, load_books
from recon.run.daily.confirming import confirm_entry
from recon.run.daily.desk import open_desk
from recon.run.daily.flow import DailyResult
from recon.run.daily.flow import run as run_day
from recon.run.daily.looking_back import Difference, difference, unconfirmed
from recon.run.daily.notices import Noticed
from recon.run.daily.own_plugins import plugins_of
from recon.run.daily.posting import Posted
from recon.run.daily.waiting import waiting
from recon.store.lock import run_lock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from decimal import Decimal

    import dataframely as dy

    from recon.frames.outcomes import Outcomes
    from recon.frames.queue import Queue
    from recon.protocols import Standing
    from recon.review.act import PersonDecision
    from recon.run.clock import Clock
    from recon.run.daily.desk import Desk

__all__ = [
    "DailyResult",
    "Difference",
    "Loaded",
    "Noticed",
    "Part",
    "Posted",
    "Recorded",
    "WorkspaceDesk",
    "open_workspace",
]

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision as it was recorded: it counts once `approvals_needed` others approved it."""

    line_id: str
    decision_no: int
    approvals_needed: int


class _Nobody:
    """Nobody watches the progress."""

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a step."""

    def advance(self, count: int = 1) -> None:
        """Go on."""


@contextmanager
def open_workspace(
    folder: str | Path, *, user: str, clock: Clock | None = None
) -> Iterator[WorkspaceDesk]:
    """Open a workspace; a store that is new is made.

    Args:
        folder: where `recon.toml` lies.
        user: who works, as the record will name them.
        clock: what time it is; the machine's own if left out.

    Raises:
        ConfigurationError: there is no workspace, or it is set up wrongly.
        StoreBroken: the store cannot be opened or written.
    """
    with open_desk(Path(folder), user, clock) as desk:
        yield WorkspaceDesk(desk)


class WorkspaceDesk:
    """A workspace at which one person works; get it from `open_workspace`.

    A line is named by its `line_id`, or as much of its beginning as no other has. What a control forbids raises `Refused`,
    and nothing is recorded. `saw` is the decision that the person had before them: `Refused` if another one stands by now.
    """

    def __init__(self, desk: Desk) -> None:
        """Sit down; `open_workspace` does."""
        self._desk = desk

    def run(self, as_of: dt.date | None = None, *, dry_run: bool = False) -> DailyResult:
        """Do the daily job: receive, load the books, match, record, publish, post.

        Raises:
            Locked: another run works on the store.
            UnreadableItems: the books cannot be read in full, or a person has to say that they are right.
        """
        plugins = plugins_of(self._desk.workspace)
        return run_day(self._desk, plugins, _Nobody(), as_of, is_dry=dry_run)

    def load_items(
        self,
        file: str | Path | None = None,
        *,
        may_shrink: bool = False,
        may_change_currency: bool = False,
    ) -> Loaded:
        """Load all items that are open in the books now; the file of the settings if left out."""
        plugins = plugins_of(self._desk.workspace)
        with run_lock(self._desk.store, f"load_items by {self._desk.actor}"):
            return load_books(
                self._desk,
                plugins,
                _Nobody(),
                open_items=None if file is None else Path(file),
                may_shrink=may_shrink,
                may_change_currency=may_change_currency,
            )

    def queue(self, as_of: dt.date | None = None) -> dy.DataFrame[Queue]:
        """Give the lines that wait for a person, the weightiest first; ages count to `as_of`, or today."""
        return waiting(self._desk, as_of)

    def standing(self, lines: Sequence[str], items: Sequence[str] = ()) -> Standing:
        """Give the record as it stands, of some lines and items (by their whole ids) and what bears on them."""
        return deciding.stands(self._desk, lines, items)

    def accept(
        self,
        line: str,
        rank: int = 1,
        *,
        comment: str | None = None,
        effective_on: dt.date | None = None,
        saw: int | None = None,
    ) -> Recorded:
        """Apply a suggestion as it is; rank 1 is the best."""
        act = deciding.act_of(self._desk, comment=comment, effective_on=effective_on, saw=saw)
        return self._decide(line, lambda now, line_id: review.accept(now, line_id, rank, act))

    def accept_all(
        self, from_confidence: Decimal, *, comment: str | None = None
    ) -> tuple[list[Recorded], dict[str, str]]:
        """Apply the best suggestion of every line that is at least so sure (`Decimal("0.99")`).

        Returns:
            what was recorded, and why which other lines were left.
        """
        act = deciding.act_of(self._desk, comment=comment)
        before = deciding.stands(self._desk, deciding.suggested_lines(self._desk))
        found = bulk_accept(before, int(from_confidence * _MILLION), act)
        told = deciding.decide(self._desk, before, found.decisions)
        return [Recorded(*one) for one in told], dict(found.left_out)

    def reject(
        self, line: str, rank: int = 1, *, comment: str | None = None, saw: int | None = None
    ) -> Recorded:
        """Refuse a suggestion: line and item do not come together again until one of them changes."""
        act = deciding.act_of(self._desk, comment=comment, saw=saw)
        return self._decide(line, lambda now, line_id: review.reject(now, line_id, rank, act))

    def split(
        self,
        line: str,
        parts: Sequence[Part],
        *,
        comment: str | None = None,
        effective_on: dt.date | None = None,
        saw: int | None = None,
    ) -> Recorded:
        """Divide the money of a line among items; amounts are minor units of its currency."""
        act = deciding.act_of(self._desk, comment=comment, effective_on=effective_on, saw=saw)
        items = [part.item_id for part in parts if part.item_id is not None]
        return self._decide(
            line, lambda now, line_id: review.split(now, line_id, parts, act), items
        )

    def put_on_account(
        self, line: str, customer: str, *, comment: str | None = None, saw: int | None = None
    ) -> Recorded:
        """Put a line on a customer's account."""
        act = deciding.act_of(self._desk, comment=comment, saw=saw)
        return self._decide(
            line, lambda now, line_id: review.put_on_account(now, line_id, customer, act)
        )

    def mark_not_receivable(
        self, line: str, reason: str, *, comment: str | None = None, saw: int | None = None
    ) -> Recorded:
        """Say that a line is no customer's money."""
        act = deciding.act_of(self._desk, comment=comment, saw=saw)
        return self._decide(
            line, lambda now, line_id: review.mark_not_receivable(now, line_id, reason, act)
        )

    def undo(self, decision_no: int, *, comment: str, despite_dependents: bool = False) -> str:
        """Take a decision back by a further one, or withdraw it if it waits; gives what was done, in words."""
        act = deciding.act_of(self._desk, comment=comment)
        return deciding.undo_or_withdraw(
            self._desk, decision_no, act, knows_dependents=despite_dependents
        )

    def approve(self, decision_no: int, *, comment: str | None = None) -> bool:
        """Approve what somebody else decided; says whether it counts from now on."""
        return self._answer(decision_no, comment, is_granted=True)

    def refuse(self, decision_no: int, *, comment: str | None = None) -> None:
        """Refuse what somebody else decided: it never counts."""
        self._answer(decision_no, comment, is_granted=False)

    def assign(self, line: str, owner: str, *, comment: str | None = None) -> None:
        """Hand a line to somebody, who looks after it from here on."""
        found = deciding.find_line(self._desk, line)
        deciding.remark_on(self._desk, found, comment=comment, owner=owner)

    def comment(self, line: str, text: str) -> None:
        """Note something on a line."""
        deciding.remark_on(self._desk, deciding.find_line(self._desk, line), comment=text)

    def post(self, ledger: str) -> Posted:
        """Deliver what a ledger does not have yet, each entry exactly once."""
        plugins = plugins_of(self._desk.workspace)
        with run_lock(self._desk.store, f"post by {self._desk.actor}"):
            return posting.post(self._desk, ledger, plugins, _Nobody())

    def unconfirmed(self, ledger: str) -> dy.DataFrame[Outcomes]:
        """Ask a ledger again for all that it was posted; gives what it does not confirm, and records nothing."""
        plugins = plugins_of(self._desk.workspace)
        return unconfirmed(self._desk, ledger, plugins, _Nobody())

    def would_post(self, ledger: str) -> dy.DataFrame[EntryLog]:
        """Give the postings that `post` would send now."""
        return EntryLog.validate(posting.would_post(self._desk, ledger))

    def compare(self, ledger: str) -> Difference:
        """Give what `post` would send beside what the ledger has, and what it has lost of before; records nothing."""
        plugins = plugins_of(self._desk.workspace)
        return difference(self._desk, ledger, plugins, _Nobody())

    def outbox(self, ledger: str | None = None) -> dy.DataFrame[Outbox]:
        """Give what was not delivered, and why."""
        return Outbox.validate(posting.outbox(self._desk, ledger))

    def confirm(
        self, ledger: str, entry: str, *, comment: str, remote_id: str | None = None
    ) -> str:
        """Say what you found in a ledger: the id under which it has the entry, or None to send it again.

        Returns:
            the key of the entry, of which `entry` is the beginning.
        """
        act = deciding.act_of(self._desk, comment=comment)
        with run_lock(self._desk.store, f"confirm by {self._desk.actor}"):
            return confirm_entry(self._desk, ledger, entry, act, remote_id=remote_id)

    def _decide(
        self,
        line: str,
        judge: Callable[[Standing, str], PersonDecision],
        items: Iterable[str] = (),
    ) -> Recorded:
        line_id = deciding.find_line(self._desk, line)
        before = deciding.stands(self._desk, [line_id], tuple(items))
        ((_, number, needed),) = deciding.decide(self._desk, before, [judge(before, line_id)])
        return Recorded(line_id, number, needed)

    def _answer(self, decision_no: int, comment: str | None, *, is_granted: bool) -> bool:
        act = deciding.act_of(self._desk, comment=comment)
        given = deciding.answer_decision(
            self._desk,
            decision_no,
            lambda now: answer(now, decision_no, act, is_granted=is_granted),
        )
        return given.is_last
