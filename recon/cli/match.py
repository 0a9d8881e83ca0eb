"""`recon match`: bank files and open items in, applied cash, exceptions and a journal out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recon.cli.options import (
    batches_option,
    existing_file,
    format_option,
    parse_share,
    policy_option,
    quiet_option,
    remittances_option,
    statements_argument,
)
from recon.cli.output import (
    leave_with,
    note,
    show_batches,
    show_held,
    show_quarantined,
    show_rejects,
    warn_of_failed_plugins,
)
from recon.cli.progress import under_way
from recon.cli.verb import Verb

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from recon.run.flow import RunResult
    from recon.run.request import MatchRequest


@click.command(
    "match",
    cls=Verb,
    epilog="Example: recon match statements/ --open-items open.csv --customers customers.csv --out out/",
)
@statements_argument
@existing_file("--open-items", "The open items: CSV, Parquet or Excel.", required=True)
@existing_file("--customers", "The customers with their bank accounts and aliases.")
@existing_file("--accounts", "Our own bank accounts, so that transfers between them are known.")
@click.option(
    "--history",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="What was confirmed before: statements/, allocations.csv, closed_items.csv.",
)
@remittances_option
@batches_option
@policy_option
@click.option("--ledger", metavar="NAME", help="Also deliver the entries to this ledger.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day on which ages are counted (YYYY-MM-DD); the last booking date if left out.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder for all files of the run; made if it is not there.",
)
@click.option(
    "--fail-under",
    callback=parse_share,
    metavar="SHARE",
    help="Exit 1 when less than this, such as 95%, of the receipts that are receivable was applied.",
)
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(["unmatched", "suggested", "quarantined"]),
    metavar="KIND",
    help="Exit 1 when anything is unmatched, suggested or quarantined; may be given several times.",
)
@format_option()
@quiet_option
def command(
    *,
    as_of: dt.datetime | None,
    fail_under: Decimal | None,
    fail_on: tuple[str, ...],
    how: str,
    quiet: bool,
    **files: Any,
) -> None:
    """Match bank statements with open items.

    STATEMENT is a file or a folder, which is searched recursively. The folder given by --out receives lines.csv,
    allocations.csv, unmatched.csv, entries.csv, evidence.csv, report.html, report.xlsx and run.json. The same inputs
    and policy give the same bytes.

    Exit codes beyond 0: 4 posting partial or failed, else 1 a threshold was missed or a report failed, else 3 an
    input was quarantined or a record rejected; the files are written in all of these cases.
    """
    from recon.run.request import MatchRequest

    day = as_of.date() if as_of else None
    request = MatchRequest(as_of=day, **files)
    result = run_match(request, how=how, quiet=quiet)
    from recon.cli.thresholds import missed

    leave_with(missed(request, result, fail_under=fail_under, fail_on=fail_on))


def run_match(request: MatchRequest, *, how: str, quiet: bool) -> RunResult:
    """Run the match, print its summary to stdout, and list on stderr what could not be read."""
    import gc

    with under_way(quiet=quiet) as progress:
        from recon.plugins import Plugins
        from recon.run.flow import match_statements

        # One pass that keeps what it makes: looking for garbage every 700 objects finds none.
        gc.set_threshold(200_000, 20, 20)

        plugins = Plugins.discover()
        if request.ledger is not None:
            # A wrong name is said before the work, not behind it.
            plugins.ledger_type(request.ledger)
        result = match_statements(request, plugins, progress)
    from recon.cli.summary import write_summary

    write_summary(result, how)
    warn_of_failed_plugins(plugins)
    show_held(result.view.statements)
    show_batches(result.view.batches)
    show_rejects(result.view.rejects)
    show_quarantined(result.quarantined)
    for failure in result.failures:
        note(failure.render())
    for name in result.failed_reports:
        note(f"warning: the report {name} failed; the run stays")
    return result
