"""`recon eval`: how right a run was, against the truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recon.cli.options import existing_file, format_option
from recon.cli.output import write_data, write_frame
from recon.cli.verb import Verb
from recon.errors import ConfigurationError, Place

if TYPE_CHECKING:
    import polars as pl

    from recon.report.quality import Quality

# Tables of the result behind the figures, in the order in which they are shown.
TABLES = ("scenarios", "calibration", "wrong_value", "wrong_lines", "broken_lines")


@click.command("eval", cls=Verb, epilog="Example: recon eval --truth truth.csv --run out/")
@existing_file("--truth", "The truth (CSV): what each line really pays.", required=True)
@click.option(
    "--run",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    metavar="DIR",
    help="The folder that `recon match` wrote.",
)
@format_option()
def command(truth: Path, run: Path, how: str) -> None:
    """Measure a run against the truth.

    Shown are precision and coverage with exact 95 % bounds, and every wrong line with the evidence that misled.
    The truth has the columns bank_reference or line_id, item_number and allocated_amount; a line that pays no item
    has one row without item_number. Optional: kind, fate, scenario, decidable, group. With csv, the figures alone
    are written.
    """
    from recon.report.quality import evaluate

    lines, allocations = _read_text(run / "lines.csv"), _read_text(run / "allocations.csv")
    quality = evaluate(lines, allocations, _read_text(truth))
    if how == "json":
        from recon.report.console import json_text

        write_data(json_text(_as_data(quality)))
        return
    write_frame(quality.figures(), how)
    if how == "csv":
        return
    write_data(
        f"\n{quality.lines} lines of the truth, {quality.lost} of them not in the run; "
        f"{quality.unlabelled} further lines; calibration error {quality.calibration_error:.4f}\n"
    )
    for name in TABLES:
        table: pl.DataFrame = getattr(quality, name)
        write_data(f"\n{name.replace('_', ' ')}: {table.height or 'none'}\n")
        if table.height:
            write_frame(table, how)


def _as_data(quality: Quality) -> dict[str, Any]:
    counts = {
        "lines": quality.lines,
        "lost": quality.lost,
        "unlabelled": quality.unlabelled,
        "calibration_error": quality.calibration_error,
    }
    tables = {name: getattr(quality, name).to_dicts() for name in TABLES}
    return counts | {"figures": quality.figures().to_dicts()} | tables


def _read_text(path: Path) -> pl.DataFrame:
    """Read a CSV as text alone: no type is inferred, so no amount passes through a float."""
    import polars as pl

    try:
        return pl.read_csv(path, infer_schema=False)
    except FileNotFoundError:
        raise ConfigurationError(
            f"there is no {path.name} in {path.parent}",
            hint="--run names the folder that `recon match` wrote",
        ) from None
    except (OSError, pl.exceptions.PolarsError) as error:
        cause = str(error).splitlines()[0]
        raise ConfigurationError(
            f"cannot read the table: {cause}",
            place=Place(str(path)),
            hint="--run names the folder that `recon match` wrote",
        ) from None
