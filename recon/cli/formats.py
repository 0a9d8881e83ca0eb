"""`recon formats`: what every installed format says of a file."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from recon.cli.options import format_option, policy_option, quiet_option
from recon.cli.output import note, show_rejects, write_blocks, write_frame
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


@command.command(
    "records", cls=Verb, epilog="Example: recon formats records year.xml --out year.csv"
)
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE"
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="Write the records to this .csv file.",
)
@policy_option
@quiet_option
def records(file: Path, out: Path, policy: Path | None, quiet: bool) -> None:
    """Write every record of FILE with all that its format reads, in the order of the file.

    A camt file of any size is read in pieces, with memory that does not grow with it. Lines get no identity, overlapping
    statements are not collapsed and balances are not proven: that is what `recon read` does, which needs all lines at once.
    Records that cannot be read are listed on stderr; if there are any, the exit code is 3.
    """
    from recon.config import load_policy

    rules = load_policy(policy)
    with under_way(quiet=quiet) as progress:
        from recon.frames.lines import ReadLines
        from recon.plugins import Plugins
        from recon.report.exports import records_table
        from recon.run.records import read_records

        plugins = Plugins.discover()
        progress.step("Reading records")
        with read_records(file, rules, plugins) as found:
            accounts = found.read.statements.select("statement_index", "account")
            # The first block has no line, so that a file without any has its header too.
            blocks = chain([ReadLines.create_empty()], found.read.lines)
            count = write_blocks((records_table(block, accounts) for block in blocks), out)
    note(f"{count} records read by {found.format} written to {out}", quiet=quiet)
    for finding in (*found.read.findings, *found.failures):
        note(f"note: {finding}", quiet=quiet)
    show_rejects(found.read.rejects)
    if found.read.rejects.height:
        raise Exit(3)


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
