"""`recon comment`: say something about a line, for the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recon.cli.deciding import line_argument
from recon.cli.output import write_data
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk, workspace_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("comment", cls=Verb, epilog='Example: recon comment Lq7d2 "asked the customer"')
@line_argument
@click.argument("text", metavar="TEXT")
@workspace_options
def command(line: str, text: str, folder: Path, user: str | None) -> None:
    """Write a comment on a line."""
    with at_desk(folder, user) as desk:
        from recon.run.daily.deciding import find_line, remark_on

        line_id = find_line(desk, line)
        remark_on(desk, line_id, comment=text)
        write_data(f"{line_id}: noted\n")
