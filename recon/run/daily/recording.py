"""Record what a run decided. In: what was matched. Out: decisions, allocations and entries in the store, or nothing.

Only what differs from the decision in force is recorded, so that a run over the same record decides nothing anew. What
people decided while the run matched stays: lines and items that moved meanwhile are left for the next run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
from sqlalchemy import func, select

from recon.failpoints import reached
from recon.store.bulk import fetch
from recon.store.chain import instant
from recon.store.projections import catch_up
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
    left_as_closed: int


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The lines to be decided anew, and those that must be left."""

    lines: pl.Series
    moved: int
    in_closed_period: int


def record_run(desk: Desk, matched: Matched, outputs: dict[str, str]) -> Recorded:
    """Record a run in one transaction.

    Args:
        desk: the workspace.
        matched: what the run found.
        outputs: name and SHA-256 of each file that the run wrote into the archive.
    """
    view = matched.view
    with desk.store.writing() as connection:
        catch_up(connection)
        chosen = _choose(connection, matched.snapshot, view)
        kind = EVENTS.table.c.kind
        runs = select(func.count()).where(kind == "run_completed")
        run = (connection.scalar(runs) or 0) + 1
        rows = _rows(connection, view, chosen.lines, desk)
        facts = {
            "run": run,
            "as_of": view.as_of.isoformat(),
            "snapshot": matched.snapshot.seq,
            "decided": chosen.lines.len(),
            "left_as_moved": chosen.moved,
            "left_as_closed": chosen.in_closed_period,
            "applied_from_ppm": matched.threshold,
            "outputs": outputs,
        }
        seq = desk.record(connection, "run_completed", facts, rows)
        catch_up(connection)
        reached("match.inserted")
    reached("match.committed")
    return Recorded(run, seq, chosen.lines.len(), chosen.moved, chosen.in_closed_period)


def _choose(connection: Connection, snapshot: Snapshot, view: RunView) -> _Sorted:
    """Choose the lines whose decision differs from the one in force, and that nothing forbids."""
    before = _signatures_in_force(connection, snapshot.states)
    now = _signatures(view.decisions, view.allocations)
    told = now.join(before, on="line_id", how="left", suffix="_then")
    changed = told.filter(~pl.col("signature").eq_missing(pl.col("signature_then")))["line_id"]
    is_moved = changed.is_in(_moved(connection, snapshot, view).implode())
    in_closed = changed.is_in(_closed(connection, view).implode())
    left = changed.filter(~is_moved & ~in_closed)
    return _Sorted(left.sort(), changed.filter(is_moved).len(), changed.filter(in_closed).len())


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
    """Name the lines that people decided meanwhile, and those whose items are no longer what the run saw."""
    states = fetch(connection, LINE_STATES, names=("line_id", "decision_no", "is_held"))
    key = ["line_id", "decision_no", "is_held"]
    lines = snapshot.states.join(states, on=key, how="anti", nulls_equal=True)["line_id"]
    seen = snapshot.items.select("item_id", "open_amount")
    now = fetch(connection, ITEM_STATES, names=("item_id", "open_amount"))
    items = seen.join(now, on=["item_id", "open_amount"], how="anti")["item_id"]
    settled = view.allocations.filter(
        pl.col("status") == "applied", pl.col("item_id").is_in(items.implode())
    )
    return pl.concat([lines, settled["line_id"]]).unique()


def _closed(connection: Connection, view: RunView) -> pl.Series:
    """Name the lines whose entries would be posted into a closed period."""
    last = fetch(connection, FACT["periods"]).sort("seq").tail(1)
    until = last.filter("is_closed")["closed_until"]
    if until.is_empty():
        return pl.Series([], dtype=pl.String)
    return view.entries.filter(pl.col("date") <= until[0])["line_id"].unique()


def _rows(
    connection: Connection, view: RunView, lines: pl.Series, desk: Desk
) -> dict[str, pl.DataFrame]:
    """Number the decisions, and put their number to what they allocate and post."""
    table = FACT["decisions"].table
    last: int = connection.scalar(select(func.max(table.c.decision_no))) or 0
    chosen = pl.col("line_id").is_in(lines.implode())
    at = desk.happening("run_completed", {}).at
    decisions = number_decisions(
        view.decisions.filter(chosen), last, effective_on=view.as_of, at=at
    )
    numbers = decisions.select("line_id", "decision_no")
    allocations = view.allocations.filter(chosen).join(numbers, on="line_id")
    entries = view.entries.filter(chosen).join(numbers, on="line_id")
    return {
        "decisions": decisions,
        "allocations": place_allocations(allocations),
        "entries": entries.with_columns(reverses=pl.lit(None, pl.String)),
    }


def number_decisions(
    decisions: pl.DataFrame, last: int, *, effective_on: dt.date, at: dt.datetime
) -> pl.DataFrame:
    """Give decisions their numbers, without a gap, in the order of their lines."""
    ordered = decisions.sort("line_id")
    return ordered.with_columns(
        decision_no=pl.int_range(last + 1, last + 1 + ordered.height, dtype=pl.Int64),
        at=pl.lit(instant(at)),
        effective_on=pl.lit(effective_on),
        undoes=pl.lit(None, pl.Int64),
        comment=pl.lit(None, pl.String),
        approvals_needed=pl.lit(0, pl.Int64),
    )


def place_allocations(allocations: pl.DataFrame) -> pl.DataFrame:
    """Give the allocations of each decision their places."""
    order = ["decision_no", "rank", "status", "item_id", "kind", "amount"]
    return allocations.sort(order, nulls_last=True).with_columns(
        place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("decision_no")
    )


def is_news(connection: Connection) -> bool:
    """Say whether anything happened since the last run that could make another one decide otherwise."""
    events = EVENTS.table
    last = select(func.coalesce(func.max(events.c.seq), 0)).where(events.c.kind == "run_completed")
    found = connection.scalar(
        select(func.count()).where(
            events.c.kind.in_(_MOVING), events.c.seq > last.scalar_subquery()
        )
    )
    return bool(found)
