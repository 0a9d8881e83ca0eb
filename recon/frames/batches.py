"""Batches: many receipts that a provider, a card acquirer or a lockbox pays in one bank line, less fees.

What a settlement report says, a row a part; the same in comparable form; and what became of every part.
"""

from __future__ import annotations

from dataclasses import dataclass

import dataframely as dy

from recon.frames.comparable import LineKeys
from recon.frames.words import Word
from recon.money import AMOUNT_LIMIT

KINDS = ("payment", "refund", "chargeback", "adjustment", "fee")
STATES = ("applied", "suggested", "on_account", "refused", "not_found", "not_matched")

# What may be found of a part: what becomes of it is certain, or a person decides.
FINDINGS = (
    "paid",
    "paid_in_part",
    "paid_too_much",
    "unknown",
    "fee",
    "refund",
    "chargeback",
    "adjustment",
    "several_items",
    "paid_twice",
    "same_amount",
    "too_little",
    "too_much",
    "late_discount",
    "other_customer",
    "other_currency",
    "credit_note",
    "settled_before",
)
# Why no part of a batch is paid: nothing of it is used, or no line has its amount.
FAULTS = (
    "batch_does_not_add_up",
    "batch_contradicts_itself",
    "batch_reference_twice",
    "batch_given_twice",
    "batch_settled_before",
    "batch_pays_nothing",
    "no_line",
    "amount_differs",
)


class Batches(dy.Schema):
    """Settlement reports and deposit slips: a row a part of a batch.

    The gross amounts less the fees of a batch come to its net amount, which is what the bank line shows. What is given
    back (refund, chargeback) has a negative gross amount.
    """

    file = dy.String()
    row = dy.Int64(min=1, description="line of the file on which the part stands")
    batch_reference = dy.String(min_length=1, description="number of the payout or deposit")
    provider = dy.String(nullable=True, description="who pays the batch out")
    settled_on = dy.Date(nullable=True, description="day on which the batch is paid out")
    currency = dy.String(regex="^[A-Z]{3}$")
    net_amount = dy.Int64(
        min=-AMOUNT_LIMIT, max=AMOUNT_LIMIT, description="what the batch pays out, minor units"
    )
    part_id = dy.String(nullable=True, description="id of the payment, or number of the cheque")
    kind = Word(KINDS)
    customer_id = dy.String(nullable=True)
    customer_name = dy.String(nullable=True)
    reference = dy.String(nullable=True, description="the invoice or order that the part names")
    gross_amount = dy.Int64(
        min=-AMOUNT_LIMIT, max=AMOUNT_LIMIT, description="what the customer paid, minor units"
    )
    fee = dy.Int64(
        min=-AMOUNT_LIMIT, max=AMOUNT_LIMIT, description="kept back of the part, minor units"
    )


class ProvenBatches(dy.Schema):
    """A row a batch whose parts come to its net amount, and that was not settled before."""

    batch = dy.Int64(primary_key=True, min=0, description="row number of the batch")
    batch_reference = dy.String()
    provider = dy.String(nullable=True)
    provider_words = dy.List(dy.String(), description="the provider's name, folded, in words")
    settled_on = dy.Date(nullable=True)
    currency = dy.String()
    net = dy.Int64(description="what the batch pays out, minor units")


class BatchQuotes(dy.Schema):
    """A row a line that quotes a proven batch, whatever the line's amount."""

    line = dy.Int64(primary_key=True)
    batch = dy.Int64(primary_key=True)
    key = dy.String()
    span = dy.String(description="the text as read")


class BatchParts(dy.Schema):
    """A row a part of a proven batch."""

    part = dy.Int64(primary_key=True, min=0, description="row number of the part")
    batch = dy.Int64()
    file = dy.String()
    row = dy.Int64(description="line of the file on which the part stands")
    kind = Word(KINDS)
    customer = dy.Int64(nullable=True, description="row number of the customer named")
    gross = dy.Int64(description="what the customer paid, minor units")
    fee = dy.Int64(description="kept back of it, minor units")
    text = dy.String(description="the reference, folded")
    label = dy.String(description="the part in words: its id and its reference")


class BatchProblems(dy.Schema):
    """A row a batch that is not used, or that was given more than once."""

    provider = dy.String(nullable=True)
    batch_reference = dy.String()
    file = dy.String()
    row = dy.Int64(min=1)
    code = dy.String(description="cause, in words joined by underscores")
    reason = dy.String(description="cause, in plain words with both figures")


class BatchOutcomes(dy.Schema):
    """What became of every part of every batch: a row a part, in the order of the files."""

    file = dy.String()
    row = dy.Int64(min=1, description="line of the file on which the part stands")
    batch_reference = dy.String()
    provider = dy.String(nullable=True)
    settled_on = dy.Date(nullable=True)
    currency = dy.String()
    net_amount = dy.Int64(description="what the batch pays out, minor units")
    part_id = dy.String(nullable=True)
    kind = dy.String()
    customer_id = dy.String(nullable=True, description="as the report names it")
    customer_name = dy.String(nullable=True)
    reference = dy.String(nullable=True)
    gross_amount = dy.Int64(description="what the customer paid, minor units")
    fee = dy.Int64(description="kept back of it, minor units")
    state = Word(STATES)
    finding = Word(
        (*FINDINGS, *FAULTS),
        description="what was found of the part, or why its batch is not used",
    )
    note = dy.String(nullable=True, description="why a batch is refused, with both figures")
    line_id = dy.String(nullable=True, description="the bank line that pays the batch")
    item_numbers = dy.String(nullable=True, description="what the part pays, joined by |")


@dataclass(frozen=True, slots=True)
class ComparableBatches:
    """The batches of one run in comparable form, beside what was given.

    `part_keys` has the tokens of the parts' references; its `line` is the row number of the part.
    """

    given: dy.DataFrame[Batches]
    batches: dy.DataFrame[ProvenBatches]
    quotes: dy.DataFrame[BatchQuotes]
    parts: dy.DataFrame[BatchParts]
    part_keys: dy.DataFrame[LineKeys]
    problems: dy.DataFrame[BatchProblems]

    @classmethod
    def empty(cls) -> ComparableBatches:
        """Give the batches of somebody who has none."""
        return cls(
            Batches.create_empty(),
            ProvenBatches.create_empty(),
            BatchQuotes.create_empty(),
            BatchParts.create_empty(),
            LineKeys.create_empty(),
            BatchProblems.create_empty(),
        )
