"""`recon post`: deliver entries to a ledger, each exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recon.cli.options import format_option, quiet_option
from recon.cli.output import leave, note, write_frame
from recon.cli.progress import under_way
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk, plugins_of, workspace_options
from recon.errors import printable

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from recon.run.daily.looking_back import Difference

_POSTING = 4


@click.command("post", cls=Verb, epilog="Example: recon post beancount --dry-run")
@click.argument("ledger", metavar="LEDGER")
@click.option(
    "--dry-run",
    "is_dry",
    is_flag=True,
    help="Show the postings beside what the ledger has; send nothing.",
)
@click.option(
    "--check", "is_check", is_flag=True, help="Send nothing; ask for all that was posted before."
)
@workspace_options
@format_option()
@quiet_option
def command(
    *,
    ledger: str,
    is_dry: bool,
    is_check: bool,
    folder: Path,
    user: str | None,
    how: str,
    quiet: bool,
) -> None:
    """Deliver what a ledger does not have yet, with the opposite of what was taken back.

    Every entry has a key that is stored before it is sent. An entry of which no answer was heard is looked up in the
    ledger before it is sent again. Exit code 4: something is left open.

    With --check the ledger is asked whether it has every entry as it was posted; those that it does not confirm are listed,
    and nothing is recorded.
    """
    if is_dry and is_check:
        raise click.UsageError("give --dry-run or --check, not both")
    with under_way(quiet=quiet) as progress, at_desk(folder, user) as desk:
        from recon.run.daily.looking_back import difference, unconfirmed
        from recon.run.daily.posting import post
        from recon.store.lock import run_lock

        plugins = plugins_of(desk.workspace)
        plugins.ledger_type(ledger)
        if is_check:
            rows: pl.DataFrame = unconfirmed(desk, ledger, plugins, progress)
        elif is_dry:
            found = difference(desk, ledger, plugins, progress)
        else:
            with run_lock(desk.store, f"recon post by {desk.actor}"):
                posted = post(desk, ledger, plugins, progress)
    if is_check:
        write_frame(rows, how)
        note(f"{ledger}: {rows.height or 'no'} entries that it does not confirm")
        leave(_POSTING if rows.height else 0)
    if is_dry:
        _show(found, ledger, how)
        return
    from recon.cli.run import show_posted

    show_posted(posted)
    leave(0 if posted.is_complete else _POSTING)


def _show(found: Difference, ledger: str, how: str) -> None:
    """Show the postings that would be sent, and where the ledger differs already."""
    import polars as pl

    from recon.money import format_minor_expr

    rows = found.postings
    amount = format_minor_expr(pl.col("amount"), pl.col("currency"))
    columns = (
        "date",
        "entry_key",
        "account",
        amount.alias("amount"),
        "currency",
        "item_number",
        "description",
        "in_ledger",
    )
    write_frame(rows.select(*columns), how)
    keys = rows.select("entry_key", "in_ledger").unique()
    note(f"{keys.height} entries would be sent to {ledger}; nothing was")
    if there := keys.filter(pl.col("in_ledger") == "yes").height:
        note(f"{there} of them it has already: they will be found, not booked again")
    if gone := found.unconfirmed.height:
        note(
            f"{gone} entries of before it does not have as they were posted: "
            f"`recon post {ledger} --check` lists them"
        )
    if found.failure is not None:
        note(
            f"warning: {ledger} could not be asked what it has: {printable(found.failure.message)}"
        )
