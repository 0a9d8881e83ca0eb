"""Which policy, people and limits were in force after an event. In: the events. Out: what was set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from recon.authority import Controls, User
from recon.config import Policy
from recon.ingest.balance import Holds
from recon.store.tables import EVENTS

if TYPE_CHECKING:
    from sqlalchemy import Connection


def policy_at(connection: Connection, until: int | None) -> Policy | None:
    """Give the policy in force after an event (None: now), or None before any was set."""
    found = _last(connection, "policy_set", until)
    return None if found is None else msgspec.convert(found["policy"], Policy, strict=False)


def controls_at(
    connection: Connection, until: int | None
) -> tuple[dict[str, User], Controls] | None:
    """Give the people and the limits in force after an event (None: now), or None before any were set."""
    found = _last(connection, "controls_set", until)
    if found is None:
        return None
    users = msgspec.convert(found["users"], dict[str, User], strict=False)
    return users, msgspec.convert(found["controls"], Controls, strict=False)


def _last(connection: Connection, kind: str, until: int | None) -> dict[str, Any] | None:
    """Give the facts of the last event of a kind."""
    events = EVENTS.table
    query = select(events.c.payload).where(events.c.kind == kind)
    if until is not None:
        query = query.where(events.c.seq <= until)
    found = connection.scalar(query.order_by(events.c.seq.desc()).limit(1))
    return None if found is None else msgspec.json.decode(found, type=dict[str, Any])


def holds_at(connection: Connection, until: int | None) -> Holds:
    """Say what the policy of then holds back."""
    return Holds.of(policy_at(connection, until) or Policy())
