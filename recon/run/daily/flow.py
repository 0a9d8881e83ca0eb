"""`recon run` on one screen: receive -> load the books -> match -> record -> publish -> post.

Each step is durable by itself and finds out what it has still to do, so a run that was killed anywhere is completed by
the next one, and a run with nothing new records nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from recon.errors import Refused
from recon.failpoints import reached
from recon.report.summary import run_id
from recon.run.daily.books import Loaded, load_books
from recon.run.daily.governing import require_policy
from recon.run.daily.matching import Matched, match_open
from recon.run.daily.notices import Noticed, receive_from_source, receive_notices
from recon.run.daily.posting import Posted, post
from recon.run.daily.publish import last_run, publish_run
from recon.run.daily.receive import Received, receive
from recon.run.daily.recording import Recorded, Written, is_news, record_run
from recon.run.daily.rendering import Rendered, render_run, run_figures
from recon.store.lock import run_lock

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from recon.errors import ReconError
    from recon.plugins import Plugins
    from recon.protocols import RunView
    from recon.run.daily.desk import Desk
    from recon.run.progress import Progress


@dataclass(frozen=True, slots=True)
class DailyResult:
    """What a daily run did.

    `outcome` is None where nothing was new since the last run; `recorded` and `folder` are None for a dry run.
    """

    received: Received
    loaded: Loaded
    outcome: Outcome | None
    # What payers and providers announced, by the role of its files.
    noticed: dict[str, Noticed] = field(default_factory=dict)
    recorded: Recorded | None = None
    folder: Path | None = None
    posted: tuple[Posted, ...] = ()
    # Reports of plugins that failed, by name; of them there is no file.
    failed_reports: dict[str, ReconError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was matched, and its figures."""

    view: RunView
    summary: dict[str, Any]


def run(
    desk: Desk, plugins: Plugins, progress: Progress, as_of: dt.date | None, *, is_dry: bool = False
) -> DailyResult:
    """Do the daily job.

    Args:
        desk: the workspace.
        plugins: formats, sources and ledgers.
        progress: who is told of each step.
        as_of: the value date of its decisions; today if left out.
        is_dry: match what is in the store and say what would be decided; nothing is received or recorded.

    Raises:
        Locked: another run works on the store.
        UnreadableItems: the books cannot be read in full, or shrank; what was received stays.
        StoreBroken: the store cannot be written.
        IdentityBroken: a cash identity does not hold; nothing is decided.
    """
    day = as_of or desk.clock.now().date()
    since = desk.clock.now().isoformat(timespec="seconds")
    with run_lock(desk.store, f"recon run by {desk.actor} since {since}"):
        if is_dry:
            matched = match_open(desk, plugins, day)
            outcome = Outcome(matched.view, run_figures(matched))
            return DailyResult(Received((), (), (), 0), Loaded({}, {}), outcome)
        _complete_last(desk)
        inbox = desk.workspace.path(desk.workspace.settings.inbox)
        received = receive(desk, (inbox,), plugins, progress)
        noticed = receive_notices(desk, plugins, progress)
        loaded = load_books(desk, plugins, progress)
        receive_from_source(desk, plugins, noticed["remittances"])
        with desk.store.reading() as connection:
            has_news = is_news(connection)
        if not has_news:
            posted = _post(desk, plugins, progress)
            return DailyResult(received, loaded, None, noticed, posted=posted)
        require_policy(desk)
        progress.step("Matching")
        matched = match_open(desk, plugins, day)
        reached("match.snapshot_read")
        progress.step("Recording")
        outcome = Outcome(matched.view, run_figures(matched))
        recorded, folder, rendered = _record(desk, matched, outcome, plugins)
        posted = _post(desk, plugins, progress)
    return DailyResult(
        received, loaded, outcome, noticed, recorded, folder, posted, rendered.failed
    )


def _post(desk: Desk, plugins: Plugins, progress: Progress) -> tuple[Posted, ...]:
    """Deliver to the ledgers that the settings name; one that fails does not keep the others from theirs."""
    posted = []
    for ledger in desk.workspace.settings.ledgers:
        try:
            posted.append(post(desk, ledger, plugins, progress))
        except Refused as refused:
            # The day is recorded; somebody who may posts it.
            posted.append(Posted(ledger, 0, {}, failure=refused))
    return tuple(posted)


def _record(
    desk: Desk, matched: Matched, outcome: Outcome, plugins: Plugins
) -> tuple[Recorded, Path, Rendered]:
    """Write the files of the run into the archive, record it with their hashes, and lay them out."""
    view = outcome.view
    plugins.run_started(run_id(view))
    rendered = render_run(matched, outcome.summary, desk.policy, plugins)
    reached("match.result_made")
    outputs = {name: desk.archive.put(data) for name, data in sorted(rendered.files.items())}
    failed = {name: error.message for name, error in rendered.failed.items()}
    recorded = record_run(desk, matched, Written(outputs, failed))
    folder = publish_run(desk, {"run": recorded.run, "outputs": outputs})
    plugins.run_finished(run_id(view), view)
    return recorded, folder, rendered


def _complete_last(desk: Desk) -> None:
    """Publish the files of a run that was killed between its commit and its reports."""
    facts = last_run(desk)
    if facts is not None:
        publish_run(desk, facts)
