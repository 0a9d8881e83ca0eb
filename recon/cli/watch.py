"""`recon watch`: run whenever something new lies in the inbox."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from recon.cli.output import note
from recon.cli.progress import under_way
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk, plugins_of, workspace_options
from recon.errors import Locked, ReconError

if TYPE_CHECKING:
    from pathlib import Path


@click.command("watch", cls=Verb, epilog="Example: recon watch --every 60")
@workspace_options
@click.option(
    "--every",
    type=click.IntRange(min=1, max=86_400),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How often to look.",
)
@click.option("--rounds", type=click.IntRange(min=1), metavar="N", help="Stop after so many looks.")
def command(folder: Path, user: str | None, every: int, rounds: int | None) -> None:
    """Look into the inbox and at the books again and again, and run when something is new.

    What fails is said and tried again at the next look; end it by Ctrl-C.
    """
    looks = 0
    while rounds is None or looks < rounds:
        if looks:
            time.sleep(every)
        looks += 1
        try:
            _look(folder, user)
        except Locked as busy:
            note(busy.message)
        except ReconError as error:
            note(error.render())


def _look(folder: Path, user: str | None) -> None:
    from recon.cli.run import tell
    from recon.run.daily.flow import run

    with under_way(quiet=True) as progress, at_desk(folder, user) as desk:
        result = run(desk, plugins_of(desk.workspace), progress, None)
    if result.recorded is not None:
        note(f"run {result.recorded.run}: {result.recorded.decided} line(s) decided")
    tell(result)
