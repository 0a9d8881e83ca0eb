"""`recon items`: load a newer extract of the open items."""

from __future__ import annotations

from pathlib import Path

import click

from recon.cli.options import quiet_option
from recon.cli.output import note, write_data
from recon.cli.progress import under_way
from recon.cli.verb import Verb, VerbGroup
from recon.cli.workspace import at_desk, plugins_of, workspace_options


@click.group("items", cls=VerbGroup, epilog="Example: recon items load open_items.csv")
def command() -> None:
    """The books' side: open items, and the customers that recon.toml names."""


@command.command("load", cls=Verb, epilog="Example: recon items load open_items_2026-11-22.csv")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--may-shrink", is_flag=True, help="Load it even if most items are gone.")
@click.option(
    "--may-change-currency", is_flag=True, help="Load it even if an item has another currency."
)
@workspace_options
@quiet_option
def load(file: Path | None, folder: Path, user: str | None, quiet: bool, **may: bool) -> None:
    """Load all items that are open in the books now; what is no longer among them is closed there.

    What was settled here and is still open there, and the reverse, is listed and never overwritten.
    """
    with under_way(quiet=quiet) as progress, at_desk(folder, user) as desk:
        from recon.run.daily.books import load_books
        from recon.store.lock import run_lock

        with run_lock(desk.store, f"recon items load by {desk.actor}"):
            plugins = plugins_of(desk.workspace)
            loaded = load_books(desk, plugins, progress, open_items=file, **may)
    told = ", ".join(f"{count} {change}" for change, count in loaded.changes.items())
    write_data(f"items: {told or 'nothing new'}\n")
    for kind, count in loaded.differences.items():
        note(f"note: {count} item(s) {kind.replace('_', ' ')}: `recon report differences`")
