"""All reports of the record by name. In: a name and a Standing. Out: a Document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from recon.errors import ConfigurationError
from recon.protocols import Standing
from recon.report.standing.changes import build_changes
from recon.report.standing.decision_log import build_decisions
from recon.report.standing.differences import build_differences
from recon.report.standing.document import Asked, Body, documented
from recon.report.standing.postings import build_postings
from recon.report.standing.proof_of_cash import build_proof_of_cash
from recon.report.standing.reconciliation import build_reconciliation
from recon.report.standing.register import build_register
from recon.report.standing.touchless import build_quality
from recon.report.standing.unmatched import build_unmatched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon.report.standing.document import Document

Builder: TypeAlias = Callable[[Standing, Asked], Body]


@dataclass(frozen=True, slots=True)
class StandingReport:
    """A report of the record: what it is called, and how it is built."""

    title: str
    build: Builder
    # It says more if it is given an earlier Standing, or balances of the general ledger.
    takes_earlier: bool = False
    takes_book_balances: bool = False


REPORTS: Final[Mapping[str, StandingReport]] = MappingProxyType(
    {
        "unmatched": StandingReport(
            "Lines that are not cleared", build_unmatched, takes_earlier=True
        ),
        "register": StandingReport("Receipts that settle nothing yet", build_register),
        "reconciliation": StandingReport(
            "Bank reconciliation statement", build_reconciliation, takes_book_balances=True
        ),
        "proof-of-cash": StandingReport("Proof of cash", build_proof_of_cash, takes_earlier=True),
        "differences": StandingReport("Differences with the books", build_differences),
        "postings": StandingReport("Register of postings", build_postings),
        "changes": StandingReport("Log of changes", build_changes),
        "decisions": StandingReport("Log of decisions", build_decisions),
        "quality": StandingReport("Quality of matching", build_quality),
    }
)


def build_report(name: str, standing: Standing, asked: Asked | None = None) -> Document:
    """Build a report.

    Raises:
        ConfigurationError: there is no such report, or it does not take what is asked.
        IdentityBroken: its totals do not tie to the record; such a report is never shown.
    """
    asked = asked or Asked()
    report = REPORTS.get(name)
    if report is None:
        raise ConfigurationError(f"no report {name!r}", hint="choose one of " + ", ".join(REPORTS))
    for given, takes, what in (
        (asked.earlier is not None, report.takes_earlier, "an earlier record"),
        (bool(asked.book_balances), report.takes_book_balances, "book balances"),
    ):
        if given and not takes:
            raise ConfigurationError(f"the report {name} does not take {what}")
    return documented(name, report.title, standing, asked, report.build(standing, asked))
