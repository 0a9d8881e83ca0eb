"""Findings: what the detective controls found, each with the control of the catalogue that it belongs to."""

from __future__ import annotations

import dataframely as dy

from recon.frames.words import Word

CONTROLS = tuple(f"C{number}" for number in range(1, 20))
# info: to know. look: somebody should look. act: the control is broken, or money may be wrong.
SEVERITIES = ("info", "look", "act")


class Findings(dy.Schema):
    """A row a finding; it changes nothing, and it is found anew as long as its cause stands."""

    control = Word(CONTROLS, description="of the list of controls")
    finding = dy.String(min_length=1, description="code of what was found; the docs name each")
    severity = Word(SEVERITIES, description="info, look or act: how much it matters")
    account = dy.String(nullable=True)
    statement_id = dy.String(nullable=True, description="the statement it is about")
    line_id = dy.String(nullable=True)
    other_line_id = dy.String(nullable=True, description="the line that it is compared with")
    item_id = dy.String(nullable=True)
    customer_id = dy.String(nullable=True)
    decision_no = dy.Int64(nullable=True, min=1, description="the decision it is about")
    user = dy.String(nullable=True, description="the person it is about")
    amount = dy.Int64(nullable=True, description="minor units at stake")
    currency = dy.String(nullable=True, regex="^[A-Z]{3}$")
    age_days = dy.Int64(nullable=True, min=0, description="for how many days it has stood")
    words = dy.String(min_length=1, description="what was found, with its figures")
