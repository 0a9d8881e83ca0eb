"""`recon plugins`: what is installed, and what has failed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from recon.cli.options import format_option
from recon.cli.output import note, write_frame
from recon.cli.progress import under_way
from recon.cli.verb import Verb, VerbGroup

if TYPE_CHECKING:
    import polars as pl

    from recon.plugins import Plugins


@click.group(
    "plugins", cls=VerbGroup, invoke_without_command=True, epilog="Example: recon plugins check"
)
@format_option()
@click.pass_context
def command(ctx: click.Context, how: str) -> None:
    """List the installed plugins, and what has failed.

    A plugin that fails is listed with its cause, and the others work. Two plugins, or two objects of one kind, that
    share a name are both refused.
    """
    if ctx.invoked_subcommand is None:
        write_frame(status_frame(_discover()), how)


@command.command("list", cls=Verb, epilog="Example: recon plugins list --format json")
@format_option()
def listing(how: str) -> None:
    """List the installed plugins, what they registered, and what has failed."""
    write_frame(status_frame(_discover()), how)


@command.command("check", cls=Verb, epilog="Example: recon plugins check")
@format_option()
def check(how: str) -> None:
    """List what has failed, and exit 1 if anything has."""
    plugins = _discover()
    if plugins.failures:
        write_frame(status_frame(plugins, failed_only=True), how)
        raise Exit(1)
    note(f"{len(plugins.statuses)} registrations, none has failed")


@command.group("new", cls=VerbGroup, epilog="Example: recon plugins new format acme-bank")
def new() -> None:
    """Write the package of a new plugin."""


@new.command("format", cls=Verb, epilog="Example: recon plugins new format acme-bank --in ~/src")
@click.argument("name", metavar="NAME")
@click.option(
    "--in",
    "parent",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="FOLDER",
    help="Where the folder cashrecon-NAME is made; here, if left out.",
)
def new_format(name: str, parent: Path) -> None:
    """Write a package that reads an example layout and passes the conformance suite.

    Install it with `pip install -e cashrecon-NAME`, put your bank's rules in place of the example's, and keep the suite.
    """
    from recon.plugins.new_format import write_new_format

    for path in write_new_format(name, parent):
        click.echo(path.as_posix())


def _discover() -> Plugins:
    with under_way(quiet=True):
        from recon.plugins import Plugins

        return Plugins.discover()


def status_frame(plugins: Plugins, *, failed_only: bool = False) -> pl.DataFrame:
    """Give one row a registered object, an observer or a plugin that could not be loaded."""
    import polars as pl

    rows = [
        (
            status.name,
            status.kind,
            status.owner.distribution,
            status.owner.version,
            "failed" if status.error else "ok",
            status.error,
        )
        for status in (plugins.failures if failed_only else plugins.statuses)
    ]
    names = ("name", "kind", "distribution", "version", "state", "error")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
