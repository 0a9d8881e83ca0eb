"""Proposals: sets of items, with every cent of difference explained, that a line may pay."""

from __future__ import annotations

import dataframely as dy


class Proposals(dy.Schema):
    """A row a proposal: one way in which one line may be applied."""

    proposal_id = dy.String(primary_key=True, description="line id and the items' ids")
    line_id = dy.String()
    shape = dy.String(
        description="how the set was made: one_item, all_quoted, with_credit_notes, ..."
    )
    customer_id = dy.String(nullable=True)
    millibits = dy.Int64(description="evidence for the set, thousandths of a bit")
    classes = dy.String(description="independent classes that speak for it, joined by '+'")
    fits = dy.Int64(min=1, description="how many sets of this shape fit the amount equally")


class ProposalItems(dy.Schema):
    """A row an item (or a rest without item) of a proposal: what of the line's money goes where."""

    proposal_id = dy.String()
    line_id = dy.String()
    item_id = dy.String(nullable=True, description="null: money on account")
    kind = dy.String(description="payment, discount, write_off, bank_charge, on_account")
    amount = dy.Int64(description="minor units of the line's currency")
