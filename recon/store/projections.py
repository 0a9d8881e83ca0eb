"""Keep up with the facts: which lines there are, which decision of each is in force, what is left of each item.

A projection can be made anew from the facts at any time; it is kept because a morning's run needs a thousandth of it.
Every writing transaction ends by catching up, and so does the next one after a run that was killed. Making it anew is
catching up from nothing, by the same code.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
from sqlalchemy import select

from recon.apply.carry import empty_states, load, settle
from recon.frames.entries import Outbox
from recon.frames.facts import LineStates
from recon.store.blocks import FIRST_DAY, LAST_DAY
from recon.store.chain import head
from recon.store.force import in_force, moves_of
from recon.store.lines import NARROW, check_stored, lines_of
from recon.store.policies import holds_at
from recon.store.reading import fetch, fetch_blocks, pieces
from recon.store.tables import FACT, ITEM_STATES, LINE_STATES, OUTBOX, PROGRESS
from recon.store.writing import change, upsert

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dataframely as dy
    from sqlalchemy import Connection

    from recon.frames.statements import Statements
    from recon.store.tables import Kept

_NAME: Final = "projections"
_BY_DECISION: Final = ("decision_no", "fate", "owner")
# What a further delivery may change; account and day are part of a line's identity.
_BY_DELIVERY: Final = ("statement_id", "record", "occurrence", "copies", "is_held")
_SPAN: Final = (FIRST_DAY, LAST_DAY)
# From here on reading all rows is quicker than naming them.
_MANY: Final = 20_000


@dataclass(frozen=True, slots=True)
class Projections:
    """What stands: a frame a table."""

    lines: pl.DataFrame
    items: pl.DataFrame
    outbox: pl.DataFrame


def catch_up(connection: Connection) -> None:
    """Bring all projections to the newest event."""
    done, newest = progress(connection), head(connection).seq
    if done == newest:
        return
    fresh, changed = _lines_since(connection, done)
    upsert(connection, LINE_STATES, fresh)
    change(connection, LINE_STATES, changed)
    decided = _decided_since(connection, done, newest)
    change(connection, LINE_STATES, decided.lines.select("line_id", *_BY_DECISION))
    upsert(connection, ITEM_STATES, decided.items)
    upsert(connection, OUTBOX, decided.outbox)
    table = PROGRESS
    if done == 0:
        connection.execute(table.insert().values(name=_NAME, seq=newest))
    else:
        connection.execute(table.update().where(table.c.name == _NAME).values(seq=newest))


def made_anew(connection: Connection, until: int) -> Projections:
    """Make all projections from the facts alone, as they were after one event; nothing is written."""
    return _decided_of(connection, lines_until(connection, until), until)


def lines_until(connection: Connection, until: int) -> pl.DataFrame:
    """Give all lines known after an event, undecided."""
    return lines_of(*_delivered(connection, None, None, until))


def progress(connection: Connection) -> int:
    """Give the event up to which the projections have come."""
    found = connection.scalar(select(PROGRESS.c.seq).where(PROGRESS.c.name == _NAME))
    return found or 0


# ---------------------------------------------------------------- lines


def _lines_since(connection: Connection, done: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the lines that new statements, releases or another policy bring, undecided; and what they change of others."""
    statements = FACT["statements"]
    new = fetch(connection, statements, statements.table.c.seq > done)
    releases = FACT["releases"]
    released = fetch(connection, releases, releases.table.c.seq > done)
    if holds_at(connection, done) != holds_at(connection, None) and done:
        touched = fetch(connection, statements)
    else:
        is_released = pl.col("statement_id").is_in(released["statement_id"].implode())
        again = (
            fetch(connection, statements).filter(is_released) if released.height else new.clear()
        )
        touched = pl.concat([new, again])
    if touched.is_empty():
        return LineStates.create_empty(), LineStates.create_empty()
    accounts = touched["account"].unique().to_list()
    days = _days(connection, touched)
    checked, delivered = _delivered(connection, accounts, days, None)
    states = LINE_STATES.table
    with ThreadPoolExecutor(1) as aside:
        # Identities are worked out while the database gives what was known.
        identified = aside.submit(lines_of, checked, delivered)
        known = fetch(
            connection,
            LINE_STATES,
            states.c.account.in_(accounts),
            states.c.booking_date.between(days[0], days[1]),
            names=("line_id", *_BY_DELIVERY),
        )
        now = identified.result()
    return now.join(known, on="line_id", how="anti"), _changed(now, known)


def _changed(now: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Give what is no longer as it was known: line_id and the columns that changed; decisions stay."""
    both = known.join(now.select(known.columns), on="line_id", suffix="_now")
    differs = {name: pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in _BY_DELIVERY}
    some = both.select(is_so.any().alias(name) for name, is_so in differs.items()).row(
        0, named=True
    )
    changed = [name for name, is_so in some.items() if is_so]
    if not changed:
        return LineStates.create_empty()
    return both.filter(pl.any_horizontal(differs[name] for name in changed)).select(
        "line_id", *(pl.col(f"{name}_now").alias(name) for name in changed)
    )


def _days(connection: Connection, touched: pl.DataFrame) -> tuple[str, str]:
    """Give the first and the last day on which an entry of these statements is booked, as text."""
    deliveries = FACT["deliveries"]
    columns = deliveries.table.c
    days = [
        fetch_blocks(connection, deliveries, columns.statement_id.in_(ids), names=_SPAN)
        for ids in pieces(touched["statement_id"])
    ]
    first, last = pl.concat(days).select(pl.col(FIRST_DAY).min(), pl.col(LAST_DAY).max()).row(0)
    return (first, last) if first else ("9999-12-31", "0000-01-01")


def _delivered(
    connection: Connection,
    accounts: list[str] | None,
    days: tuple[str, str] | None,
    until: int | None,
) -> tuple[dy.DataFrame[Statements], pl.DataFrame]:
    """Give the checked statements and the deliveries of some accounts and days, or of all, as known after an event."""
    statements, releases, deliveries = (FACT[n] for n in ("statements", "releases", "deliveries"))
    table = statements.table
    where = [] if until is None else [table.c.seq <= until]
    where += [] if accounts is None else [table.c.account.in_(accounts)]
    read = fetch(connection, statements, *where)
    freed = fetch(connection, releases, *([] if until is None else [releases.table.c.seq <= until]))
    checked = check_stored(read, freed, holds_at(connection, until))
    table = deliveries.table
    where = [] if until is None else [table.c.seq <= until]
    if accounts is not None and days is not None:
        ids = select(statements.table.c.statement_id).where(
            statements.table.c.account.in_(accounts)
        )
        where += [
            table.c.statement_id.in_(ids),
            table.c[FIRST_DAY] <= days[1],
            table.c[LAST_DAY] >= days[0],
        ]
    told = fetch(connection, deliveries, *where, names=NARROW)
    if days is not None:
        # A block may reach beyond the days asked for.
        first, last = (pl.lit(day).str.to_date() for day in days)
        told = told.filter(pl.col("booking_date").is_between(first, last))
    return checked, told


# ---------------------------------------------------------------- decisions, items, outbox


def _decided_since(connection: Connection, done: int, newest: int) -> Projections:
    """Give what the events after `done` change of lines, items and outbox."""
    lines = by_keys(connection, LINE_STATES, _touched_lines(connection, done))
    forced = in_force(connection, lines, done, newest)
    moves = moves_of(connection, forced)
    versions = _between(connection, FACT["item_versions"], done, newest)
    ids = set(moves["item_id"]) | set(versions["item_id"])
    items = by_keys(connection, ITEM_STATES, ids)
    return Projections(
        _stand(lines, forced, _between(connection, FACT["comments"], done, newest)),
        items_after(items, moves, versions),
        last_answers(_between(connection, FACT["answers"], done, newest)),
    )


def _decided_of(connection: Connection, lines: pl.DataFrame, until: int) -> Projections:
    """Let all decisions up to an event act on undecided lines."""
    forced = in_force(connection, lines, 0, until)
    versions = _between(connection, FACT["item_versions"], 0, until)
    items = items_after(empty_states(), moves_of(connection, forced), versions)
    return Projections(
        _stand(lines, forced, _between(connection, FACT["comments"], 0, until)),
        items.sort("item_id"),
        last_answers(_between(connection, FACT["answers"], 0, until)),
    )


def _touched_lines(connection: Connection, done: int) -> set[str]:
    """Name the lines that the events after `done` decide, approve or comment."""
    decisions, approvals, comments = (FACT[name] for name in ("decisions", "approvals", "comments"))
    approved = select(approvals.table.c.decision_no).where(approvals.table.c.seq > done)
    asked = (
        (decisions, decisions.table.c.seq > done),
        (decisions, decisions.table.c.decision_no.in_(approved)),
        (comments, comments.table.c.seq > done),
    )
    return {
        line
        for kept, where in asked
        for line in fetch(connection, kept, where, names=("line_id",))["line_id"]
    }


def by_keys(connection: Connection, kept: Kept, keys: set[str]) -> pl.DataFrame:
    """Read the rows with these keys: a few by name, many by reading all."""
    return by_column(connection, kept, kept.order[0], keys)


def by_column(
    connection: Connection,
    kept: Kept,
    name: str,
    values: set[str] | set[int],
    names: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Read the rows with these values in a column: a few by name, many by reading all.

    Args:
        connection: an open transaction.
        kept: the table.
        name: the column.
        values: what it has.
        names: the columns wanted, `name` among them; all if left out.
    """
    wanted = names or kept.columns
    if len(values) > _MANY:
        rows = fetch(connection, kept, names=wanted)
        return rows.filter(pl.col(name).is_in(pl.Series(list(values)).implode()))
    column = kept.table.c[name]
    found = (fetch(connection, kept, column.in_(some), names=wanted) for some in pieces(values))
    none = pl.DataFrame(schema={one: kept.types[one] for one in wanted})
    return pl.concat([none, *found])


def _between(connection: Connection, kept: Kept, done: int, until: int) -> pl.DataFrame:
    seq = kept.table.c.seq
    return fetch(connection, kept, seq > done, seq <= until)


def _stand(lines: pl.DataFrame, forced: pl.DataFrame, comments: pl.DataFrame) -> pl.DataFrame:
    """Put the decision in force and the owner to each line."""
    last = forced.group_by("line_id", maintain_order=True).agg(pl.col("decision_no", "fate").last())
    given = comments.filter(pl.col("owner").is_not_null())
    owners = given.group_by("line_id", maintain_order=True).agg(pl.col("owner").last())
    return (
        lines.join(last, on="line_id", how="left", suffix="_new", maintain_order="left")
        .join(owners, on="line_id", how="left", suffix="_new", maintain_order="left")
        .with_columns(pl.coalesce(f"{name}_new", name).alias(name) for name in _BY_DECISION)
        .select(LineStates.column_names())
    )


def last_answers(answers: pl.DataFrame) -> pl.DataFrame:
    """Give the last answer of each ledger to each entry."""
    last = answers.sort("seq").group_by("ledger", "entry_key").agg(pl.all().last())
    return last.select(Outbox.column_names()).sort("ledger", "entry_key")


def items_after(states: pl.DataFrame, moves: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """Let extracts and decisions act in the order of their events; what lies between two extracts is one step."""
    at = 0
    for seq in versions["seq"].unique().sort():
        states = _settled(states, moves.filter(pl.col("seq").is_between(at, seq, closed="left")))
        states = load(states, versions.filter(pl.col("seq") == seq))
        at = seq
    return _settled(states, moves.filter(pl.col("seq") >= at))


def _settled(states: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    if moves.is_empty():
        return states
    summed = moves.group_by("item_id").agg(pl.col("moved").sum())
    return settle(states, summed.filter(pl.col("moved") != 0))
