"""The short summary of a run on stdout: totals that tie, fates, and where the files are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recon.cli.output import write_data, write_frame

if TYPE_CHECKING:
    import polars as pl

    from recon.run.flow import RunResult


def write_summary(result: RunResult, how: str) -> None:
    """Write the summary; as json it is the one of run.json with the output folder."""
    from recon.report.console import json_text

    if how == "json":
        write_data(json_text(result.summary | {"out": str(result.out)}))
        return
    totals = totals_frame(result.summary)
    if how == "csv":
        write_frame(totals, how)
        return
    # A program wants the same rows every day, a person only those that say something.
    write_frame(
        totals.filter((totals["lines"] > 0) | (totals["amount"].str.contains("[1-9]"))), how
    )
    write_data("\n")
    write_frame(fates_frame(result.summary), how)
    files = sorted(path.name for path in result.out.iterdir() if path.is_file())
    write_data(f"\nWritten to {result.out}: {', '.join(files)}\n")


def totals_frame(summary: dict[str, Any]) -> pl.DataFrame:
    """Give the control totals as rows; per currency, the rows after `received` add up to it."""
    import polars as pl

    rows = [
        (code, name, part["count"], part["amount"])
        for code, totals in sorted(summary["totals"].items())
        for name, part in (("received", totals["received"]), *_in_order(totals["received_is"]))
    ]
    schema = {"currency": pl.String, "total": pl.String, "lines": pl.Int64, "amount": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _in_order(parts: dict[str, Any]) -> list[tuple[str, Any]]:
    from recon.report.totals import PARTS

    return [(f"  {name}", parts[name]) for name in PARTS]


def fates_frame(summary: dict[str, Any]) -> pl.DataFrame:
    """Give the count of lines for each fate and reason that occurs."""
    import polars as pl

    rows = [
        (fate, reason, lines)
        for fate, found in summary["fates"].items()
        for reason, lines in found["reasons"].items()
    ]
    schema = {"fate": pl.String, "reason": pl.String, "lines": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")
