"""Proposals: sets of items, with every cent of difference explained, that a line may pay."""

from __future__ import annotations

import dataframely as dy

from recon.frames.words import Word

STATUSES = ("applied", "suggested")


class ProposedSets(dy.Schema):
    """What a pass of a plugin proposes: a row an item of a set that one line may pay.

    The engine explains the difference and weighs the set by its own evidence; a set whose difference has no
    name is dropped.
    """

    line_id = dy.String(primary_key=True)
    set_name = dy.String(primary_key=True, description="tells the sets of one line apart")
    item_id = dy.String(primary_key=True)


class Proposals(dy.Schema):
    """A row a proposal kept: the one applied, or the best suggestions of a line."""

    line_id = dy.String(primary_key=True)
    rank = dy.Int64(primary_key=True, min=1, description="1 = best of its line")
    status = Word(STATUSES)
    shape = dy.String(
        description="how the set was made: one_item, all_quoted, with_credit_notes, ..."
    )
    settlement = dy.String(description="exact, discount, write_off, part, over, ...")
    customer_id = dy.String(nullable=True)
    millibits = dy.Int64(
        description="evidence against the null, thousandths of a bit, prior included"
    )
    classes = dy.String(description="independent classes that speak for it, joined by '+'")
    fits = dy.Int64(min=1, description="how many sets of this shape fit the amount equally")
    confidence_ppm = dy.Int64(min=0, max=1_000_000, description="posterior, parts per million")
    because = dy.String(description="the evidence in words, with bits and the span of text")


class ProposalItems(dy.Schema):
    """A row an item (or a rest without item) of a proposal: what of the line's money goes where."""

    line_id = dy.String()
    rank = dy.Int64(min=1)
    item_id = dy.String(nullable=True, description="null: money on account")
    kind = dy.String(description="payment, discount, write_off, bank_charge, on_account")
    amount = dy.Int64(description="minor units of the line's currency")
    customer_id = dy.String(
        nullable=True, description="whose money it is, where that is not the owner of the item"
    )
    note = dy.String(nullable=True, description="what of the line it is, such as a part of a batch")
