"""`recon findings`: what the detective controls found, the gravest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recon.cli.options import format_option
from recon.cli.output import leave, write_frame
from recon.cli.verb import Verb
from recon.cli.workspace import as_of_option, at_desk, workspace_options

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

SEVERITIES = ("info", "look", "act")


@click.command("findings", cls=Verb, epilog="Example: recon findings --from look")
@workspace_options
@as_of_option("The day to which ages are counted; today if left out")
@click.option(
    "--from",
    "least",
    type=click.Choice(SEVERITIES),
    default="look",
    show_default=True,
    help="Leave out what matters less.",
)
@click.option("--fail", "fails", is_flag=True, help="Exit 1 where a finding asks to act.")
@format_option()
def command(
    folder: Path, user: str | None, as_of: dt.datetime | None, least: str, fails: bool, how: str
) -> None:
    """List gaps in the feed, stale lines, duplicates, signs of lapping, new payer accounts, and more.

    They forbid nothing and change nothing; each names its control of the list (C1 to C19).
    """
    with at_desk(folder, user) as desk:
        from recon.run.daily.waiting import found_by_controls

        rows = found_by_controls(desk, as_of.date() if as_of else None)
    wanted = SEVERITIES[SEVERITIES.index(least) :]
    listed = rows.filter(rows["severity"].is_in(wanted))
    columns = ("control", "severity", "finding", "account", "line_id", "user", "age_days", "words")
    write_frame(listed.select(columns) if how == "table" else listed, how)
    leave(1 if fails and "act" in listed["severity"] else 0)
