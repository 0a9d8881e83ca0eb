"""Let a person say what became of an entry that the program cannot find out. In: a key, what they found. Out: an answer.

A ledger that cannot be asked leaves an unheard entry to a person, and what a ledger rejected may be sent again once its
cause is gone. Either is an event with who said so and why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.errors import Refused, clip
from recon.frames.facts import Answers
from recon.store.projections import catch_up
from recon.store.reading import fetch
from recon.store.tables import OUTBOX

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from recon.review.act import Act
    from recon.run.daily.desk import Desk

_SETTLED_BY_PEOPLE: Final = ("needs_confirmation", "rejected")


def confirm_entry(
    desk: Desk, ledger: str, beginning: str, act: Act, *, remote_id: str | None
) -> str:
    """Record that a ledger has an entry, or that it has not and is to get it again.

    Args:
        desk: the workspace.
        ledger: its name.
        beginning: the entry's key, or as much of its beginning as no other one has.
        act: who looked, and what they say.
        remote_id: under which id the ledger has it; None: it does not have it, and the next `post` sends it.

    Returns:
        the entry's key.

    Raises:
        Refused: there is no such entry, it waits for no person, or this person may not or does not say why.
    """
    person = act.person("post")
    act.check_said("what a person found in a ledger")
    columns = [name for name in Answers.column_names() if name != "seq"]
    with desk.store.writing() as connection:
        catch_up(connection)
        row = _stuck(connection, ledger, beginning)
        if remote_id is not None and row["state"].item() == "rejected":
            raise Refused(
                f"{ledger} rejected entry {row['entry_key'].item()}, and does not have it",
                hint="send it again, or take its decision back",
            )
        answer = row.with_columns(
            state=pl.lit("pending" if remote_id is None else "posted"),
            remote_id=pl.lit(remote_id, pl.String),
            reason=pl.lit(f"{person.name}: {act.said}"),
        )
        facts = {"ledger": ledger, "entries": 1, "by": person.name}
        desk.record(connection, "posting_answered", facts, {"answers": answer.select(columns)})
        catch_up(connection)
    return str(row["entry_key"].item())


def _stuck(connection: Connection, ledger: str, beginning: str) -> pl.DataFrame:
    table = OUTBOX.table
    begins = table.c.entry_key.startswith(beginning, autoescape=True)
    found = fetch(connection, OUTBOX, table.c.ledger == ledger, begins)
    if found.height != 1:
        told = "more than one entry begins" if found.height else "no entry begins"
        raise Refused(f"{told} with {clip(beginning)!r}", hint="`recon outbox` lists what is stuck")
    state = found["state"].item()
    if state not in _SETTLED_BY_PEOPLE:
        raise Refused(
            f"entry {found['entry_key'].item()} is {state}, and waits for no person",
            hint=f"`recon post {ledger}` delivers what is open",
        )
    return found
