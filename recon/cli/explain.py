"""`recon explain`: how one line of a run was decided, bit by bit."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recon.cli.options import format_option
from recon.cli.output import write_data, write_frame
from recon.cli.verb import Verb

if TYPE_CHECKING:
    from recon.run.explained import Explained, Explanation


@click.command("explain", cls=Verb, epilog="Example: recon explain Lq7d2 --run out/")
@click.argument("line", metavar="LINE")
@click.option(
    "--run",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    metavar="DIR",
    help="The folder that `recon match` wrote.",
)
@format_option()
def command(line: str, run: Path, how: str) -> None:
    """Show how one line was decided: the ledger of bits of every explanation that was weighed.

    LINE is the line_id of lines.csv, or as much of its beginning as no other line has. For each explanation: what each
    class of evidence is worth and where in the text it was read, the prior, the probability, the rules that refused it,
    which other line wants the same items and how much, and what would have to change before it is applied.
    """
    from recon.run.explained import explain_line

    explained = explain_line(line, run)
    if how == "json":
        from recon.report.console import json_text

        write_data(json_text(asdict(explained)))
    elif how == "csv":
        _write_rows(explained, how)
    else:
        _write_page(explained)


def _write_rows(explained: Explained, how: str) -> None:
    """One row a piece of a ledger; what is said of the whole explanation stands in each of its rows."""
    import polars as pl

    names = (
        "place",
        "status",
        "item_numbers",
        "confidence",
        "absent_bits",
        "wanted_by",
        "wanted_bits",
    )
    columns = ("line_id", *names, "refused_by", "part", "kind", "bits", "times_likelier", "text")
    rows: list[dict[str, Any]] = [
        {"line_id": explained.line["line_id"], "refused_by": "|".join(one.refused_by)}
        | {name: one.facts[name] for name in names}
        | asdict(piece)
        for one in explained.explanations
        for piece in one.ledger
    ]
    schema = dict.fromkeys(columns, pl.String)
    write_frame(pl.DataFrame([{n: row[n] for n in columns} for row in rows], schema=schema), how)


def _write_page(explained: Explained) -> None:
    from recon.report.text import spell_out
    from recon.run.explained import REFUND

    line = explained.line
    payer = f" from {line['payer_name']}" if line["payer_name"] else ""
    said = f": {line['remittance']}" if line["remittance"] else ""
    head = f"{line['line_id']}  {line['booking_date']}  {line['amount']} {line['currency']}{payer}{said}"
    write_data(f"{spell_out(head)}\n{line['fate']}: {(line['reason'] or '').replace('_', ' ')}\n")
    # The nearest miss is told by the ledgers below.
    if explained.note and not explained.note.startswith("nearest: "):
        write_data(f"{spell_out(explained.note)}\n")
    if not explained.explanations and line["reason"] != REFUND:
        write_data("No explanation was weighed: no open item was near, or none was looked for.\n")
    for one in explained.explanations:
        _write_explanation(one)
    if explained.parts:
        import polars as pl

        write_data("\nThe parts of its batch:\n")
        write_frame(pl.DataFrame(explained.parts), "table")


def _write_explanation(one: Explanation) -> None:
    import polars as pl

    from recon.report.text import spell_out

    facts = one.facts
    items = (facts["item_numbers"] or "no item").replace("|", ", ")
    shape = f"{facts['shape']}, {facts['settlement']}".replace("_", " ")
    status = (facts["status"] or "").replace("_", " ")
    write_data(
        spell_out(
            f"\n{facts['place']}. {items} ({shape}): {status}, probability {facts['confidence']}\n"
        )
    )
    write_frame(pl.DataFrame([asdict(piece) for piece in one.ledger]), "table")
    if facts["absent_bits"]:
        write_data(f"rival: it pays something that is not open: {facts['absent_bits']} bits\n")
    if facts["wanted_by"]:
        write_data(
            f"wanted by {facts['wanted_lines']} other line(s), most by {facts['wanted_by']}: "
            f"{facts['wanted_bits']} bits\n"
        )
    if facts["component"]:
        # Nothing of a component with a gap is applied, so who reads this wants to know how large it is.
        gap = Decimal(facts["gap_bits"] or 0)
        bound = f"at most {gap} bits below the best answer" if gap else "exactly"
        write_data(f"solved together with {facts['component_lines']} lines, {bound}\n")
    if one.refused_by:
        write_data(f"refused by: {', '.join(one.refused_by).replace('_', ' ')}\n")
    if one.to_apply:
        write_data("applied only if:\n" + "".join(f"  - {change}\n" for change in one.to_apply))
