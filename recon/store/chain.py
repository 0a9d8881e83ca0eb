"""Append events: each with the hash of the one before it, and with count and digest of the rows that it brought.

In: what happened, who says so, and frames of facts. Out: the event's number. Everything of one event is stored in the
transaction that it is given, or nothing.
"""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
import polars as pl
from sqlalchemy import insert as insert_row
from sqlalchemy import select

from recon import __version__
from recon.failpoints import reached
from recon.store.digest import digests_by_event, event_digest, rows_digest
from recon.store.form import stored_form
from recon.store.tables import EVENTS, FACT
from recon.store.writing import laid_out, send

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from recon.store.tables import Kept

# What the first event follows.
GENESIS: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event: its number and its hash. Given away, it proves later that nothing before it was altered."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What is to be recorded: facts as JSON values, and frames by the name of their table (without `seq`)."""

    kind: str
    actor: str
    at: dt.datetime
    facts: Mapping[str, Any]
    rows: Mapping[str, pl.DataFrame]
    policy_hash: str | None = None


def head(connection: Connection) -> Head:
    """Give the newest event; of an empty store the genesis, with number 0."""
    events = EVENTS.table
    found = connection.execute(
        select(events.c.seq, events.c.hash).order_by(events.c.seq.desc()).limit(1)
    ).first()
    return Head(*found) if found else Head(0, GENESIS)


def append(connection: Connection, happening: Happening) -> int:
    """Record one event with all its rows, and give its number."""
    before = head(connection)
    brought = brought_by(happening.rows, before.seq + 1)
    laid = _laid_out(brought)
    # The digests are taken while the database works.
    with ThreadPoolExecutor(1) as aside:
        digests = aside.submit(_digests, brought)
        for name, rows in laid.items():
            send(connection, FACT[name], rows)
    return _append_event(connection, happening, before, digests.result()).seq


def append_all(connection: Connection, happenings: Sequence[Happening]) -> None:
    """Record events one after the other, as `append` does, and the rows of all together: a small one is mostly the price of a step.

    Args:
        connection: an open transaction.
        happenings: with rows of tables that have a column `seq` alone.
    """
    before = head(connection)
    brought = _brought_together(happenings, before.seq + 1)
    laid = _laid_out(brought)
    with ThreadPoolExecutor(1) as aside:
        digests = aside.submit(_digests_by_event, brought)
        for name, rows in laid.items():
            send(connection, FACT[name], rows)
    for happening in happenings:
        told = digests.result().get(before.seq + 1, {})
        before = _append_event(connection, happening, before, told)


def _append_event(
    connection: Connection, happening: Happening, before: Head, digests: Mapping[str, Any]
) -> Head:
    event = {
        "seq": before.seq + 1,
        "kind": happening.kind,
        "at": instant(happening.at),
        "actor": happening.actor,
        "policy_hash": happening.policy_hash,
        "payload": msgspec.json.encode(
            {**happening.facts, "recon": __version__, "rows": digests}, order="deterministic"
        ).decode(),
        "previous_hash": before.hash,
    }
    now = Head(before.seq + 1, event_hash(event))
    connection.execute(insert_row(EVENTS.table).values({**event, "hash": now.hash}))
    reached("audit.appended")
    return now


def _brought_together(happenings: Sequence[Happening], first: int) -> dict[str, pl.DataFrame]:
    """Give the rows of all events by table, as they are stored."""
    parts: dict[str, list[pl.DataFrame]] = {}
    for seq, happening in enumerate(happenings, first):
        for name, rows in happening.rows.items():
            if rows.height:
                numbered = rows.with_columns(seq=pl.lit(seq, pl.Int64))
                parts.setdefault(name, []).append(numbered.select(FACT[name].columns))
    return {name: stored_form(FACT[name], pl.concat(parts[name])) for name in sorted(parts)}


def brought_by(rows: Mapping[str, pl.DataFrame], seq: int) -> dict[str, pl.DataFrame]:
    """Give rows of facts as the event of this number stores them; a table without rows is left out."""
    return {
        name: _with_seq(FACT[name], rows[name], seq) for name in sorted(rows) if rows[name].height
    }


def _laid_out(brought: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Lay out all rows before anything is sent: digests taken meanwhile would hold up what the database waits for."""
    return {name: laid_out(FACT[name], rows) for name, rows in brought.items()}


def _digests(brought: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, Any]]:
    return {name: _counted(rows.height, rows_digest(name, rows)) for name, rows in brought.items()}


def _digests_by_event(brought: Mapping[str, pl.DataFrame]) -> dict[int, dict[str, dict[str, Any]]]:
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for name, rows in brought.items():
        for seq, (count, digest) in digests_by_event(name, rows).items():
            found.setdefault(seq, {})[name] = _counted(count, digest)
    return found


def _counted(count: int, digest: str) -> dict[str, Any]:
    return {"count": count, "sha256": digest}


def event_hash(event: Mapping[str, Any]) -> str:
    """Hash all columns of an event but the hash itself."""
    told = [event[name] for name in EVENTS.columns if name not in ("hash", "previous_hash")]
    return event_digest(event["previous_hash"], told)


def instant(at: dt.datetime) -> str:
    """Write an instant as the store does: UTC with microseconds."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _with_seq(kept: Kept, rows: pl.DataFrame, seq: int) -> pl.DataFrame:
    if "seq" in kept.columns:
        rows = rows.with_columns(seq=pl.lit(seq, pl.Int64))
    return stored_form(kept, rows)
