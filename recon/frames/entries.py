"""Entries: double-entry postings made from allocations, delivered to a ledger exactly once."""

from __future__ import annotations

import dataframely as dy

from recon.frames.words import Word

ROLES = (
    "cash",
    "receivable",
    "discount",
    "bank_charge",
    "write_off",
    "fx_difference",
    "on_account",
)
# An attempt of which nothing was heard is unknown: the ledger is asked before anything is sent again.
OUTBOX_STATES = ("pending", "unknown", "posted", "rejected", "needs_confirmation")


class Entries(dy.Schema):
    """A row a posting; the postings of one entry add up to zero in each currency."""

    entry_key = dy.String(description="idempotency key: hash of the line and its allocations")
    posting = dy.Int64(min=1, description="1, 2, ... within the entry")
    line_id = dy.String()
    date = dy.Date(description="booking date of the line")
    role = Word(ROLES)
    account = dy.String(description="ledger account from the policy's chart")
    amount = dy.Int64(description="minor units, debits positive")
    currency = dy.String(regex="^[A-Z]{3}$")
    item_number = dy.String(nullable=True)
    customer_id = dy.String(nullable=True)
    description = dy.String()
    evidence = dy.String(description="why, with bits")


class EntryLog(Entries):
    """Postings of every decision; one that takes a decision back has the opposite amounts and a key of its own."""

    decision_no = dy.Int64(min=1)
    reverses = dy.String(nullable=True, description="key of the entry whose opposite it is")


class Outbox(dy.Schema):
    """A row an entry and a ledger: what was last heard of its delivery."""

    ledger = dy.String(primary_key=True, min_length=1)
    entry_key = dy.String(primary_key=True)
    state = Word(OUTBOX_STATES)
    attempts = dy.Int64(min=0)
    remote_id = dy.String(nullable=True, description="the ledger's own id of the entry")
    reason = dy.String(nullable=True)
    seq = dy.Int64(min=1, description="the event that said so")
