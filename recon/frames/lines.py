"""Lines: booked entries on statements, the bank's side."""

from __future__ import annotations

import dataframely as dy

from recon.frames.words import Word
from recon.money import AMOUNT_LIMIT

STATUSES = ("booked", "pending", "information")


class ReadLines(dy.Schema):
    """What a format delivers for one file: a row an entry, in file order, in the terms of ISO 20022 camt.053.

    Where a format has nothing for a column it is null; what the bank sent and no column holds is in `extras`.
    An entry that the bank itemises (a batch) gives a row a detail, and no row for its total.
    """

    statement_index = dy.Int64(min=0, description="the statement of ReadStatements it belongs to")
    record = dy.Int64(primary_key=True, min=1, description="1, 2, 3, ... of the entry in its file")
    line_number = dy.Int64(
        nullable=True, min=1, description="text line in the file where it begins"
    )
    byte_offset = dy.Int64(
        nullable=True, min=0, description="where its raw record begins in the file, decompressed"
    )
    byte_length = dy.Int64(nullable=True, min=1, description="length of its raw record")
    status = Word(
        STATUSES,
        description="booked; pending or information is held and counts in no balance",
    )
    bank_reference = dy.String(
        nullable=True, description="the bank's id of the entry (FITID, //ref)"
    )
    booking_date = dy.Date(description="as the bank wrote it, never shifted by a time zone")
    value_date = dy.Date(nullable=True)
    amount = dy.Int64(
        min=-AMOUNT_LIMIT, max=AMOUNT_LIMIT, description="minor units, credits positive"
    )
    currency = dy.String(regex="^[A-Z]{3}$", description="ISO 4217 code of the amount")
    payer_name = dy.String(nullable=True, description="the other party as the bank names it")
    payer_account = dy.String(
        nullable=True, description="the other party's account, blanks removed"
    )
    payer_bank = dy.String(
        nullable=True, description="BIC or national bank code of the other party"
    )
    remittance = dy.String(description="free text of the payment, wraps rejoined; '' if none")
    ultimate_debtor = dy.String(nullable=True, description="on whose behalf the debtor pays")
    ultimate_creditor = dy.String(nullable=True, description="for whom the creditor receives")
    end_to_end_id = dy.String(nullable=True, description="as the payer gave it; no NOTPROVIDED")
    instruction_id = dy.String(
        nullable=True, description="the instructing party's id of the payment"
    )
    mandate_id = dy.String(nullable=True)
    creditor_id = dy.String(nullable=True, description="SEPA creditor identifier")
    structured_reference = dy.String(
        nullable=True, description="creditor reference in its own field"
    )
    customer_reference = dy.String(
        nullable=True, description="the account owner's reference (:61:)"
    )
    cheque_number = dy.String(nullable=True)
    transaction_code = dy.String(
        nullable=True, description="the bank's own code (TRNTYPE, NTRF, 166)"
    )
    bank_transaction_code = dy.String(
        nullable=True, description="ISO 20022 domain-family-subfamily (PMNT-RCDT-ESCT)"
    )
    transaction_text = dy.String(nullable=True, description="the bank's booking text")
    purpose_code = dy.String(nullable=True, description="ISO 20022 external purpose (SALA)")
    return_reason = dy.String(nullable=True, description="ISO 20022 reason of a return (AC04)")
    charges = dy.Int64(
        nullable=True,
        min=-AMOUNT_LIMIT,
        max=AMOUNT_LIMIT,
        description="minor units, taken: positive",
    )
    original_amount = dy.Int64(
        nullable=True,
        min=-AMOUNT_LIMIT,
        max=AMOUNT_LIMIT,
        description="minor units of original_currency, signed like the amount",
    )
    original_currency = dy.String(
        nullable=True, regex="^[A-Z]{3}$", description="ISO 4217 code of the original amount"
    )
    exchange_rate = dy.String(nullable=True, description="as the bank wrote it")
    batch = dy.Int64(
        nullable=True, min=1, description="shared by the lines that the bank booked as one amount"
    )
    is_reversal = dy.Bool(description="marked by the bank as reversing an earlier entry")
    extras = dy.String(
        nullable=True, description="JSON object: what the bank sent beyond this frame"
    )


class Lines(ReadLines):
    """Distinct lines of a whole run, identified and de-duplicated."""

    record = dy.Int64(min=1)
    line_id = dy.String(primary_key=True, regex="^L[a-z2-7]{16}$", description="stable identity")
    statement_id = dy.String()
    file = dy.String()
    account = dy.String()
    occurrence = dy.Int64(min=0, description="index among equal lines of one day")
    copies = dy.Int64(min=0, description="further deliveries that collapsed into this line")
    is_held = dy.Bool(description="its statement is held: shown, never applied or posted")
