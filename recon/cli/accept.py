"""`recon accept`: take a suggestion over, or all that are sure enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from recon.cli.deciding import act_by, decide_line, deciding_options, say
from recon.cli.options import parse_share
from recon.cli.output import note
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from recon.review.act import Act
    from recon.run.daily.desk import Desk

_MILLION = 1_000_000


@click.command("accept", cls=Verb, epilog="Example: recon accept Lq7d2 --rank 2")
@click.argument("line", metavar="LINE", required=False)
@click.option(
    "--rank", type=click.IntRange(min=1), default=1, help="Which suggestion; 1 is the best."
)
@click.option(
    "--from-confidence",
    callback=parse_share,
    metavar="SHARE",
    help="Instead of a line: the best suggestion of every line that is at least so sure, such as 99%.",
)
@deciding_options
def command(
    line: str | None,
    rank: int,
    from_confidence: Decimal | None,
    folder: Path,
    user: str | None,
    **how: Any,
) -> None:
    """Apply a suggestion as it is.

    LINE is the line_id, or as much of its beginning as no other line has.
    """
    if (line is None) == (from_confidence is None):
        raise click.UsageError("name a line, or give --from-confidence")
    with at_desk(folder, user) as desk:
        act = act_by(desk, **how)
        if line is not None:
            from recon.review.decide import accept

            decide_line(desk, line, lambda before, line_id: accept(before, line_id, rank, act))
        elif from_confidence is not None:
            _accept_all(desk, int(from_confidence * _MILLION), act)


def _accept_all(desk: Desk, from_ppm: int, act: Act) -> None:
    from recon.review.bulk import bulk_accept
    from recon.run.daily.deciding import decide, stands, suggested_lines

    before = stands(desk, suggested_lines(desk))
    found = bulk_accept(before, from_ppm, act)
    say(decide(desk, before, found.decisions), "applied")
    for line_id, why in found.left_out:
        note(f"note: {line_id} is left: {why}")
