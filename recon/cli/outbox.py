"""`recon outbox`: what was not delivered to a ledger, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from recon.cli.deciding import comment_option
from recon.cli.options import format_option
from recon.cli.output import write_data, write_frame
from recon.cli.verb import Verb
from recon.cli.workspace import at_desk, workspace_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    "outbox",
    cls=Verb,
    epilog='Example: recon outbox --ledger erp --entry 3f02 --found 4711 --comment "seen in the journal"',
)
@click.option("--ledger", metavar="NAME", help="Only what waits for this ledger.")
@click.option("--entry", metavar="KEY", help="Instead of listing: say what became of this entry.")
@click.option("--found", metavar="ID", help="You looked: the ledger has the entry under this id.")
@click.option("--resend", is_flag=True, help="You looked: it has not; the next post sends it.")
@comment_option
@workspace_options
@format_option()
def command(folder: Path, user: str | None, how: str, **given: Any) -> None:
    """List the entries that wait, were rejected, or of which no answer was heard.

    An entry that needs a confirmation is settled by whoever looked into the ledger; KEY is as much of its beginning as no
    other has.
    """
    ledger, key = given["ledger"], given["entry"]
    if key is not None:
        _settle(folder, user, given)
        return
    if given["found"] is not None or given["resend"]:
        raise click.UsageError("name the entry by --entry KEY")
    with at_desk(folder, user) as desk:
        from recon.run.daily.posting import outbox

        rows = outbox(desk, ledger)
    write_frame(rows.drop("seq"), how)


def _settle(folder: Path, user: str | None, given: dict[str, Any]) -> None:
    ledger, found = given["ledger"], given["found"]
    if ledger is None or (found is None) != given["resend"]:
        raise click.UsageError("with --entry give --ledger, and either --found ID or --resend")
    with at_desk(folder, user) as desk:
        from recon.run.daily.confirming import confirm_entry
        from recon.run.daily.deciding import act_of
        from recon.store.lock import run_lock

        act = act_of(desk, comment=given["comment"])
        with run_lock(desk.store, f"recon outbox by {desk.actor}"):
            key = confirm_entry(desk, ledger, given["entry"], act, remote_id=found)
    told = "is to be sent again" if found is None else f"is in {ledger} as {found}"
    write_data(f"entry {key} {told}\n")
