"""Items: open receivables (invoices, credit notes, debit notes), the books' side."""

from __future__ import annotations

import dataframely as dy

from recon.frames.words import Word
from recon.money import AMOUNT_LIMIT

KINDS = ("invoice", "credit_note", "debit_note")
CHANGES = ("added", "changed", "closed")
# Applied here and still open there; settled there and not by us; taken back here and still settled there.
DIFFERENCES = ("still_open_in_books", "settled_in_books_only", "still_settled_in_books")


class Items(dy.Schema):
    """Open items as of the run. Credit notes are negative."""

    item_id = dy.String(primary_key=True, min_length=1)
    kind = Word(KINDS)
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


class ItemVersions(Items):
    """A row an item as an extract of the books told it; a further row only where an extract tells it otherwise."""

    item_id = dy.String(min_length=1)
    seq = dy.Int64(min=1, description="the event that loaded the extract")
    change = Word(CHANGES, description="closed: it is no longer there")


class ItemStates(Items):
    """A row an item that is open in the books or here; `open_amount` is `book_amount` less `unseen`: what is left of it here."""

    book_amount = dy.Int64(description="open by the newest extract; 0 if it is no longer there")
    unseen = dy.Int64(
        description="settled here and not yet seen in the books; negative: taken back here and still settled there"
    )
    is_in_books = dy.Bool(description="the newest extract has it")


class ItemDifferences(dy.Schema):
    """A row a difference between the books and what was done here, found when an extract was loaded."""

    seq = dy.Int64(primary_key=True, min=1, description="the event that loaded the extract")
    item_id = dy.String(primary_key=True)
    number = dy.String()
    customer_id = dy.String(nullable=True)
    currency = dy.String(regex="^[A-Z]{3}$")
    kind = Word(DIFFERENCES, primary_key=True)
    amount = dy.Int64(description="minor units of the difference")
