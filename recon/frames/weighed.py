"""Weighed: every explanation of a line that was looked at, with its ledger of bits and what refused it."""

from __future__ import annotations

import dataframely as dy

from recon.frames.words import Word

STATUSES = ("applied", "suggested", "on_account", "passed_over")


class Weighed(dy.Schema):
    """A row an explanation of a line: the one applied, the suggestions, and the next best that were passed over.

    The millibits of its classes and its prior add up to `millibits`.
    """

    line_id = dy.String(primary_key=True)
    place = dy.Int64(primary_key=True, min=1, description="1 = most bits of its line")
    status = Word(STATUSES)
    refusals = dy.String(
        nullable=True, description="every rule that refuses it, the decisive one first, joined by |"
    )
    item_numbers = dy.String(nullable=True, description="what it would settle, joined by |")
    shape = dy.String(description="how the set was made: one_item, all_quoted, subset, ...")
    settlement = dy.String(description="exact, discount, write_off, part, over, ...")
    reference_kind = dy.String(nullable=True, description="how the line quotes it, e.g. number")
    reference_millibits = dy.Int64(description="weight of what the line quotes")
    reference_text = dy.String(nullable=True, description="the spans of text quoted, joined by |")
    amount_millibits = dy.Int64(description="weight of the amount, by its settlement")
    party_kind = dy.String(nullable=True, description="how the payer is known, e.g. payer_account")
    party_millibits = dy.Int64(description="weight of the payer")
    party_text = dy.String(nullable=True, description="the account or name that told the payer")
    date_kind = dy.String(nullable=True, description="before_issue or long_overdue")
    date_millibits = dy.Int64(description="weight of the dates; they only speak against")
    history_kind = dy.String(nullable=True, description="what a plugin or the history knows")
    history_millibits = dy.Int64(description="weight of what is known from before")
    prior_millibits = dy.Int64(description="before anything is seen: one of many open items")
    millibits = dy.Int64(description="the sum, against the null")
    confidence_ppm = dy.Int64(min=0, max=1_000_000, description="posterior, parts per million")
    absent_millibits = dy.Int64(
        nullable=True,
        description="the rival that a possible payer of the line pays what is not open; null: nobody is known",
    )
    wanted_by = dy.String(
        nullable=True, description="the line that wants one of its items most, if there is another"
    )
    wanted_millibits = dy.Int64(nullable=True, description="how much that line wants it")
    wanted_lines = dy.Int64(min=0, description="how many other lines want its most wanted item")
    component = dy.String(
        nullable=True,
        description="first of the lines that compete with this one for items, which were solved together",
    )
    component_lines = dy.Int64(nullable=True, min=2, description="how many they are")
    gap_millibits = dy.Int64(
        min=0,
        description="how much better all of them together could be at most; 0 where they were solved exactly",
    )
