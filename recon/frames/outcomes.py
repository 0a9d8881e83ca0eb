"""Outcomes: what a ledger answered to each entry."""

from __future__ import annotations

import dataframely as dy

OUTCOMES = ("accepted", "duplicate", "rejected", "needs_confirmation", "unknown")


class Outcomes(dy.Schema):
    """A row an entry that was sent."""

    entry_key = dy.String(primary_key=True)
    outcome = dy.String(check=lambda c: c.is_in(OUTCOMES))
    reason = dy.String(nullable=True)
    remote_id = dy.String(nullable=True, description="the ledger's own id of the entry")
