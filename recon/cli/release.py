"""`recon release`: let a held statement be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recon.cli.output import write_data
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk, workspace_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    "release", cls=Verb, epilog='Example: recon release 1c43f127b2cd-d91d/000000 --reason "checked"'
)
@click.argument("statement", metavar="STATEMENT")
@click.option("--reason", required=True, metavar="TEXT", help="Why it may be used.")
@workspace_options
def command(statement: str, reason: str, folder: Path, user: str | None) -> None:
    """Release a statement that is held, since its balance breaks; the next run applies its lines.

    STATEMENT is the statement_id; `recon report unmatched` names the held ones.
    """
    with at_desk(folder, user) as desk:
        from recon.run.daily.deciding import act_of
        from recon.run.daily.governing import release_statement

        release_statement(desk, statement, act_of(desk, comment=reason))
        write_data(f"statement {statement} is released\n")
