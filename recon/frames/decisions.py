"""Decisions: what became of each line, by which rule or person, under which policy."""

from __future__ import annotations

import dataframely as dy

FATES = ("applied", "suggested", "on_account", "unmatched", "not_receivable", "returned")


class Decisions(dy.Schema):
    """A row a line: exactly one fate and one reason code. Never edited, only followed."""

    line_id = dy.String(primary_key=True)
    fate = dy.String(check=lambda c: c.is_in(FATES))
    reason = dy.String(min_length=1, description="reason code; the docs name each")
    note = dy.String(nullable=True, description="the nearest miss and the rule that refused it")
    decided_by = dy.String(description="rule or the person's name")
    policy_hash = dy.String()
