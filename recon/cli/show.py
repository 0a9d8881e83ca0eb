"""`recon show`: one line with every field that the bank sent, and its raw record."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from recon.cli.options import format_option, policy_option, statements_argument
from recon.cli.output import write_frame
from recon.cli.progress import under_way
from recon.cli.verb import Verb

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from recon.run.raw_record import RawRecord


@click.command("show", cls=Verb, epilog="Example: recon show Lq7d2 statements/ --raw")
@click.argument("line", metavar="LINE")
@statements_argument
@click.option(
    "--raw", is_flag=True, help="Write the bytes of the record alone, as the bank sent them."
)
@policy_option
@format_option()
def command(
    line: str, statements: tuple[Path, ...], raw: bool, policy: Path | None, how: str
) -> None:
    """Show one line of bank statements: its fields, and the raw record with file, offset and length.

    LINE is the line_id of lines.csv, or as much of its beginning as no other line has. STATEMENT is what the run was
    given: files or folders.
    """
    from recon.config import load_policy

    rules = load_policy(policy)
    with under_way(quiet=True) as progress:
        from recon.plugins import Plugins
        from recon.run.raw_record import find_raw_record

        found = find_raw_record(line, statements, rules, Plugins.discover(), progress)
    if raw:
        sys.stdout.buffer.write(found.raw)
        return
    write_frame(_table(found), how)


def _table(found: RawRecord) -> pl.DataFrame:
    """Give one row a field: the place first, then what was read, then the record as text."""
    import polars as pl

    from recon.errors import printable
    from recon.money import format_minor

    fields = dict(found.fields)
    for name, currency in (
        ("amount", fields["currency"]),
        ("charges", fields["currency"]),
        ("original_amount", fields.get("original_currency")),
    ):
        if name in fields and currency:
            fields[name] = format_minor(fields[name], currency)
    place = ("line_id", "file", "record", "line_number", "byte_offset", "byte_length")
    ordered = {name: fields[name] for name in place if name in fields} | fields
    rows = [(name, printable(str(value))) for name, value in ordered.items()]
    rows += [("delivered_again", printable(name)) for name in found.copies]
    text = found.raw.decode("utf-8", "backslashreplace")
    rows += [("raw", printable(one)) for one in text.splitlines() if one.strip()]
    return pl.DataFrame(rows, schema={"field": pl.String, "value": pl.String}, orient="row")
