"""`recon ingest`: receive bank files into the store, without matching."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recon.cli.options import quiet_option, statements_argument
from recon.cli.output import leave, note, show_quarantined, show_rejects, write_data
from recon.cli.progress import under_way
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk, plugins_of, workspace_options

if TYPE_CHECKING:
    from pathlib import Path

_QUARANTINED = 3


@click.command("ingest", cls=Verb, epilog="Example: recon ingest october/*.sta")
@statements_argument
@workspace_options
@quiet_option
def command(statements: tuple[Path, ...], folder: Path, user: str | None, quiet: bool) -> None:
    """Receive bank files: archive their bytes, read them, and store their lines.

    The same bytes again are nothing new, but for records that were refused before and can be read now, under another policy. A file
    outside the inbox stays where it is.
    """
    with under_way(quiet=quiet) as progress, at_desk(folder, user) as desk:
        from recon.run.daily.receive import receive
        from recon.store.lock import run_lock

        with run_lock(desk.store, f"recon ingest by {desk.actor}"):
            received = receive(desk, statements, plugins_of(desk.workspace), progress)
    bad = [one for one in received.files if one.state == "quarantined"]
    write_data(
        f"{len(received.files) - len(bad)} file(s) received with {received.lines} entries, "
        f"{received.rejects.height} record(s) refused, {len(received.known)} known before, {len(bad)} quarantined\n"
    )
    show_rejects(received.rejects)
    show_quarantined(bad)
    for left in received.left:
        note(f"warning: left for later: {left}")
    leave(_QUARANTINED if bad or received.left or received.rejects.height else 0)
