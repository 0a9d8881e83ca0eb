"""Lines: booked entries on statements, the bank's side."""

from __future__ import annotations

import dataframely as dy

from recon.money import AMOUNT_LIMIT


class ReadLines(dy.Schema):
    """What a format delivers for one file: a row a booked entry, in file order."""

    statement_index = dy.Int64(min=0, description="the statement of ReadStatements it belongs to")
    record = dy.Int64(primary_key=True, min=1, description="1, 2, 3, ... of the entry in its file")
    line_number = dy.Int64(
        nullable=True, min=1, description="text line in the file where it begins"
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
    end_to_end_id = dy.String(nullable=True)
    mandate_id = dy.String(nullable=True)
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
    transaction_text = dy.String(nullable=True, description="the bank's booking text")
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
