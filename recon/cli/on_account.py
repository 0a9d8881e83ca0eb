"""`recon on-account`: put a line on a customer's account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from recon.cli.deciding import act_by, decide_line, deciding_options, line_argument
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk

if TYPE_CHECKING:
    from pathlib import Path


@click.command("on-account", cls=Verb, epilog="Example: recon on-account Lq7d2 --customer C-1001")
@line_argument
@click.option("--customer", required=True, metavar="ID", help="Whose money it is (customer_id).")
@deciding_options
def command(line: str, customer: str, folder: Path, user: str | None, **how: Any) -> None:
    """Put all of a line on a customer's account; it settles no item."""
    with at_desk(folder, user) as desk:
        from recon.review.decide import put_on_account

        act = act_by(desk, **how)
        decide_line(
            desk, line, lambda before, line_id: put_on_account(before, line_id, customer, act)
        )
