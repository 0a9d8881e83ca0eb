"""The record as it stood: up to a value date, and as it was known after an event. In: the store. Out: a `Standing`.

Two dates, because they answer two questions: what was so on that day, and what did we know of it on another. The same
two give the same frames for ever.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import select

from recon.apply.carry import empty_states
from recon.config import Policy
from recon.errors import ConfigurationError
from recon.frames.allocations import AllocationLog, Allocations
from recon.frames.decisions import DecisionLog, Decisions
from recon.frames.demands import validated
from recon.frames.entries import EntryLog, Outbox
from recon.frames.events import Approvals, Comments, Events, Periods
from recon.frames.items import ItemDifferences, ItemStates
from recon.frames.lines import Lines
from recon.frames.parties import Parties
from recon.protocols import Standing
from recon.store.chain import head
from recon.store.force import in_force, moves_of
from recon.store.lines import check_stored
from recon.store.policies import holds_at, policy_at
from recon.store.projections import (
    by_column,
    by_keys,
    items_after,
    last_answers,
    lines_until,
    progress,
)
from recon.store.reading import fetch
from recon.store.scope import bearing_lines
from recon.store.tables import EVENTS, FACT, ITEM_STATES, LINE_STATES, OUTBOX
from recon.store.wide import lines_by_id, wide_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    import dataframely as dy
    from sqlalchemy import Connection, Select

    from recon.store.tables import Kept


@dataclass(frozen=True, slots=True)
class _Scope:
    """The part of the record that depends on which lines are asked for."""

    states: pl.DataFrame
    lines: pl.DataFrame
    items: pl.DataFrame
    decisions: pl.DataFrame
    allocations: pl.DataFrame
    entries: pl.DataFrame


def standing(
    connection: Connection, as_of: dt.date | None = None, known: int | None = None
) -> Standing:
    """Give the record as it stood, whole.

    Args:
        connection: a reading transaction.
        as_of: the value date up to which lines and decisions count; None: all there are.
        known: the event after which nothing was known yet; None: the newest.

    Raises:
        ConfigurationError: there is no such event.
    """
    newest = head(connection).seq
    until = newest if known is None else known
    if not 1 <= until <= newest:
        raise ConfigurationError(
            f"there is no event {until}", hint=f"the newest event of this store is {newest}"
        )
    decisions = _until(connection, FACT["decisions"], until)
    numbers = FACT["decisions"].table
    of_known = select(numbers.c.decision_no).where(numbers.c.seq <= until)
    day = as_of or dt.date.max
    counted = decisions.filter(pl.col("effective_on") <= day)
    states, items = _states(connection, until, counted, is_all=counted.height == decisions.height)
    lines = wide_lines(connection, states).filter(pl.col("booking_date") <= day)
    scope = _Scope(
        states.filter(pl.col("line_id").is_in(lines["line_id"].implode())),
        lines,
        items,
        decisions,
        _of_decisions(connection, FACT["allocations"], of_known),
        _of_decisions(connection, FACT["entries"], of_known),
    )
    return _standing(connection, scope, as_of or _last_day(lines, counted), until)


def standing_of(
    connection: Connection, line_ids: Iterable[str], item_ids: Iterable[str] = ()
) -> Standing:
    """Give the record as it stands now, of some lines and what bears on them alone.

    Args:
        connection: an open transaction, caught up with.
        line_ids: the lines that somebody is about to decide.
        item_ids: items that they may be given.
    """
    ids = bearing_lines(connection, line_ids, item_ids)
    states = by_keys(connection, LINE_STATES, ids)
    lines = lines_by_id(connection, ids)
    decisions = by_column(connection, FACT["decisions"], "line_id", ids).sort("decision_no")
    scope = _Scope(
        states,
        lines,
        fetch(connection, ITEM_STATES),
        decisions,
        by_column(connection, FACT["allocations"], "decision_no", set(decisions["decision_no"])),
        by_column(connection, FACT["entries"], "decision_no", set(decisions["decision_no"])),
    )
    return _standing(connection, scope, _last_day(lines, decisions), head(connection).seq)


def _standing(connection: Connection, scope: _Scope, as_of: dt.date, until: int) -> Standing:
    events = _until(connection, EVENTS, until)
    last = events.row(-1, named=True)
    policy = policy_at(connection, until) or Policy()
    read = _until(connection, FACT["statements"], until)
    released = _until(connection, FACT["releases"], until)
    return Standing(
        as_of=as_of,
        known_seq=until,
        known_at=last["at"],
        chain_head=last["hash"],
        policy_hash=policy.hash,
        events=validated(events, Events),
        statements=check_stored(read, released, holds_at(connection, until)),
        lines=validated(scope.lines, Lines),
        decisions=_decided(scope.states, scope.decisions, policy),
        allocations=_in_force(scope.states, scope.allocations),
        items=validated(scope.items, ItemStates),
        differences=validated(_until(connection, FACT["item_differences"], until), ItemDifferences),
        decision_log=validated(scope.decisions, DecisionLog),
        allocation_log=validated(scope.allocations, AllocationLog),
        entries=validated(scope.entries, EntryLog),
        outbox=validated(_outbox(connection, until), Outbox),
        approvals=validated(_until(connection, FACT["approvals"], until), Approvals),
        comments=validated(_until(connection, FACT["comments"], until), Comments),
        periods=validated(_until(connection, FACT["periods"], until), Periods),
        parties=parties_at(connection, until),
    )


def parties_at(connection: Connection, until: int) -> dy.DataFrame[Parties]:
    """Give the customers as the newest extract known told them."""
    told = _until(connection, FACT["party_versions"], until)
    last = told.sort("seq").group_by("customer_id").agg(pl.all().last()).filter("is_listed")
    return validated(last.select(Parties.column_names()).sort("customer_id"), Parties)


def _states(
    connection: Connection, until: int, counted: pl.DataFrame, *, is_all: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give line and item states after an event, by the decisions that count; what is kept is used where it is the same."""
    if is_all and progress(connection) == until:
        return fetch(connection, LINE_STATES), fetch(connection, ITEM_STATES)
    undecided = lines_until(connection, until)
    forced = in_force(connection, undecided, 0, until)
    numbers = counted["decision_no"]
    forced = _without(forced, numbers)
    last = forced.group_by("line_id", maintain_order=True).agg(pl.col("decision_no", "fate").last())
    states = undecided.drop("decision_no", "fate").join(last, on="line_id", how="left")
    versions = _until(connection, FACT["item_versions"], until)
    items = items_after(empty_states(), moves_of(connection, forced), versions)
    return states, items.sort("item_id")


def _without(forced: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
    """Leave out decisions that take effect later, so that each follows the one that then was before it."""
    kept = forced.filter(pl.col("decision_no").is_in(numbers.implode())).sort("seq", "decision_no")
    return kept.with_columns(previous=pl.col("decision_no").shift(1).over("line_id"))


def _decided(
    states: pl.DataFrame, decisions: pl.DataFrame, policy: Policy
) -> dy.DataFrame[Decisions]:
    """Give one decision a line; a line that nobody has decided yet is unmatched, by nobody's rule."""
    told = states.select("line_id", "decision_no").join(
        decisions.drop("line_id"), on="decision_no", how="left"
    )
    undecided = {
        "fate": "unmatched",
        "reason": "not_looked_at",
        "decided_by": "nobody",
        "policy_hash": policy.hash,
    }
    return Decisions.validate(
        told.with_columns(pl.col(name).fill_null(word) for name, word in undecided.items())
        .select(Decisions.column_names())
        .sort("line_id")
    )


def _in_force(states: pl.DataFrame, allocations: pl.DataFrame) -> dy.DataFrame[Allocations]:
    numbers = states.select("decision_no").drop_nulls()
    stands = allocations.join(numbers, on="decision_no", how="semi")
    order = ("line_id", "rank", "item_id", "kind", "place")
    return Allocations.validate(
        stands.sort(order, nulls_last=True).select(Allocations.column_names())
    )


def _outbox(connection: Connection, until: int) -> pl.DataFrame:
    if until == progress(connection):
        return fetch(connection, OUTBOX)
    answers = _until(connection, FACT["answers"], until)
    return last_answers(answers).select(Outbox.column_names())


def _until(connection: Connection, kept: Kept, until: int) -> pl.DataFrame:
    return fetch(connection, kept, kept.table.c.seq <= until)


def _of_decisions(connection: Connection, kept: Kept, numbers: Select[int]) -> pl.DataFrame:
    return fetch(connection, kept, kept.table.c.decision_no.in_(numbers))


def _last_day(lines: pl.DataFrame, decisions: pl.DataFrame) -> dt.date:
    days = pl.concat([lines["booking_date"], decisions["effective_on"]])
    last = days.max()
    return last if isinstance(last, dt.date) else dt.date(1970, 1, 1)
