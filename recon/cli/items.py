"""`recon items`: load a newer extract of the open items, or fetch one from a source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recon.cli.options import policy_option, quiet_option
from recon.cli.output import note, warn_of_failed_plugins, write_data
from recon.cli.progress import under_way
from recon.cli.verb import Verb, VerbGroup
from recon.cli.workspace import as_of_option, at_desk, plugins_of, workspace_options

if TYPE_CHECKING:
    import datetime as dt


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


@command.command(
    "fetch",
    cls=Verb,
    epilog="Example: recon items fetch sql-items --policy policy.toml --out books",
)
@click.argument("source")
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write open_items.csv and, where the source has any, customers.csv, closed_items.csv, accounts.csv and remittances.csv here.",
)
@as_of_option("The day as of which the source tells the books; as they are if left out")
@policy_option
@quiet_option
def fetch(
    source: str, out: Path, as_of: dt.datetime | None, policy: Path | None, quiet: bool
) -> None:
    """Fetch the books from a SOURCE, such as a database, and write them as files.

    What it asks stands in the policy, under [sources.SOURCE].
    The files are those that `recon match`, `recon items load` and `recon run` read; each is replaced whole.
    """
    from recon.config import load_policy

    rules = load_policy(policy)
    with under_way(quiet=quiet) as progress:
        from recon.plugins import Plugins
        from recon.run.deliver import write_files
        from recon.run.extract import fetch_extract

        plugins = Plugins.discover()
        progress.step(f"Fetching from {source}")
        files = fetch_extract(source, rules, plugins, as_of.date() if as_of else None)
        write_files(files, out)
    warn_of_failed_plugins(plugins)
    for name, data in files.items():
        write_data(f"{out / name}: {len(data)} bytes\n")
