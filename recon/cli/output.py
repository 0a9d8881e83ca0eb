"""Write for a reader: data to stdout, all else to stderr."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

import click
from click.exceptions import Exit

from recon.errors import ConfigurationError, MalformedFile, Place, ReconError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import polars as pl

    from recon.plugins import Plugins
    from recon.protocols import InputFile


def write_frame(frame: pl.DataFrame, how: str) -> None:
    """Write a frame to stdout as table, csv or json."""
    import shutil

    from recon.report.console import render

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    write_data(render(frame, how, width=width))


def write_data(text: str) -> None:
    """Write data to stdout: UTF-8 with line feeds in a pipe, whatever the locale says."""
    click.echo(text if sys.stdout.isatty() else text.encode(), nl=False)


def note(text: str, *, quiet: bool = False) -> None:
    """Say something beside the data."""
    if not quiet:
        click.echo(text, err=True)


def warn_of_failed_plugins(plugins: Plugins) -> None:
    """Name every plugin that is installed and not used: its absence may change results."""
    for failure in plugins.failures:
        what = "plugin" if failure.kind == "plugin" else f"{failure.kind} of {failure.owner}"
        note(f"warning: {what} {failure.name!r} is not used\n  {printable(failure.error or '')}")


def show_quarantined(files: Iterable[InputFile]) -> None:
    """List the inputs that could not be read, each with its reason."""
    for file in files:
        name, reason = printable(file.name), printable(file.error or "no reason was given")
        if not reason.startswith("error["):
            note(f"error[quarantined] {name}\n  {reason}")
        else:
            # A format that gave no place left the file unnamed.
            note(reason if name in reason else f"{reason}\n  in {name}")


def show_held(statements: pl.DataFrame) -> None:
    """Warn of every statement whose balances do not add up, with both numbers."""
    import polars as pl

    from recon.money import format_minor

    for row in statements.filter(pl.col("balance_check") == "broken").iter_rows(named=True):
        currency, closing = row["currency"], row["closing_balance"]
        opening = row["opening_balance"]
        moved = closing - opening - row["balance_difference"]
        number = f"{row['statement_number']} " if row["statement_number"] else ""
        state = "is held: nothing of it is applied" if row["is_held"] else "does not balance"
        note(
            f"warning: {printable(row['file'])}: statement {printable(number)}of "
            f"{printable(row['account']) or 'an unnamed account'} {state}\n"
            f"  opening {format_minor(opening, currency)} + lines {format_minor(moved, currency)} = "
            f"{format_minor(opening + moved, currency)}, "
            f"but the bank says {format_minor(closing, currency)} {currency}"
        )
    for row in statements.filter(pl.col("continuity_check") == "broken").iter_rows(named=True):
        note(
            f"warning: {printable(row['file'])}: "
            f"{printable(row['continuity_note'] or 'a statement does not continue the one before')}"
        )


def write_blocks(blocks: Iterable[pl.DataFrame], out: Path) -> int:
    """Write tables of the same columns as one CSV file, whole or not at all, and give the number of its rows.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    unfinished = out.with_name(f".{out.name}.part")
    count = 0
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as file:
            for number, block in enumerate(blocks):
                block.write_csv(file, include_header=number == 0)
                count += block.height
        os.replace(unfinished, out)  # noqa: PTH105 - the atomic form is the point
    except OSError as error:
        raise ConfigurationError(f"cannot write {out}: {error.strerror or error}") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def show_rejects(rejects: pl.DataFrame) -> None:
    """List every record that could not be read, with its place, text and cause."""
    for row in rejects.iter_rows(named=True):
        place = Place(row["file"], row["line_number"])
        cause = row["reason"] if row["field"] is None else f"{row['field']}: {row['reason']}"
        error = MalformedFile(cause, place=place, excerpt=row["excerpt"], hint=row["hint"])
        error.code = row["code"]
        note(error.render())


def leave_with(errors: Iterable[ReconError | None]) -> NoReturn:
    """Show what was missed and leave with the exit code of the first, or with 0."""
    missed = [error for error in errors if error is not None]
    for error in missed:
        note(error.render())
    raise Exit(missed[0].exit_code if missed else 0)


def leave(code: int) -> NoReturn:
    """Leave with an exit code of the contract."""
    raise Exit(code)


def show_batches(batches: pl.DataFrame | None) -> None:
    """Warn of every batch that is not used or that no line pays, and of every part that stands on account."""
    if batches is None:
        return
    import polars as pl

    from recon.money import format_minor

    batch = ["file", "provider", "batch_reference"]
    heads = batches.sort("file", "row").unique(batch, keep="first", maintain_order=True)
    for row in heads.filter(pl.col("state").is_in(["refused", "not_found"])).iter_rows(named=True):
        why = row["note"] or row["finding"].replace("_", " ")
        what = "is not used" if row["state"] == "refused" else "is not applied"
        note(
            f"warning: {printable(row['file'])}:{row['row']}: batch {printable(row['batch_reference'])} {what}: {why}"
        )
    for row in batches.filter(pl.col("state") == "on_account").iter_rows(named=True):
        gross = format_minor(row["gross_amount"], row["currency"])
        named = printable(row["reference"] or "no reference")
        note(
            f"warning: {printable(row['file'])}:{row['row']}: {gross} {row['currency']} of batch "
            f"{printable(row['batch_reference'])} stand on account: {named} is no open item"
        )
