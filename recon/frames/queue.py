"""The queue: receivable lines that a person has to look at, the weightiest first."""

from __future__ import annotations

import dataframely as dy

from recon.frames.decisions import FATES
from recon.frames.words import Word


class Queue(dy.Schema):
    """A row a line that waits for a person, in the order in which it is best looked at."""

    place = dy.Int64(primary_key=True, min=1, description="1 is looked at first")
    rank_in_currency = dy.Int64(
        min=1, description="by amount times age; amounts of two currencies are never compared"
    )
    line_id = dy.String()
    decision_no = dy.Int64(
        nullable=True, min=1, description="the decision that a person sees; accepting names it"
    )
    account = dy.String()
    booking_date = dy.Date()
    value_date = dy.Date(nullable=True)
    amount = dy.Int64()
    currency = dy.String(regex="^[A-Z]{3}$")
    payer_name = dy.String(nullable=True)
    payer_account = dy.String(nullable=True, description="the other party's account")
    remittance = dy.String(description="free text of the payment")
    fate = Word(FATES)
    reason = dy.String(description="reason code; the docs name each")
    note = dy.String(nullable=True, description="the nearest miss and the rule that refused it")
    is_held = dy.Bool()
    age_days = dy.Int64(min=0, description="days since the value date, else the booking date")
    owner = dy.String(nullable=True, description="who looks after the line")
    comment = dy.String(nullable=True, description="the last comment on the line")
    best_items = dy.String(
        nullable=True, description="item numbers of the best suggestion, joined by a vertical bar"
    )
    best_confidence_ppm = dy.Int64(
        nullable=True, min=0, max=1_000_000, description="of the best suggestion, parts per million"
    )
    suggestions = dy.Int64(min=0, description="how many suggestions there are")
    awaiting_no = dy.Int64(
        nullable=True, min=1, description="the decision that waits for an approval"
    )
    awaiting_fate = dy.String(nullable=True, description="what it would make of the line")
    approvals_missing = dy.Int64(min=0, description="how many more people must approve it")
    not_from = dy.String(
        nullable=True, description="who may not give the next approval, joined by a vertical bar"
    )
