"""`recon formats`: what every installed format says of a file."""

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


@click.group("formats", cls=VerbGroup, epilog="Example: recon formats sniff march.sta")
def command() -> None:
    """Ask the installed formats about a file."""


@command.command("sniff", cls=Verb, epilog="Example: recon formats sniff march.sta")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE"
)
@format_option()
def sniff(file: Path, how: str) -> None:
    """Say of every format whether it claims FILE, and why; exit 1 unless exactly one does.

    The files inside an archive are asked about one by one.
    """
    with under_way(quiet=True):
        from recon.plugins import Plugins

        table = _opinions(file, Plugins.discover())
    write_frame(table, how)
    claims = dict.fromkeys(table["file"], 0)
    for name in table.filter(claims="yes")["file"]:
        claims[name] += 1
    for name, count in claims.items():
        if count != 1:
            note(f"{name}: {count or 'no'} formats claim it; a file is read when exactly one does")
    if not claims or set(claims.values()) != {1}:
        raise Exit(1)


def _opinions(file: Path, plugins: Plugins) -> pl.DataFrame:
    """Give one row a file and format."""
    import polars as pl

    from recon.ingest.detect import HEAD_BYTES
    from recon.run.files import deliver, shown_name

    said = {True: "yes", False: "no", None: "failed"}
    rows = []
    for one in deliver(file, shown_name(file), (file,)):
        if one.error is not None:
            raise one.error
        if one.archive is None and one.data is not None:
            rows += [
                (one.name, opinion.format, said[opinion.claims], opinion.because)
                for opinion in plugins.opinions(one.data[:HEAD_BYTES], one.name)
            ]
    names = ("file", "format", "claims", "because")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
