"""`recon eval`: how right a run was, against the truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recon.cli.options import existing_file, format_option
from recon.cli.output import note, write_data, write_frame
from recon.cli.verb import Verb
from recon.errors import ConfigurationError, Place

if TYPE_CHECKING:
    import polars as pl

    from recon.report.quality import Quality

# Tables of the result behind the figures, in the order in which they are shown; those of conservation come after them.
TABLES = ("scenarios", "calibration", "wrong_value", "wrong_lines")
CONSERVATION = ("totals", "broken_lines", "broken_suggestions", "broken_items")


@click.command(
    "eval", cls=Verb, epilog="Example: recon eval --truth truth.csv --run out/ --out quality.html"
)
@existing_file("--truth", "The truth (CSV): what each line really pays.", required=True)
@click.option(
    "--run",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    metavar="DIR",
    help="The folder that `recon match` wrote.",
)
@existing_file(
    "--open-items", "The open items of the run: then no item may be settled beyond what was open."
)
@existing_file("--policy", "The policy of the run, if it names columns of the open items.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.html",
    help="Also write a page with the reliability plot.",
)
@click.option(
    "--calibration",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.csv",
    help="Also write how far the stated confidence was right, for the history of later runs.",
)
@format_option()
def command(
    truth: Path,
    run: Path,
    open_items: Path | None,
    *,
    policy: Path | None,
    out: Path | None,
    calibration: Path | None,
    how: str,
) -> None:
    """Measure a run against the truth.

    Shown are precision and coverage with exact 95 % bounds, the same by scenario, how far the stated confidence can be
    believed, whether every cent has one place, and every wrong line with the evidence that misled.
    The truth has the columns bank_reference or line_id, item_number and allocated_amount; a line that pays no item
    has one row without item_number. Optional: kind, fate, scenario, decidable, group. With csv, the figures alone
    are written.
    """
    from recon.report.quality import evaluate

    lines, allocations = _read_text(run / "lines.csv"), _read_text(run / "allocations.csv")
    items = None if open_items is None else _read_items(open_items, policy)
    quality = evaluate(lines, allocations, _read_text(truth), items)
    if out is not None:
        from recon.report.quality_page import render_quality_page

        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(render_quality_page(quality, f"{run} against {truth.name}"))
        note(f"written to {out}")
    if calibration is not None:
        calibration.parent.mkdir(parents=True, exist_ok=True)
        calibration.write_text(quality.proof.write_csv(), encoding="utf-8")
        note(f"written to {calibration}")
    _write(quality, how)


def _write(quality: Quality, how: str) -> None:
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
        f"conservation: {quality.conservation.said}\n"
    )
    for name, table in _tables(quality).items():
        write_data(f"\n{name.replace('_', ' ')}: {table.height or 'none'}\n")
        if table.height:
            write_frame(table, how)


def _tables(quality: Quality) -> dict[str, pl.DataFrame]:
    found = {name: getattr(quality, name) for name in TABLES}
    checked = {name: getattr(quality.conservation, name) for name in CONSERVATION}
    return found | {name: table for name, table in checked.items() if table is not None}


def _as_data(quality: Quality) -> dict[str, Any]:
    counts = {
        "lines": quality.lines,
        "lost": quality.lost,
        "unlabelled": quality.unlabelled,
        "calibration_error": quality.calibration_error,
        "conservation": quality.conservation.said,
    }
    tables = {name: table.to_dicts() for name, table in _tables(quality).items()}
    return counts | {"figures": quality.figures().to_dicts()} | tables


def _read_items(path: Path, policy_file: Path | None) -> pl.DataFrame:
    """Read the open items through the door that `recon match` uses."""
    from recon.config import load_policy
    from recon.plugins import Plugins
    from recon.run.books import FILE_SOURCE

    policy = load_policy(policy_file)
    options: dict[str, Any] = {
        **policy.sources.get(FILE_SOURCE, {}),
        "item_columns": policy.item_columns,
        "items": str(path),
    }
    return Plugins.discover().fetch(FILE_SOURCE, None, options).items


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
