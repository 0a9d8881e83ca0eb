"""The record of a pack, event by event. In: an open pack. Out: events with the rows that each brought, in stored form."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from recon.run.audit.layout import EVENTS as EVENTS_FILE
from recon.run.audit.layout import facts_name, from_csv
from recon.store.tables import FACTS

if TYPE_CHECKING:
    from recon.run.audit.opening import Pack


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of events.jsonl."""

    seq: int
    kind: str
    at: str
    actor: str
    policy_hash: str | None
    payload: str
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Told:
    """An event and the rows that it brought, by table."""

    event: Event
    rows: dict[str, pl.DataFrame]

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The payload but for the digests and the version that wrote it."""
        told: dict[str, Any] = json.loads(self.event.payload)
        return {name: value for name, value in told.items() if name not in ("rows", "recon")}


def read_record(pack: Pack) -> list[Told]:
    """Read all events with their rows.

    Raises:
        ValueError: a file is not what a pack has in its place.
    """
    rows = pack.read(EVENTS_FILE).splitlines()
    events = [msgspec.json.decode(row, type=Event) for row in rows]
    brought: dict[int, dict[str, pl.DataFrame]] = {}
    numbers = pl.DataFrame(schema={"decision_no": pl.Int64, "of_event": pl.Int64})
    # Decisions come first: what has no event of its own belongs to that of its decision.
    for kept in sorted(FACTS, key=lambda one: one.name != "decisions"):
        # A pack of an earlier version has no file of a table that came later; one that lost a file was refused before.
        if facts_name(kept.name) not in pack.sizes:
            continue
        frame = from_csv(kept, pack.read(facts_name(kept.name)))
        if kept.name == "decisions":
            numbers = frame.select("decision_no", of_event="seq")
        if "seq" in frame.columns:
            keyed = frame.with_columns(of_event="seq")
        else:
            keyed = frame.join(numbers, on="decision_no", how="left", maintain_order="left")
        for (seq,), part in keyed.partition_by("of_event", as_dict=True).items():
            brought.setdefault(seq, {})[kept.name] = part.drop("of_event")
    return [Told(event, brought.get(event.seq, {})) for event in events]
