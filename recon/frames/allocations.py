"""Allocations: money of one line applied to one item, of a kind."""

from __future__ import annotations

import dataframely as dy

from recon.frames.words import Word

KINDS = (
    "payment",
    "discount",
    "write_off",
    "bank_charge",
    "fx_difference",
    "on_account",
    "refund",
)
CASH_KINDS = ("payment", "on_account", "refund")
STATUSES = ("applied", "suggested")


class Allocations(dy.Schema):
    """A row an allocation, applied or suggested.

    Per applied line the rows of CASH_KINDS add up to the line's amount; the other kinds settle an item
    without cash. A suggestion is the set of rows of one line with one rank, 1 being the best.
    """

    line_id = dy.String()
    item_id = dy.String(nullable=True)
    item_number = dy.String(nullable=True)
    customer_id = dy.String(nullable=True)
    amount = dy.Int64(description="minor units of the line's currency; negative for a credit note")
    currency = dy.String(regex="^[A-Z]{3}$")
    item_amount = dy.Int64(nullable=True, description="what it settles of the item, minor units")
    item_currency = dy.String(nullable=True)
    kind = Word(KINDS)
    status = Word(STATUSES)
    rank = dy.Int64(min=1)
    confidence_ppm = dy.Int64(min=0, max=1_000_000, description="posterior, parts per million")
    because = dy.String(description="the evidence in words, with bits")


class AllocationLog(Allocations):
    """Allocations of every decision that was ever made; those of the decision in force count."""

    decision_no = dy.Int64(primary_key=True, min=1)
    place = dy.Int64(primary_key=True, min=1, description="1, 2, 3, ... within the decision")
