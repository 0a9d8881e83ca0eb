"""Items: open receivables (invoices, credit notes, debit notes), the books' side."""

from __future__ import annotations

import dataframely as dy

from recon.money import AMOUNT_LIMIT

KINDS = ("invoice", "credit_note", "debit_note")


class Items(dy.Schema):
    """Open items as of the run. Credit notes are negative."""

    item_id = dy.String(primary_key=True, min_length=1)
    kind = dy.String(check=lambda c: c.is_in(KINDS))
    number = dy.String(min_length=1, description="the number a payer would quote")
    customer_id = dy.String(nullable=True)
    customer_name = dy.String(nullable=True)
    currency = dy.String(regex="^[A-Z]{3}$")
    amount = dy.Int64(
        nullable=True, min=-AMOUNT_LIMIT, max=AMOUNT_LIMIT, description="original amount"
    )
    open_amount = dy.Int64(
        min=-AMOUNT_LIMIT, max=AMOUNT_LIMIT, description="still open, minor units"
    )
    issue_date = dy.Date(nullable=True)
    due_date = dy.Date(nullable=True)
    payment_reference = dy.String(nullable=True, description="structured reference printed on it")
    discount_amount = dy.Int64(nullable=True, min=0, description="cash discount, minor units")
    discount_until = dy.Date(
        nullable=True, description="last day on which the discount may be taken"
    )
    purchase_order = dy.String(nullable=True)


class ClosedItems(dy.Schema):
    """Items that were settled before this run, so that a number already paid is known."""

    number = dy.String(min_length=1)
    customer_id = dy.String(nullable=True)
    currency = dy.String(nullable=True)
    amount = dy.Int64(nullable=True, description="original amount, minor units")
