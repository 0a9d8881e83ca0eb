"""Look again, in the transaction that records: did anything move since a person judged? In: the decision. Out: nothing, or Refused.

What was judged on the record of a moment ago may pass a limit, or fall into a period, that moved since. Nothing is judged
anew here: whoever is refused looks at the line again, and the controls judge what stands by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import func, select

from recon.errors import Refused
from recon.frames.events import Periods
from recon.review.parts import FORGIVING_KINDS
from recon.review.people import same_name
from recon.review.periods import check_open
from recon.store.projections import by_column
from recon.store.reading import fetch
from recon.store.tables import FACT, ITEM_STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from recon.protocols import Standing
    from recon.review.act import PersonDecision

_AGAIN = "look at the line again"


def check_unmoved(
    connection: Connection, before: Standing, decisions: Sequence[PersonDecision]
) -> None:
    """Check that nothing moved on which these decisions were judged.

    Args:
        connection: the transaction that will record them, caught up with.
        before: the record on which they were made.
        decisions: all of one act.

    Raises:
        Refused: a line was decided, an item was settled or promised, a period was closed, or the person wrote something
            else off since.
    """
    periods = Periods.validate(fetch(connection, FACT["periods"]))
    since = _decided_since(connection, before.known_seq)
    for one in decisions:
        _check_line(connection, one)
        _check_items(connection, before, one, since)
        check_open(periods, one.effective_on, "a decision that counts")
        check_open(periods, one.entry_date, "an entry")
        _check_write_offs(one, since)


def _decided_since(connection: Connection, seq: int) -> pl.DataFrame:
    """Give what people decided after an event, by allocation: decided_by, item_id and kind."""
    log = FACT["decisions"]
    fresh = fetch(connection, log, log.table.c.seq > seq, log.table.c.decided_by != "rule")
    given = by_column(connection, FACT["allocations"], "decision_no", set(fresh["decision_no"]))
    names = fresh.select("decision_no", "decided_by")
    return given.filter(pl.col("status") == "applied").join(names, on="decision_no")


def _check_line(connection: Connection, one: PersonDecision) -> None:
    log = FACT["decisions"].table
    newest = connection.scalar(
        select(func.max(log.c.decision_no)).where(log.c.line_id == one.line_id)
    )
    if newest != one.follows:
        raise Refused(
            f"line {one.line_id} was decided meanwhile by decision {newest}",
            hint="look at it again",
        )


def _check_items(
    connection: Connection, before: Standing, one: PersonDecision, since: pl.DataFrame
) -> None:
    ids = one.allocations["item_id"].drop_nulls().unique().sort().to_list()
    if not ids:
        return
    now = fetch(connection, ITEM_STATES, ITEM_STATES.table.c.item_id.in_(ids))
    key = ["item_id", "open_amount"]
    moved = now.join(before.items, on=key, how="anti")["item_id"]
    # A decision that waits for an approval settles nothing yet, and has promised its items all the same.
    promised = now.join(since, on="item_id", how="semi")["item_id"]
    found = pl.concat([moved, promised])
    if found.len():
        raise Refused(
            f"item {found[0]} of line {one.line_id} was settled meanwhile, in part or whole",
            hint=_AGAIN,
        )


def _check_write_offs(one: PersonDecision, since: pl.DataFrame) -> None:
    """What a person writes off is counted by the day, so that two sittings at once could pass the limit together."""
    is_forgiving = pl.col("kind").is_in(FORGIVING_KINDS)
    if one.allocations.filter(is_forgiving).is_empty():
        return
    who = str(one.decision["decided_by"].item())
    others = since.filter(is_forgiving)["decided_by"].unique().to_list()
    if any(same_name(other) == same_name(who) for other in others):
        raise Refused(f"{who} wrote something else off meanwhile", hint=_AGAIN)
