"""`recon approve`: approve or refuse what somebody else decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recon.cli.deciding import comment_option
from recon.cli.output import write_data
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk, workspace_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("approve", cls=Verb, epilog="Example: recon approve 812")
@click.argument("number", type=click.IntRange(min=1), metavar="DECISION", required=False)
@click.option("--refuse", "is_refused", is_flag=True, help="Say no; the decision never counts.")
@click.option("--policy", "policy_hash", metavar="HASH", help="Instead: approve this policy.")
@comment_option
@workspace_options
def command(
    number: int | None,
    is_refused: bool,
    policy_hash: str | None,
    comment: str | None,
    folder: Path,
    user: str | None,
) -> None:
    """Approve a decision that waits for a second person. Nobody approves what they decided themselves."""
    if (number is None) == (policy_hash is None):
        raise click.UsageError("name a decision, or give --policy HASH")
    with at_desk(folder, user) as desk:
        from recon.review.approvals import answer
        from recon.run.daily.deciding import act_of, answer_decision
        from recon.run.daily.governing import approve_policy

        act = act_of(desk, comment=comment)
        if policy_hash is not None:
            approve_policy(desk, policy_hash, act)
            write_data(f"policy {policy_hash} is approved\n")
        elif number is not None:
            given = answer_decision(
                desk, number, lambda before: answer(before, number, act, is_granted=not is_refused)
            )
            told = "refused" if is_refused else "approved"
            counts = " and counts from now on" if given.is_last else ""
            write_data(f"decision {number} is {told}{counts}\n")
