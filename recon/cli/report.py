"""`recon report`: a report of the record, as of a day and as it was known then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from recon.cli.output import note, write_data
from recon.cli.verb import Verb
from recon.cli.workspace import as_of_option, at_desk, workspace_options

# The names of recon.report.standing, which is not imported here because it imports polars.
REPORTS = (
    "unmatched",
    "register",
    "reconciliation",
    "proof-of-cash",
    "differences",
    "postings",
    "changes",
    "decisions",
    "quality",
)
FORMS = ("table", "csv", "json", "html", "xlsx")
_BINARY = ("html", "xlsx")


@click.command(
    "report",
    cls=Verb,
    epilog="Example: recon report unmatched --as-of 2026-10-31 --format xlsx --out october.xlsx",
)
@click.argument("name", type=click.Choice(REPORTS), metavar="NAME")
@workspace_options
@as_of_option("The value date of the report; the last one in the record if left out")
@click.option("--known", type=int, metavar="EVENT", help="As it was known after this event.")
@click.option(
    "--known-at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    metavar="INSTANT",
    help="As it was known at this instant (UTC; a day: at its end).",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Roll forward from this value date (unmatched, proof-of-cash).",
)
@click.option(
    "--book-balance",
    multiple=True,
    metavar="ACCOUNT=AMOUNT",
    help="What the ledger has (reconciliation).",
)
@click.option(
    "--format",
    "how",
    type=click.Choice(FORMS),
    default="table",
    show_default=True,
    help="How to write it; html and xlsx need --out.",
)
@click.option("--table", metavar="NAME", help="For table and csv: which table of the report.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write it here, with its SHA-256 beside it.",
)
def command(name: str, folder: Path, user: str | None, **asked: Any) -> None:
    """Print a report of the record; the same days give the same bytes for ever.

    NAME: unmatched, register, reconciliation, proof-of-cash, differences, postings, changes, decisions, quality.
    """
    with at_desk(folder, user) as desk:
        from recon.run.daily.reporting import Wanted, render

        wanted = Wanted(name=name, **asked)
        data = render(desk, wanted)
    out = asked["out"]
    if isinstance(out, Path):
        _keep(data, out)
    elif asked["how"] in _BINARY:
        raise click.UsageError("give --out FILE for this format")
    else:
        write_data(data.decode())


def _keep(data: bytes, out: Path) -> None:
    """Write a report and its digest."""
    import hashlib

    from recon.run.deliver import write_files

    digest = hashlib.sha256(data).hexdigest()
    beside = f"{digest}  {out.name}\n".encode()
    write_files({out.name: data, f"{out.name}.sha256": beside}, out.parent)
    note(f"{out}: sha256 {digest}")
