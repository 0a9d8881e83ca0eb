"""Which policy was in force after an event. In: the events. Out: the policy as it was set."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from recon.config import Policy
from recon.ingest.balance import Holds
from recon.store.tables import EVENTS

if TYPE_CHECKING:
    from sqlalchemy import Connection


def policy_at(connection: Connection, until: int | None) -> Policy | None:
    """Give the policy in force after an event (None: now), or None before any was set."""
    events = EVENTS.table
    query = select(events.c.payload).where(events.c.kind == "policy_set")
    if until is not None:
        query = query.where(events.c.seq <= until)
    found = connection.scalar(query.order_by(events.c.seq.desc()).limit(1))
    if found is None:
        return None
    return msgspec.convert(json.loads(found)["policy"], Policy, strict=False)


def holds_at(connection: Connection, until: int | None) -> Holds:
    """Say what the policy of then holds back."""
    return Holds.of(policy_at(connection, until) or Policy())
