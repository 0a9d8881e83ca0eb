"""`recon queue`: the lines that wait for a person, the weightiest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recon.cli.options import format_option
from recon.cli.output import write_frame
from recon.cli.verb import Verb
from recon.cli.workspace import as_of_option, at_desk, workspace_options

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import polars as pl


@click.command("queue", cls=Verb, epilog="Example: recon queue --owner bertha")
@workspace_options
@as_of_option("The day to which ages are counted; today if left out")
@click.option("--owner", metavar="NAME", help="Only what this person looks after.")
@format_option()
def command(
    folder: Path, user: str | None, as_of: dt.datetime | None, owner: str | None, how: str
) -> None:
    """List the lines that wait for a person: large and old ones first, currency by currency in turn."""
    with at_desk(folder, user) as desk:
        from recon.run.daily.waiting import waiting

        rows: pl.DataFrame = waiting(desk, as_of.date() if as_of else None)
    if owner is not None:
        rows = rows.filter(rows["owner"] == owner)
    if how != "table":
        write_frame(rows, how)
        return
    import polars as pl

    from recon.money import format_minor_expr

    write_frame(
        rows.select(
            line="line_id",
            days="age_days",
            amount=format_minor_expr(pl.col("amount"), pl.col("currency")),
            currency="currency",
            payer="payer_name",
            fate="fate",
            reason="reason",
            suggested="best_items",
            sure=pl.col("best_confidence_ppm") // 10_000,
            owner="owner",
        ),
        how,
    )
