"""Match what is open with what is left of the books, as the store knows them. In: the store. Out: a run's view.

The lines are those that no decision has settled; the items have what is left of them here; the history is what was
decided before. Nothing is written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from sqlalchemy import func, or_, select

from recon.frames.history import ConfirmedAllocations, History, RefusedPairs
from recon.frames.items import ClosedItems, Items
from recon.frames.parties import OwnAccounts
from recon.frames.rejects import Rejects
from recon.frames.statements import Statements
from recon.protocols import Books, InputFile
from recon.run.books import Fetched
from recon.run.daily.announced import find_announced
from recon.run.flow import match_view
from recon.run.reading import Reading
from recon.store.answered import approved_only, taken_back_numbers, waiting_decisions
from recon.store.chain import head
from recon.store.force import applied_of
from recon.store.lines import check_stored
from recon.store.policies import holds_at
from recon.store.reading import fetch
from recon.store.standing import parties_at
from recon.store.tables import EVENTS, FACT, ITEM_STATES, LINE_STATES
from recon.store.wide import wide_lines

if TYPE_CHECKING:
    import dataframely as dy
    from sqlalchemy import Connection

    from recon.frames.weighed import Weighed
    from recon.plugins import Plugins
    from recon.protocols import RunView
    from recon.run.daily.announced import Announced
    from recon.run.daily.desk import Desk

# What a later run may decide anew; everything else stays until a person undoes it.
OPEN_FATES = ("unmatched", "suggested")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a run looks at: both sides as they stand after one event."""

    seq: int
    reading: Reading
    fetched: Fetched
    states: pl.DataFrame
    items: pl.DataFrame
    # The event of each file of batches that the matcher was given.
    batch_origins: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Matched:
    """What came of it."""

    snapshot: Snapshot
    view: RunView
    weighed: dy.DataFrame[Weighed]
    threshold: int


class Concerned(NamedTuple):
    """What a run looks at of what came: statements by their id, deliveries by the number of their event."""

    statements: pl.Series
    deliveries: pl.Series


def match_open(desk: Desk, plugins: Plugins, as_of: dt.date) -> Matched:
    """Match all open lines as the store stands."""
    with desk.store.reading() as connection:
        snapshot = take_snapshot(connection, desk.workspace.settings.history_days)
    view, weighed, threshold = match_view(
        snapshot.reading, snapshot.fetched, desk.policy, plugins, as_of=as_of
    )
    return Matched(snapshot, view, weighed, threshold)


def take_snapshot(connection: Connection, history_days: int) -> Snapshot:
    """Read both sides as they stand.

    A line of which a decision waits for an approval is left to the people, and what it wants of an item is spoken for.

    Args:
        connection: a reading transaction.
        history_days: how far back decisions teach and announcements count, from the newest line.
    """
    seq = head(connection).seq
    table = LINE_STATES.table
    is_open = or_(table.c.fate.is_(None), table.c.fate.in_(OPEN_FATES))
    waiting = waiting_decisions(connection)
    states = fetch(connection, LINE_STATES, is_open).join(waiting, on="line_id", how="anti")
    read = fetch(connection, FACT["statements"])
    checked = check_stored(read, fetch(connection, FACT["releases"]), holds_at(connection, None))
    concerned = _concerned(connection, read, checked, states)
    reading = Reading(
        statements=Statements.validate(
            checked.filter(pl.col("statement_id").is_in(concerned.statements.implode()))
        ),
        lines=wide_lines(connection, states),
        rejects=_rejects(connection, concerned.deliveries),
        copies=pl.DataFrame(schema={"line_id": pl.String, "file": pl.String, "record": pl.Int64}),
        inputs=_inputs(connection, concerned.deliveries),
        findings=(),
    )
    items = fetch(connection, ITEM_STATES)
    since = _since(connection, history_days)
    announced = find_announced(connection, items, since)
    own = read["account"].unique()
    books = _books(connection, _unspoken(connection, items, waiting), announced, own)
    fetched = Fetched(books, _history(connection, since), inputs=())
    return Snapshot(seq, reading, fetched, states, items, announced.origins)


def _unspoken(connection: Connection, items: pl.DataFrame, waiting: pl.DataFrame) -> pl.DataFrame:
    """Take off the items what decisions want that wait for an approval; an item that is spoken for whole is left out."""
    wanted = applied_of(connection, waiting["decision_no"])
    sums = wanted.group_by("item_id").agg(wanted=pl.col("item_amount").sum())
    left = pl.col("open_amount") - pl.col("wanted").fill_null(0)
    return (
        items.join(sums, on="item_id", how="left")
        .filter(pl.col("wanted").is_null() | (left != 0))
        .with_columns(open_amount=left)
        .drop("wanted")
    )


def _books(
    connection: Connection, items: pl.DataFrame, announced: Announced, own: pl.Series
) -> Books:
    left = items.filter(pl.col("open_amount") != 0)
    closed = items.filter(pl.col("open_amount") == 0)
    accounts = fetch(connection, FACT["own_accounts"])
    newest = accounts.filter(pl.col("seq") == pl.col("seq").max()).drop("seq")
    seen = own.filter(own != "").to_frame("account").join(newest, on="account", how="anti")
    return Books(
        items=Items.validate(left.select(Items.column_names()).sort("item_id")),
        parties=parties_at(connection, head(connection).seq),
        remittances=announced.remittances,
        closed=ClosedItems.validate(closed.select(ClosedItems.column_names()).sort(pl.all())),
        own_accounts=OwnAccounts.validate(
            pl.concat([newest, seen], how="diagonal").sort("account")
        ),
        batches=announced.batches,
    )


def _since(connection: Connection, history_days: int) -> dt.date | None:
    """Give the first day of what counts; None before there is a line."""
    table = LINE_STATES.table
    newest = connection.scalar(select(func.max(table.c.booking_date)))
    if newest is None:
        return None
    return dt.date.fromisoformat(newest) - dt.timedelta(days=history_days)


def _history(connection: Connection, since: dt.date | None) -> History:
    """Give the lines that decisions in force applied of late, and what they were applied to."""
    table = LINE_STATES.table
    if since is None:
        return History.empty()
    is_past = (
        table.c.fate.in_(("applied", "on_account")),
        table.c.booking_date >= since.isoformat(),
    )
    states = fetch(connection, LINE_STATES, *is_past)
    numbers = states["decision_no"].drop_nulls()
    refused = approved_only(connection, fetch(connection, FACT["refused_pairs"]))
    taken_back = pl.Series(sorted(taken_back_numbers(connection)), dtype=pl.Int64)
    refused = refused.filter(~pl.col("decision_no").is_in(taken_back.implode()))
    return History(
        wide_lines(connection, states),
        _confirmed(connection, numbers),
        RefusedPairs.validate(refused.select(RefusedPairs.column_names()).unique().sort(pl.all())),
    )


def _confirmed(connection: Connection, numbers: pl.Series) -> dy.DataFrame[ConfirmedAllocations]:
    if numbers.is_empty():
        return ConfirmedAllocations.create_empty()
    kept = FACT["allocations"]
    table = kept.table
    where = (
        table.c.decision_no.between(numbers.min(), numbers.max()),
        table.c.status == "applied",
    )
    # Of a bank's reference the store knows nothing: its decisions name their lines.
    columns = ConfirmedAllocations.column_names()
    names = ["decision_no", *(name for name in columns if name in kept.types)]
    found = fetch(connection, kept, *where, names=names)
    return ConfirmedAllocations.validate(
        found.filter(pl.col("decision_no").is_in(numbers.implode()))
        .with_columns(bank_reference=pl.lit(None, pl.String))
        .select(columns)
    )


def _concerned(
    connection: Connection, read: pl.DataFrame, checked: pl.DataFrame, states: pl.DataFrame
) -> Concerned:
    """Tell what a run looks at: what came since the last one, and what came before and is not settled.

    All that the store ever received would make the files of each day longer than those of the day before.
    """
    events = EVENTS.table
    last = select(func.coalesce(func.max(events.c.seq), 0)).where(events.c.kind == "run_completed")
    is_new = pl.col("seq") > connection.scalar(last)
    unsettled = pl.concat(
        [states["statement_id"], checked.filter("is_held")["statement_id"]]
    ).implode()
    statements = read.filter(is_new | pl.col("statement_id").is_in(unsettled))
    files = fetch(connection, FACT["files"]).filter(is_new)
    return Concerned(
        statements["statement_id"], pl.concat([statements["seq"], files["seq"]]).unique()
    )


def _rejects(connection: Connection, deliveries: pl.Series) -> dy.DataFrame[Rejects]:
    found = fetch(connection, FACT["rejects"])
    of_these = found.filter(pl.col("seq").is_in(deliveries.implode()))
    return Rejects.validate(of_these.select(Rejects.column_names()))


def _inputs(connection: Connection, deliveries: pl.Series) -> tuple[InputFile, ...]:
    """Name the files of these deliveries, once a name and content."""
    names = ("name", "sha256", "size_bytes", "role", "state", "format", "error")
    found = fetch(connection, FACT["files"]).sort("seq")
    these = found.filter(pl.col("seq").is_in(deliveries.implode()))
    last = found.unique(("name", "sha256"), keep="last", maintain_order=True)
    shown = last.join(these, on=("name", "sha256"), how="semi", maintain_order="left")
    return tuple(InputFile(*row) for row in shown.select(names).rows())
