"""`recon not-receivable`: say that a line is no customer's money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from recon.cli.deciding import act_by, decide_line, deciding_options, line_argument
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    "not-receivable", cls=Verb, epilog='Example: recon not-receivable Lq7d2 --reason "insurance"'
)
@line_argument
@click.option("--reason", required=True, metavar="TEXT", help="What the money is.")
@deciding_options
def command(line: str, reason: str, folder: Path, user: str | None, **how: Any) -> None:
    """Take a line out of the receivables: it is some other money."""
    with at_desk(folder, user) as desk:
        from recon.review.decide import mark_not_receivable

        act = act_by(desk, **how)
        decide_line(
            desk, line, lambda before, line_id: mark_not_receivable(before, line_id, reason, act)
        )
