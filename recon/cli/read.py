"""`recon read`: bank files to one table of lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.exceptions import Exit

from recon.cli.options import format_option, policy_option, quiet_option, statements_argument
from recon.cli.output import (
    note,
    show_held,
    show_quarantined,
    show_rejects,
    warn_of_failed_plugins,
    write_frame,
)
from recon.cli.progress import under_way
from recon.cli.verb import Verb
from recon.errors import ConfigurationError

if TYPE_CHECKING:
    import polars as pl

ENDINGS: Final = (".csv", ".parquet", ".json")


@click.command("read", cls=Verb, epilog="Example: recon read march.sta april/ --out lines.csv")
@statements_argument
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the lines to this .csv, .parquet or .json file in place of stdout.",
)
@policy_option
@format_option()
@quiet_option
def command(
    statements: tuple[Path, ...], out: Path | None, policy: Path | None, how: str, quiet: bool
) -> None:
    """Read bank files into one table of lines.

    STATEMENT is a file or a folder, which is searched recursively; the format is found by content. Deliveries that overlap collapse to one line.
    Records and files that cannot be read are listed on stderr; if there are any, the exit code is 3.
    """
    if out and out.suffix.lower() not in ENDINGS:
        raise ConfigurationError(
            f"cannot tell how to write {out.name!r}", hint=f"end it in {', '.join(ENDINGS)}"
        )
    from recon.config import load_policy

    rules = load_policy(policy)
    with under_way(quiet=quiet) as progress:
        from recon.plugins import Plugins
        from recon.report.exports import read_table
        from recon.run.reading import read_statements

        plugins = Plugins.discover()
        reading = read_statements(statements, rules, plugins, progress)
        ending = out.suffix.lower()[1:] if out else how
        # The guard against formulas is for spreadsheets, which open the csv.
        table = read_table(reading.lines, raw=ending != "csv")
        table = table if ending == "csv" else _typed(table)
    if out:
        _write_file(table, out)
        note(f"{table.height} lines written to {out}", quiet=quiet)
    else:
        write_frame(table, how)
    warn_of_failed_plugins(plugins)
    for finding in reading.findings:
        note(f"note: {finding}", quiet=quiet)
    show_held(reading.statements)
    show_rejects(reading.rejects)
    quarantined = [file for file in reading.inputs if file.state == "quarantined"]
    show_quarantined(quarantined)
    if quarantined or reading.rejects.height:
        raise Exit(3)


def _typed(table: pl.DataFrame) -> pl.DataFrame:
    """Give dates and counts their types, for the formats that have types; amounts stay text."""
    import polars as pl

    return table.with_columns(
        pl.col("booking_date", "value_date").str.to_date("%Y-%m-%d"),
        pl.col("record", "copies").cast(pl.Int64),
    )


def _write_file(table: pl.DataFrame, out: Path) -> None:
    """Write the table whole or not at all: a reader never sees half a file."""
    import os

    import polars as pl

    from recon.report.console import render

    unfinished = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.suffix.lower() == ".parquet":
            # No currency has more than four decimals, so nothing is rounded.
            table.with_columns(pl.col("amount").cast(pl.Decimal(38, 4))).write_parquet(unfinished)
        else:
            unfinished.write_bytes(render(table, out.suffix.lower()[1:]).encode())
        os.replace(unfinished, out)  # noqa: PTH105 - the atomic form is the point
    except OSError as error:
        raise ConfigurationError(f"cannot write {out}: {error.strerror or error}") from None
