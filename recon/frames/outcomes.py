"""Outcomes: what a ledger answered to each entry."""

from __future__ import annotations

import dataframely as dy

from recon.frames.words import Word

OUTCOMES = ("accepted", "duplicate", "rejected", "needs_confirmation", "unknown")


class Outcomes(dy.Schema):
    """A row an entry that was sent."""

    entry_key = dy.String(primary_key=True)
    outcome = Word(OUTCOMES)
    reason = dy.String(nullable=True)
    remote_id = dy.String(nullable=True, description="the ledger's own id of the entry")
