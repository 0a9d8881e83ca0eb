"""Events: what happened, in order, each chained to the one before; and what people did beside deciding."""

from __future__ import annotations

import dataframely as dy

from recon.frames.words import Word

HASH = "^[0-9a-f]{64}$"
# ISO 8601 in UTC with microseconds: sorts as text, and is the same on every engine.
INSTANT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$"
KINDS = (
    "store_created",
    "policy_set",
    "controls_set",
    "file_received",
    "items_loaded",
    "customers_loaded",
    "advices_received",
    "settlements_received",
    "run_started",
    "run_completed",
    "decided",
    "approved",
    "statement_released",
    "assigned",
    "commented",
    "period_closed",
    "period_reopened",
    "entries_queued",
    "posting_attempted",
    "posting_answered",
    "pack_exported",
)


class Events(dy.Schema):
    """A row an event, never edited and never removed; `payload` is JSON with sorted keys."""

    seq = dy.Int64(primary_key=True, min=1, description="1, 2, 3, ... without a gap")
    kind = Word(KINDS)
    at = dy.String(regex=INSTANT, description="when it was recorded, UTC; the order is that of seq")
    actor = dy.String(min_length=1, description="the person, or the program's name")
    policy_hash = dy.String(nullable=True, description="the policy in force, where it judged")
    payload = dy.String(description="JSON: the facts, and count and digest of the rows it brought")
    previous_hash = dy.String(
        regex=HASH, description="hash of the event before; zeros for the first"
    )
    hash = dy.String(regex=HASH, description="SHA-256 of all of this behind their lengths")


class Approvals(dy.Schema):
    """A row an answer of a second person to a decision that needs one."""

    seq = dy.Int64(min=1)
    decision_no = dy.Int64(primary_key=True, min=1)
    is_granted = dy.Bool()
    approver = dy.String(primary_key=True, min_length=1)
    at = dy.String(regex=INSTANT)
    comment = dy.String(nullable=True)


class Comments(dy.Schema):
    """A row a comment on a line, or its hand-over to somebody (`owner`)."""

    seq = dy.Int64(primary_key=True, min=1)
    line_id = dy.String()
    at = dy.String(regex=INSTANT)
    actor = dy.String(min_length=1)
    owner = dy.String(nullable=True, description="who looks after the line from here on")
    comment = dy.String(nullable=True)


class Periods(dy.Schema):
    """A row a period that was closed or opened again; the last row of a date decides."""

    seq = dy.Int64(primary_key=True, min=1)
    closed_until = dy.Date(description="nothing is decided or posted on or before this date")
    is_closed = dy.Bool(description="false: opened again")
    at = dy.String(regex=INSTANT)
    actor = dy.String(min_length=1)
    reason = dy.String(min_length=1)
