"""`recon assign`: hand a line to somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recon.cli.deciding import comment_option, line_argument
from recon.cli.output import write_data
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk, workspace_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("assign", cls=Verb, epilog="Example: recon assign Lq7d2 bertha")
@line_argument
@click.argument("owner", metavar="NAME")
@comment_option
@workspace_options
def command(line: str, owner: str, comment: str | None, folder: Path, user: str | None) -> None:
    """Say who looks after a line from here on."""
    with at_desk(folder, user) as desk:
        from recon.run.daily.deciding import find_line, remark_on

        line_id = find_line(desk, line)
        remark_on(desk, line_id, comment=comment, owner=owner)
        write_data(f"{line_id}: {owner} looks after it\n")
