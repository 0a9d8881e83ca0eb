"""`recon undo`: take a decision back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from recon.cli.deciding import act_by, deciding_options
from recon.cli.output import write_data
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk

if TYPE_CHECKING:
    from pathlib import Path


@click.command("undo", cls=Verb, epilog='Example: recon undo 812 --comment "wrong customer"')
@click.argument("number", type=click.IntRange(min=1), metavar="DECISION")
@click.option(
    "--despite-dependents",
    is_flag=True,
    help="You saw what was built on it, and take it back nevertheless.",
)
@deciding_options
def command(
    number: int, despite_dependents: bool, folder: Path, user: str | None, **how: Any
) -> None:
    """Take a decision back by a further one: the line is open again, and its entry gets an opposite one.

    Nothing is removed. A decision that only waits for an approval is withdrawn.
    """
    with at_desk(folder, user) as desk:
        from recon.run.daily.deciding import undo_or_withdraw

        act = act_by(desk, **how)
        told = undo_or_withdraw(desk, number, act, knows_dependents=despite_dependents)
        write_data(f"{told}\n")
