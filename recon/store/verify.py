"""Prove that nothing was altered: every event, every row it brought, every projection, every cash identity.

In: a reading transaction. Out: findings; none of them: the record is what it was when it was written. The chain's head is
compared with one that was given away before, since a chain that is replaced whole proves nothing by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from recon.errors import StoreBroken
from recon.store.blocks import pack
from recon.store.chain import GENESIS, Head, event_hash
from recon.store.digest import rows_digest
from recon.store.form import stored_form
from recon.store.projections import made_anew, progress
from recon.store.reading import fetch, fetch_blocks, fetch_stored
from recon.store.tables import EVENTS, FACT, FACTS, ITEM_STATES, LINE_STATES, OUTBOX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from recon.store.tables import Kept


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was recorded: where, and what."""

    place: str
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and what was found; `head` is to be kept elsewhere."""

    head: Head
    events: int
    rows: int
    findings: tuple[Finding, ...]


def verify(connection: Connection, expected: Head | None = None) -> Verified:
    """Look at all of it.

    Args:
        connection: a reading transaction.
        expected: a head that was kept elsewhere; the event of that number must still have that hash.
    """
    events = fetch_stored(connection, EVENTS)
    findings = list(_chain(events))
    if expected is not None:
        findings += _expected(events, expected)
    rows = 0
    stored: dict[str, pl.DataFrame] = {}
    for fact in FACTS:
        try:
            frame = fetch_stored(connection, fact)
        except StoreBroken as error:
            findings.append(Finding(fact.name, error.message))
            continue
        rows += frame.height
        findings += _blocks(connection, fact, frame)
        findings += _facts(fact, frame, events, stored)
        if fact.name == "decisions":
            stored["numbers"] = frame.select("decision_no", "seq", "line_id", "fate")
    # What is made of altered facts says nothing more, and so with altered projections.
    if not findings:
        findings += _projections(connection, events.height, stored["numbers"])
    if not findings:
        findings += _identities(connection, stored["numbers"])
    newest = Head(events["seq"][-1], events["hash"][-1]) if events.height else Head(0, GENESIS)
    return Verified(newest, events.height, rows, tuple(findings))


def _chain(events: pl.DataFrame) -> Iterator[Finding]:
    previous = GENESIS
    for number, event in enumerate(events.iter_rows(named=True), 1):
        place = f"event {event['seq']}"
        if event["seq"] != number:
            yield Finding(place, f"event {number} is missing")
            return
        if event["previous_hash"] != previous:
            yield Finding(place, "it does not follow the event before it")
        if not _is_hash_right(event):
            yield Finding(place, "its hash is not that of its columns")
        previous = event["hash"]


def _is_hash_right(event: dict[str, Any]) -> bool:
    try:
        return bool(event_hash(event) == event["hash"])
    except ValueError:  # the hash of the event before is no hash at all
        return False


def _expected(events: pl.DataFrame, expected: Head) -> list[Finding]:
    found = events.filter(pl.col("seq") == expected.seq)["hash"].to_list()
    if found == [expected.hash] or (expected.seq == 0 and expected.hash == GENESIS):
        return []
    said = found[0] if found else "nothing"
    return [
        Finding(
            f"event {expected.seq}",
            f"its hash is {said}, and was {expected.hash} when the head was given away",
        )
    ]


def _facts(
    fact: Kept, frame: pl.DataFrame, events: pl.DataFrame, stored: dict[str, pl.DataFrame]
) -> Iterator[Finding]:
    """Compare count and digest of the rows of each event with what the event says."""
    told = _told(fact.name, events)
    if "seq" in frame.columns:
        keyed = frame.with_columns(of_event="seq")
    else:
        numbers = stored["numbers"].select("decision_no", of_event="seq")
        keyed = frame.join(numbers, on="decision_no", how="left", maintain_order="left")
    parts = {
        key[0]: part.drop("of_event")
        for key, part in keyed.partition_by("of_event", as_dict=True, maintain_order=True).items()
    }
    for seq in sorted({*told, *parts}, key=lambda one: -1 if one is None else one):
        place = f"{fact.name} of event {seq}"
        if seq not in told:
            yield Finding(place, f"{parts[seq].height} rows that no event brought")
        elif seq not in parts:
            yield Finding(place, f"its {told[seq]['count']} rows are gone")
        elif parts[seq].height != told[seq]["count"]:
            yield Finding(place, f"{parts[seq].height} rows of {told[seq]['count']}")
        elif rows_digest(fact.name, parts[seq]) != told[seq]["sha256"]:
            yield Finding(place, "a row is not what it was when it was recorded")


def _blocks(connection: Connection, fact: Kept, frame: pl.DataFrame) -> Iterator[Finding]:
    """Compare blocks with what their rows make: bounds, and texts that say the same in another way."""
    if not fact.is_packed:
        return
    made = pack(frame)
    names = [column.name for column in fact.table.columns]
    lie = fetch_blocks(connection, fact, names=names)
    missing = {name: kind for name, kind in lie.schema.items() if name not in made.columns}
    made = made.with_columns(pl.lit(None, kind).alias(name) for name, kind in missing.items())
    if not lie.equals(made.select(names)):
        yield Finding(fact.name, "a block is not what its rows make it")


def _told(name: str, events: pl.DataFrame) -> dict[int, dict[str, Any]]:
    """Say what each event told of the rows of one table: count and digest."""
    told = {}
    for seq, payload in events.select("seq", "payload").rows():
        if f'"{name}"' not in payload:
            continue
        try:
            rows = msgspec.json.decode(payload, type=_Payload).rows.get(name)
        except msgspec.MsgspecError:
            continue  # the event's hash is a finding already
        if rows is not None:
            told[seq] = {"count": rows.count, "sha256": rows.sha256}
    return told


class _Rows(msgspec.Struct):
    """What an event tells of the rows that it brought into one table."""

    count: int
    sha256: str


class _Payload(msgspec.Struct):
    """What of a payload is looked at here."""

    rows: dict[str, _Rows] = {}


def _projections(connection: Connection, newest: int, numbers: pl.DataFrame) -> Iterator[Finding]:
    """Make all projections anew and compare, as of the event to which they have come: a run may have been killed."""
    done = progress(connection)
    if not 0 <= done <= newest:
        yield Finding("progress", f"it says event {done}, and the newest is {newest}")
        return
    anew = made_anew(connection, done)
    pairs = ((LINE_STATES, anew.lines), (ITEM_STATES, anew.items), (OUTBOX, anew.outbox))
    for kept, made in pairs:
        now = fetch_stored(connection, kept)
        then = stored_form(kept, made)
        if kept is LINE_STATES:
            # A line that was decided stays, even if a later file shows that it was a copy.
            gone = now.join(then, on="line_id", how="anti")
            copies = gone.join(numbers, on=["line_id", "decision_no", "fate"], how="semi")
            now = now.join(copies, on="line_id", how="anti")
        if not now.equals(then):
            other = now.join(then, on=now.columns, how="anti", nulls_equal=True)
            key = other.select(kept.order).row(0) if other.height else "a row that is missing"
            yield Finding(kept.name, f"it is not what the facts make it: {key}")


def _identities(connection: Connection, numbers: pl.DataFrame) -> Iterator[Finding]:
    """Check money: per line in force allocated = amount; per item no more settled than was open; numbers without a gap."""
    gap = numbers.height and numbers["decision_no"].max() != numbers.height
    if gap:
        yield Finding("decisions", "their numbers have a gap")
    states = fetch(connection, LINE_STATES)
    forced = states.filter(pl.col("fate").is_in(["applied", "on_account"]))
    amounts = fetch(connection, FACT["deliveries"], names=("statement_id", "record", "amount"))
    expected = forced.join(amounts, on=["statement_id", "record"]).select(
        "line_id", "decision_no", "amount"
    )
    allocations = fetch(connection, FACT["allocations"])
    applied = allocations.join(forced.select("decision_no"), on="decision_no", how="semi").filter(
        pl.col("status") == "applied"
    )
    cash = applied.filter(pl.col("kind").is_in(["payment", "on_account", "refund"]))
    sums = cash.group_by("decision_no").agg(pl.col("amount").sum().alias("allocated"))
    wrong = expected.join(sums, on="decision_no", how="left").filter(
        ~pl.col("amount").eq_missing(pl.col("allocated"))
    )
    for line, number in wrong.select("line_id", "decision_no").head(1).rows():
        yield Finding(f"decision {number}", f"line {line}: not all of its money is allocated")
    entries = fetch(connection, FACT["entries"])
    unbalanced = entries.group_by("entry_key", "currency").agg(
        total=pl.col("amount").cast(pl.Int128).sum()
    )
    for key in unbalanced.filter(pl.col("total") != 0)["entry_key"].sort().head(1):
        yield Finding(f"entry {key}", "its postings do not add up to zero")
    items = fetch(connection, ITEM_STATES)
    beyond = items.filter(
        pl.col("open_amount").sign() * pl.col("amount").fill_null(pl.col("open_amount")).sign() < 0
    )
    for item in beyond["item_id"].head(1):
        yield Finding(f"item {item}", "more was settled than was open")
