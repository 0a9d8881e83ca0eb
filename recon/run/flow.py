"""`recon match` on one screen: read -> fetch -> match -> apply -> prove -> report -> post."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from recon.apply.allocate import allocate
from recon.apply.conserve import check_identities
from recon.apply.entries import build_entries
from recon.config import Policy, load_policy
from recon.errors import ReconError
from recon.frames.evidence import Evidence
from recon.frames.proposals import ProposedSets
from recon.match.decision.decide import WHOLE
from recon.match.ledger import weighed_frame
from recon.protocols import InputFile, RunView
from recon.report.evidence import evidence_csv
from recon.report.outputs import render_outputs
from recon.report.summary import run_id, summary
from recon.run.books import fetch_all
from recon.run.deliver import post_entries, render_more_reports, write_files
from recon.run.matching import MatchInputs, match_lines
from recon.run.reading import Reading, read_statements
from recon.run.record import run_record

if TYPE_CHECKING:
    from pathlib import Path

    import dataframely as dy

    from recon.frames.outcomes import Outcomes
    from recon.frames.weighed import Weighed
    from recon.plugins import Plugins
    from recon.protocols import Books
    from recon.run.books import Fetched
    from recon.run.progress import Progress
    from recon.run.request import MatchRequest


@dataclass(frozen=True, slots=True)
class RunResult:
    """A complete run: its frames, its figures, and what could not be done.

    `posting` is None when no ledger was asked for or the ledger failed as a whole; `failures` says why.
    """

    view: RunView
    summary: dict[str, Any]
    out: Path
    quarantined: tuple[InputFile, ...]
    failed_reports: tuple[str, ...]
    posting: dy.DataFrame[Outcomes] | None
    failures: tuple[ReconError, ...] = ()


def match_statements(request: MatchRequest, plugins: Plugins, progress: Progress) -> RunResult:
    """Do the whole one-shot job and write every file of the output folder.

    Raises:
        ConfigurationError: the policy or the call is wrong.
        UnreadableItems: the books' side cannot be read in full.
        PluginFailed: a judge, a pass or a source failed.
        IdentityBroken: a cash identity does not hold; nothing is written.
    """
    policy = load_policy(request.policy)
    reading = read_statements(request.statements, policy, plugins, progress)
    fetched = fetch_all(request, policy, plugins, progress)

    progress.step("Matching")
    view, weighed, threshold = match_view(reading, fetched, policy, plugins, as_of=request.as_of)
    identity = run_id(view)
    plugins.run_started(identity)

    progress.step("Writing reports")
    figures = summary(view) | {"applied_from_confidence": f"{threshold / WHOLE:.6f}"}
    files = {
        **render_outputs(view),
        "evidence.csv": evidence_csv(weighed),
        "run.json": run_record(view, weighed, reading, figures, policy, plugins),
    }
    write_files(files, request.out)
    failed = render_more_reports(view, request.out, plugins)

    progress.step("Posting")
    posting, refusals = _post(request, view, policy, plugins)
    plugins.run_finished(identity, view)
    quarantined = tuple(file for file in view.inputs if file.state == "quarantined")
    failures = (*failed.values(), *refusals)
    return RunResult(view, figures, request.out, quarantined, tuple(failed), posting, failures)


def _post(
    request: MatchRequest, view: RunView, policy: Policy, plugins: Plugins
) -> tuple[dy.DataFrame[Outcomes] | None, tuple[ReconError, ...]]:
    """Post to the ledger asked for; a ledger that fails as a whole leaves the run complete and its entries pending."""
    if request.ledger is None:
        return None, ()
    try:
        return post_entries(request.ledger, view.entries, request.out, policy, plugins), ()
    except ReconError as error:
        return None, (error,)


def match_view(
    reading: Reading,
    fetched: Fetched,
    policy: Policy,
    plugins: Plugins,
    *,
    as_of: dt.date | None,
) -> tuple[RunView, dy.DataFrame[Weighed], int]:
    """Match what was read with the books, apply it, and prove that no cent was lost.

    Returns:
        the run's view; every explanation that was weighed, for `recon explain`; and the confidence from which lines
        were applied, in parts per million.
    """
    books = fetched.books
    own = pl.concat(
        [books.own_accounts["account"], reading.statements["account"].rename("account")]
    )
    inputs = MatchInputs(
        lines=reading.lines,
        items=books.items,
        parties=books.parties,
        closed=books.closed,
        own_accounts=own.filter(own != "").unique().sort(),
        more_evidence=_evidence_of_plugins(reading, books, plugins),
        more_sets=_sets_of_plugins(reading, books, plugins),
        history=fetched.history,
        batches=books.batches,
        remittances=books.remittances,
        calibration=fetched.calibration,
    )
    matched = match_lines(inputs, policy)
    allocations = allocate(reading.lines, books.items, matched.proposals, matched.members)
    entries = build_entries(reading.lines, allocations, policy)
    check_identities(reading.lines, books.items, matched.decisions, allocations, entries)
    view = RunView(
        as_of=as_of or _last_day(reading),
        policy_hash=policy.hash,
        inputs=(*reading.inputs, *fetched.inputs),
        statements=reading.statements,
        lines=reading.lines,
        rejects=reading.rejects,
        items=books.items,
        decisions=matched.decisions,
        allocations=allocations,
        entries=entries,
        batches=matched.batches if fetched.has_batches else None,
    )
    return view, weighed_frame(matched.workings, policy), matched.workings.threshold


def _last_day(reading: Reading) -> dt.date:
    """Without a date given, ages count to the last booking date: the clock must not change the output."""
    last = reading.lines["booking_date"].max()
    return last if isinstance(last, dt.date) else dt.date(1970, 1, 1)


def _evidence_of_plugins(
    reading: Reading, books: Books, plugins: Plugins
) -> dy.DataFrame[Evidence]:
    found = [
        plugins.find_evidence(name, reading.lines, books.items, books.parties)
        for name in plugins.names("evidence")
    ]
    return Evidence.validate(pl.concat([Evidence.create_empty(), *found]))


def _sets_of_plugins(
    reading: Reading, books: Books, plugins: Plugins
) -> dy.DataFrame[ProposedSets]:
    found = [
        plugins.propose(name, reading.lines, books.items, books.parties).with_columns(
            set_name=pl.concat_str(pl.lit(f"{name}: "), "set_name")
        )
        for name in plugins.names("pass")
    ]
    return ProposedSets.validate(pl.concat([ProposedSets.create_empty(), *found]))
