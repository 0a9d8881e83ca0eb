"""What the verbs share by which a person decides: their options, and what they say afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from recon.cli.output import write_data
from recon.cli.workspace import workspace_options

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from recon.review.act import Act, PersonDecision
    from recon.run.daily.desk import Desk

line_argument = click.argument("line", metavar="LINE")
comment_option = click.option(
    "--comment", metavar="TEXT", help="Why; it stands in the record for ever."
)


def deciding_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Declare who, why, from which day, and what the person had before them."""
    day = click.DateTime(["%Y-%m-%d"])
    for option in (
        comment_option,
        click.option(
            "--effective-on",
            type=day,
            metavar="DATE",
            help="The value date from which it counts; today if left out.",
        ),
        click.option(
            "--saw",
            type=int,
            metavar="NUMBER",
            help="The decision that you saw; refused if another one stands by now.",
        ),
        workspace_options,
    ):
        function = option(function)
    return function


def act_by(
    desk: Desk, *, comment: str | None, effective_on: dt.datetime | None, saw: int | None
) -> Act:
    """Say who acts, from what the options tell."""
    from recon.run.daily.deciding import act_of

    day = None if effective_on is None else effective_on.date()
    return act_of(desk, comment=comment, saw=saw, effective_on=day)


def decide_line(
    desk: Desk,
    line: str,
    judge: Callable[..., PersonDecision],
    item_ids: Iterable[str] = (),
) -> None:
    """Let `judge`, given the record and the line's full id, decide; record it and say so."""
    from recon.run.daily.deciding import decide, find_line, stands

    line_id = find_line(desk, line)
    before = stands(desk, [line_id], tuple(item_ids))
    decision = judge(before, line_id)
    say(decide(desk, before, [decision]), decision.fate)


def say(recorded: Iterable[tuple[str, int, int]], fate: str) -> None:
    """Tell the number of each decision, and whether it waits."""
    for line_id, number, needed in recorded:
        waits = f"; it counts once {needed} other(s) approve it" if needed else ""
        write_data(f"{line_id}: {fate.replace('_', ' ')}, decision {number}{waits}\n")
