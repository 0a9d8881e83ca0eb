"""`recon reject`: refuse a suggestion, so that it does not come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from recon.cli.deciding import act_by, decide_line, deciding_options, line_argument
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk

if TYPE_CHECKING:
    from pathlib import Path


@click.command("reject", cls=Verb, epilog="Example: recon reject Lq7d2 --rank 1")
@line_argument
@click.option(
    "--rank", type=click.IntRange(min=1), default=1, help="Which suggestion; 1 is the best."
)
@deciding_options
def command(line: str, rank: int, folder: Path, user: str | None, **how: Any) -> None:
    """Refuse a suggestion: line and item do not come together again, unless one of them changes."""
    with at_desk(folder, user) as desk:
        from recon.review.decide import reject

        act = act_by(desk, **how)
        decide_line(desk, line, lambda before, line_id: reject(before, line_id, rank, act))
