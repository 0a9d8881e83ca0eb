"""Record what a run decided. In: what was matched. Out: decisions, allocations and entries in the store, or nothing.

Only what differs from the decision in force is recorded, so that a run over the same record decides nothing anew. What
people decided while the run matched stays: lines and items that moved meanwhile are left for the next run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from sqlalchemy import func, select

from recon.apply.opposite import with_fresh_keys
from recon.failpoints import reached
from recon.frames.events import Periods
from recon.review.periods import check_open, closed_until
from recon.run.daily.announced import batch_links
from recon.run.daily.numbering import keys_of, last_number, number_decisions, place_allocations
from recon.run.daily.returns import opposite_entries, taken_back
from recon.store.answered import waiting_decisions
from recon.store.force import applied_of
from recon.store.projections import by_column, catch_up
from recon.store.reading import fetch
from recon.store.tables import EVENTS, FACT, ITEM_STATES, LINE_STATES

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Connection

    from recon.protocols import RunView
    from recon.run.daily.desk import Desk
    from recon.run.daily.matching import Matched, Snapshot

# Events after which another run may decide otherwise.
_MOVING: Final = (
    "policy_set",
    "file_received",
    "items_loaded",
    "customers_loaded",
    "advices_received",
    "settlements_received",
    "decided",
    "approved",
    "statement_released",
)
_OF_ALLOCATION: Final = ("item_id", "kind", "amount", "status", "rank")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded: the run's number and event, and how many lines were decided or left for the next run."""

    run: int
    seq: int
    decided: int
    left_as_moved: int


@dataclass(frozen=True, slots=True)
class RunTold:
    """What the event of a run tells: its facts, and its decisions, allocations and entries."""

    facts: dict[str, Any]
    rows: dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Written:
    """What a run wrote into the archive: name and SHA-256 of each file; and which reports of plugins failed, and why."""

    outputs: dict[str, str]
    failed_reports: dict[str, str] = field(default_factory=dict)


def record_run(desk: Desk, matched: Matched, written: Written) -> Recorded:
    """Record a run in one transaction.

    Args:
        desk: the workspace.
        matched: what the run found.
        written: the files of the run.
    """
    with desk.store.writing() as connection:
        catch_up(connection)
        check_open(
            Periods.validate(fetch(connection, FACT["periods"])),
            matched.view.as_of,
            "what a run decides",
        )
        told = told_by_run(connection, desk, matched, written)
        seq = desk.record(connection, "run_completed", told.facts, told.rows)
        catch_up(connection)
        reached("match.inserted")
    reached("match.committed")
    return Recorded(told.facts["run"], seq, told.facts["decided"], told.facts["left_as_moved"])


def told_by_run(connection: Connection, desk: Desk, matched: Matched, written: Written) -> RunTold:
    """Say what a run adds to the record as it stands; nothing is written."""
    view = matched.view
    moved = _moved(connection, matched.snapshot, view)
    changed = _changed(connection, matched.snapshot, view)
    is_moved = changed.is_in(moved.implode())
    lines = changed.filter(~is_moved).sort()
    links = batch_links(connection, view, matched.snapshot.batch_origins, moved)
    kind = EVENTS.table.c.kind
    runs = select(func.count()).where(kind == "run_completed")
    facts: dict[str, Any] = {
        "run": (connection.scalar(runs) or 0) + 1,
        "as_of": view.as_of.isoformat(),
        "snapshot": matched.snapshot.seq,
        "history_days": desk.workspace.settings.history_days,
        "decided": lines.len(),
        "left_as_moved": int(is_moved.sum()),
        "applied_from_ppm": matched.threshold,
        "outputs": written.outputs,
    }
    if written.failed_reports:
        facts["failed_reports"] = written.failed_reports
    rows = _rows(connection, view, lines, desk)
    return RunTold(facts, {**rows, "batch_lines": links})


def _changed(connection: Connection, snapshot: Snapshot, view: RunView) -> pl.Series:
    """Name the lines whose decision differs from the one in force."""
    before = _signatures_in_force(connection, snapshot.states)
    now = _signatures(view.decisions, view.allocations)
    told = now.join(before, on="line_id", how="left", suffix="_then")
    return told.filter(~pl.col("signature").eq_missing(pl.col("signature_then")))["line_id"]


def _signatures_in_force(connection: Connection, states: pl.DataFrame) -> pl.DataFrame:
    """Say in one text a line what is decided of it now."""
    numbers = states["decision_no"].drop_nulls()
    if numbers.is_empty():
        return pl.DataFrame(schema={"line_id": pl.String, "signature": pl.String})
    frames = []
    for name in ("decisions", "allocations"):
        kept = FACT[name]
        span = kept.table.c.decision_no.between(numbers.min(), numbers.max())
        found = fetch(connection, kept, span)
        frames.append(found.filter(pl.col("decision_no").is_in(numbers.implode())))
    return _signatures(*frames)


def _signatures(decisions: pl.DataFrame, allocations: pl.DataFrame) -> pl.DataFrame:
    """Say in one text a line what is decided of it; how sure it is and by how many bits may drift without a decision."""
    told = pl.concat_str(
        [pl.col(name).cast(pl.String).fill_null("") for name in _OF_ALLOCATION], separator="\x1f"
    )
    of_line = (
        allocations.select("line_id", told=told)
        .group_by("line_id")
        .agg(pl.col("told").sort().str.join("\x1e"))
    )
    return decisions.join(of_line, on="line_id", how="left").select(
        "line_id",
        signature=pl.concat_str("fate", "reason", pl.col("told").fill_null(""), separator="\x1d"),
    )


def _moved(connection: Connection, snapshot: Snapshot, view: RunView) -> pl.Series:
    """Name the lines that people decided meanwhile, and those whose items are no longer what the run saw.

    What was decided meanwhile and waits for an approval moves neither, and is left to the people all the same.
    """
    key = ["line_id", "decision_no", "is_held"]
    states = by_column(connection, LINE_STATES, "line_id", set(snapshot.states["line_id"]), key)
    lines = snapshot.states.join(states, on=key, how="anti", nulls_equal=True)["line_id"]
    seen = snapshot.items.select("item_id", "open_amount")
    now = fetch(connection, ITEM_STATES, names=("item_id", "open_amount"))
    items = seen.join(now, on=["item_id", "open_amount"], how="anti")["item_id"]
    waiting = waiting_decisions(connection)
    told = by_column(connection, FACT["decisions"], "decision_no", set(waiting["decision_no"]))
    fresh = told.filter(pl.col("seq") > snapshot.seq)
    promised = applied_of(connection, fresh["decision_no"])["item_id"]
    is_taken = pl.col("item_id").is_in(pl.concat([items, promised]).implode())
    settled = view.allocations.filter(pl.col("status") == "applied", is_taken)
    return pl.concat([lines, fresh["line_id"], settled["line_id"]]).unique()


def _rows(
    connection: Connection, view: RunView, lines: pl.Series, desk: Desk
) -> dict[str, pl.DataFrame]:
    """Number the decisions, and put their number to what they allocate and post."""
    chosen = pl.col("line_id").is_in(lines.implode())
    picked = view.decisions.filter(chosen).with_columns(undoes=pl.lit(None, pl.Int64))
    every = pl.concat([picked, taken_back(connection, view)])
    facts = every.select(
        "line_id",
        "undoes",
        effective_on=pl.lit(view.as_of),
        comment=pl.lit(None, pl.String),
        approvals_needed=pl.lit(0, pl.Int64),
    )
    told = every.drop("undoes")
    decisions = number_decisions(told, last_number(connection), at=desk.clock.now(), facts=facts)
    numbers = decisions.select("line_id", "decision_no")
    allocations = view.allocations.filter(chosen).join(numbers, on="line_id")
    entries = view.entries.filter(chosen).join(numbers, on="line_id")
    fresh = with_fresh_keys(entries, keys_of(connection, entries["line_id"].unique()))
    return {
        "decisions": decisions,
        "allocations": place_allocations(allocations),
        "entries": pl.concat(
            [
                _dated(connection, fresh, view.as_of)
                .with_columns(reverses=pl.lit(None, pl.String))
                .select(FACT["entries"].columns),
                opposite_entries(connection, decisions, view),
            ]
        ),
    }


def _dated(connection: Connection, entries: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Date the entries of lines that are booked in a closed period by the day of the run."""
    until = closed_until(Periods.validate(fetch(connection, FACT["periods"])))
    if until is None:
        return entries
    is_closed = pl.col("date") <= until
    return entries.with_columns(date=pl.when(is_closed).then(pl.lit(as_of)).otherwise("date"))


def is_news(connection: Connection) -> bool:
    """Say whether anything happened since the last run looked that could make another one decide otherwise."""
    events = EVENTS.table
    last = select(events.c.payload).where(events.c.kind == "run_completed")
    payload = connection.scalar(last.order_by(events.c.seq.desc()).limit(1))
    # What happened while that run matched lies before its event, and was left for this one.
    seen = 0 if payload is None else int(json.loads(payload)["snapshot"])
    query = select(func.count()).where(events.c.kind.in_(_MOVING), events.c.seq > seen)
    return bool(connection.scalar(query))
