"""`recon period`: close a period, or open the last one again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recon.cli.output import write_data
from recon.cli.verb import Verb, VerbGroup
from recon.cli.workspace import at_desk, workspace_options

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

_day = click.argument("day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
_reason = click.option(
    "--reason", required=True, metavar="TEXT", help="Why; it stands in the record."
)


@click.group("period", cls=VerbGroup, epilog="Example: recon period close 2026-09-30")
def command() -> None:
    """Close periods: nothing is decided or posted on or before a closed day."""


@command.command("close", cls=Verb, epilog='Example: recon period close 2026-09-30 --reason "Q3"')
@_day
@_reason
@workspace_options
def close(day: dt.datetime, reason: str, folder: Path, user: str | None) -> None:
    """Close all days up to and with DATE."""
    _change(day, reason, folder, user, is_closed=True)


@command.command(
    "reopen", cls=Verb, epilog='Example: recon period reopen 2026-09-30 --reason "late"'
)
@_day
@_reason
@workspace_options
def reopen(day: dt.datetime, reason: str, folder: Path, user: str | None) -> None:
    """Open the last closed period again; DATE is the day until which it is closed."""
    _change(day, reason, folder, user, is_closed=False)


def _change(
    day: dt.datetime, reason: str, folder: Path, user: str | None, *, is_closed: bool
) -> None:
    with at_desk(folder, user) as desk:
        from recon.run.daily.governing import change_period

        change_period(desk, day.date(), reason, is_closed=is_closed)
        write_data(f"{'closed' if is_closed else 'opened again'}: until {day.date()}\n")
