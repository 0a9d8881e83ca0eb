"""Evidence: reasons why a line and an item (or a customer) belong together, worth so many bits."""

from __future__ import annotations

import dataframely as dy

from recon.frames.words import Word

CLASSES = ("reference", "amount", "party", "date", "history")


class Evidence(dy.Schema):
    """A row a piece of evidence. Only the strongest piece of one class counts for a pair.

    Weights are thousandths of a bit: log2(P(seen | belongs) / P(seen | coincidence)) * 1000.
    """

    line_id = dy.String()
    item_id = dy.String()
    evidence_class = Word(CLASSES)
    kind = dy.String(description="what was compared, e.g. number, payer_account, exact_amount")
    millibits = dy.Int64(description="weight in thousandths of a bit; negative speaks against")
    text = dy.String(nullable=True, description="the span of the line's text it was read from")
