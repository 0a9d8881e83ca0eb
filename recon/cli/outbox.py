"""`recon outbox`: what was not delivered to a ledger, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recon.cli.options import format_option
from recon.cli.output import write_frame
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk, workspace_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("outbox", cls=Verb, epilog="Example: recon outbox --ledger beancount")
@click.option("--ledger", metavar="NAME", help="Only what waits for this ledger.")
@workspace_options
@format_option()
def command(ledger: str | None, folder: Path, user: str | None, how: str) -> None:
    """List the entries that wait, were rejected, or of which no answer was heard."""
    with at_desk(folder, user) as desk:
        from recon.run.daily.posting import outbox

        rows = outbox(desk, ledger)
    write_frame(rows.drop("seq"), how)
