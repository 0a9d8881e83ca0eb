"""Decisions: what became of each line, by which rule or person, under which policy."""

from __future__ import annotations

import dataframely as dy

from recon.frames.events import INSTANT
from recon.frames.words import Word

FATES = ("applied", "suggested", "on_account", "unmatched", "not_receivable", "returned")


class Decisions(dy.Schema):
    """A row a line: exactly one fate and one reason code. Never edited, only followed."""

    line_id = dy.String(primary_key=True)
    fate = Word(FATES)
    reason = dy.String(min_length=1, description="reason code; the docs name each")
    note = dy.String(nullable=True, description="the nearest miss and the rule that refused it")
    decided_by = dy.String(description="rule or the person's name")
    policy_hash = dy.String()


class DecisionLog(Decisions):
    """A row a decision that was ever made, in the order of `decision_no`; the last one in force of a line counts."""

    line_id = dy.String()
    decision_no = dy.Int64(primary_key=True, min=1, description="1, 2, 3, ... without a gap")
    seq = dy.Int64(min=1, description="the event that recorded it")
    at = dy.String(regex=INSTANT, description="when it was recorded, UTC")
    effective_on = dy.Date(description="the value date from which it counts in reports")
    undoes = dy.Int64(nullable=True, min=1, description="the decision that it takes back")
    comment = dy.String(nullable=True, description="why, in the person's words")
    approvals_needed = dy.Int64(min=0, description="it counts once so many others approved it")
