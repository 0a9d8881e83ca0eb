"""`recon run`: the daily job over a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from recon.cli.options import format_option, quiet_option
from recon.cli.output import leave, note, show_held, warn_of_failed_plugins, write_data
from recon.cli.progress import under_way
from recon.cli.verb import Verb
from recon.cli.workspace import as_of_option, at_desk, plugins_of, workspace_options

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from recon.protocols import InputFile
    from recon.run.daily.flow import DailyResult
    from recon.run.daily.notices import Noticed
    from recon.run.daily.posting import Posted

_FAILED = 1
_QUARANTINED = 3
_POSTING = 4


@click.command("run", cls=Verb, epilog="Example: recon run --workspace treasury/")
@workspace_options
@as_of_option("The value date from which the decisions count; today if left out")
@click.option(
    "--dry-run", "is_dry", is_flag=True, help="Say what would be decided; record nothing."
)
@format_option()
@quiet_option
def command(
    folder: Path, user: str | None, as_of: dt.datetime | None, is_dry: bool, how: str, quiet: bool
) -> None:
    """Do the daily job: receive the inbox, load the books, match, record, and publish the reports.

    A run that was killed is completed by the next one. The same files again are nothing new, but for records that were
    refused before and can be read now. Only one run works on a store at a time.

    Exit codes beyond 0: 1 failed, or a report of a plugin failed, 2 wrong configuration, 3 done but an input was quarantined
    or a record refused, 4 posting partial or failed, 5 locked by another run.
    """
    with under_way(quiet=quiet) as progress, at_desk(folder, user) as desk:
        from recon.run.daily.flow import run

        plugins = plugins_of(desk.workspace)
        result = run(desk, plugins, progress, as_of.date() if as_of else None, is_dry=is_dry)
    warn_of_failed_plugins(plugins)
    _write(result, how)
    tell(result)
    bad = any(one.state == "quarantined" for one in _files(result))
    left = result.received.left or any(one.left for one in result.noticed.values())
    refused = result.received.rejects.height
    if any(not posted.is_complete for posted in result.posted):
        leave(_POSTING)
    if result.failed_reports:
        leave(_FAILED)
    leave(_QUARANTINED if bad or left or refused else 0)


def _files(result: DailyResult) -> list[InputFile]:
    """Give all files that were new: of the inbox, of advices and of batches."""
    noticed = (one for found in result.noticed.values() for one in found.files)
    return [*result.received.files, *noticed]


def _write(result: DailyResult, how: str) -> None:
    """Write the summary to stdout."""
    from recon.cli.output import write_frame
    from recon.cli.summary import fates_frame, totals_frame
    from recon.report.console import json_text

    if how == "json":
        write_data(json_text(_as_json(result)))
        return
    if result.outcome is None:
        write_data("Nothing new since the last run.\n")
        return
    totals = totals_frame(result.outcome.summary)
    if how == "csv":
        write_frame(totals, how)
        return
    write_frame(totals.filter(totals["lines"] > 0), how)
    write_data("\n")
    write_frame(fates_frame(result.outcome.summary), how)
    if result.recorded is not None and result.folder is not None:
        write_data(f"\nRun {result.recorded.run} is recorded; its reports: {result.folder}\n")
    else:
        write_data("\nA dry run: nothing is recorded.\n")


def _as_json(result: DailyResult) -> dict[str, Any]:
    recorded = result.recorded
    return {
        "received": {
            "files": len(result.received.files),
            "known": len(result.received.known),
            "left": list(result.received.left),
            "lines": result.received.lines,
            "refused": result.received.rejects.height,
            "quarantined": [one.name for one in result.received.files if one.state != "read"],
        },
        **{role: _noticed_as_json(found) for role, found in result.noticed.items()},
        "books": {"changes": result.loaded.changes, "differences": result.loaded.differences},
        "run": None if recorded is None else recorded.run,
        "decided": None if recorded is None else recorded.decided,
        "posted": [_posted_as_json(posted) for posted in result.posted],
        "failed_reports": {name: one.message for name, one in result.failed_reports.items()},
        "folder": None if result.folder is None else str(result.folder),
        "summary": None if result.outcome is None else result.outcome.summary,
    }


def _noticed_as_json(found: Noticed) -> dict[str, Any]:
    return {
        "files": len(found.files),
        "known": len(found.known),
        "left": found.left,
        "rows": found.rows,
        "quarantined": [one.name for one in found.files if one.state != "read"],
    }


def _posted_as_json(posted: Posted) -> dict[str, Any]:
    """Give what became of a ledger's entries; a ledger that failed is named with its plugin and the cause."""
    failure = None if posted.failure is None else posted.failure.message
    left = {"left_open": posted.open_entries, "waiting_for_a_person": posted.stuck}
    failed = {"failed_plugin": posted.failed_plugin, "failure": failure}
    return {"ledger": posted.ledger, **posted.states, **left, **failed}


def tell(result: DailyResult) -> None:
    """Say on stderr what a person has to know beside the totals."""
    from recon.cli.output import show_batches, show_quarantined, show_rejects

    show_rejects(result.received.rejects)
    show_quarantined(one for one in _files(result) if one.state == "quarantined")
    for left in result.received.left:
        note(f"warning: left in the inbox: {left}")
    for role, found in result.noticed.items():
        for left in found.left:
            note(f"warning: left among the {role}: {left}")
    for kind, count in result.loaded.differences.items():
        note(f"note: {count} item(s) {kind.replace('_', ' ')}: `recon report differences`")
    if result.outcome is not None:
        lines = result.outcome.view.lines["statement_id"].implode()
        statements = result.outcome.view.statements
        show_held(statements.filter(statements["statement_id"].is_in(lines)))
        show_batches(result.outcome.view.batches)
    recorded = result.recorded
    if recorded is not None and recorded.left_as_moved:
        note(f"note: {recorded.left_as_moved} line(s) were decided meanwhile by somebody else")
    for name, failure in result.failed_reports.items():
        note(failure.render())
        note(f"warning: the report {name} failed; the run stays")
    if len(result.failed_reports) > 1:
        note(f"warning: {len(result.failed_reports)} reports failed")
    for posted in result.posted:
        show_posted(posted)


def show_posted(posted: Posted) -> None:
    """Say on stderr what became of the entries for a ledger."""
    told = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in posted.states.items())
    nothing = "nothing to deliver" if posted.failure is None else "nothing delivered"
    note(f"{posted.ledger}: {told or nothing}")
    if posted.failure is not None:
        note(posted.failure.render())
    if posted.open_entries:
        note(f"{posted.ledger}: {posted.open_entries} entries are left open for the next call")
    if posted.stuck:
        note(f"{posted.ledger}: {posted.stuck} entries wait for a person")
    if not posted.is_complete:
        note("hint: `recon outbox` lists what is stuck and why; `recon post` tries again")
