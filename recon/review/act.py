"""What a person does and what comes of it: the act as it comes in, the decision as it goes out to be recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from recon.errors import Refused
from recon.review.allowed import check_allowed

if TYPE_CHECKING:
    import datetime as dt

    import dataframely as dy

    from recon.frames.allocations import Allocations
    from recon.frames.decisions import Decisions
    from recon.frames.history import RefusedPairs
    from recon.review.allowed import Action
    from recon.review.people import Authority, Person

# Why a line stands as it does, where a person decided it; docs/reasons.md explains each.
REASONS: Final = (
    "accepted_by_person",
    "split_by_person",
    "on_account_by_person",
    "not_receivable_by_person",
    "rejected_by_person",
    "undone",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of one person.

    `at` is the instant in UTC as events write it, `effective_on` the value date from which it counts. `saw` is the
    number of the decision that the person had before them (None: whatever stands now).
    """

    actor: str
    at: str
    effective_on: dt.date
    authority: Authority
    comment: str | None = None
    saw: int | None = None

    @property
    def day(self) -> str:
        """The day on which it is done, in UTC: limits a day count by it."""
        return self.at[:10]

    @property
    def said(self) -> str | None:
        """The comment without blanks around it; None if nothing is said."""
        return (self.comment or "").strip() or None

    def person(self, action: Action) -> Person:
        """Find who acts, and check that they may.

        Raises:
            Refused: they may not, or nobody knows them.
        """
        return check_allowed(self.actor, action, self.authority)

    def check_said(self, why: str) -> None:
        """Check that a comment is given.

        Raises:
            Refused: it is not.
        """
        if self.said is None:
            raise Refused(f"{why} needs a comment that says why", hint="give it by --comment TEXT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is to become of a line: its fate, why, and what else the decision says."""

    fate: str
    reason: str
    note: str | None = None
    refused: dy.DataFrame[RefusedPairs] | None = None
    undoes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDecision:
    """A decision of a person, to be recorded whole or not at all.

    `follows` is the highest number among the decisions of the line when it was made, whatever became of that one: whoever
    records it checks, in the same transaction, that it still is. `entry_date` dates the entry. `undoes` is the decision that it takes back.
    """

    decision: dy.DataFrame[Decisions]
    allocations: dy.DataFrame[Allocations]
    refused: dy.DataFrame[RefusedPairs]
    follows: int | None
    undoes: int | None
    effective_on: dt.date
    entry_date: dt.date
    comment: str | None
    approvals_needed: int

    @property
    def line_id(self) -> str:
        """The line that it decides."""
        return str(self.decision["line_id"].item())

    @property
    def fate(self) -> str:
        """What becomes of the line."""
        return str(self.decision["fate"].item())
