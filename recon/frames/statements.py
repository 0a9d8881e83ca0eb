"""Statements: one account's report from a bank for a period (terms of ISO 20022 camt.053)."""

from __future__ import annotations

import dataframely as dy

from recon.frames.words import Word

KINDS = ("final", "interim", "notification")
BALANCE_CHECKS = ("ok", "broken", "not_checkable")


class ReadStatements(dy.Schema):
    """What a format delivers for one file: a row a statement, before the engine knows its identity."""

    statement_index = dy.Int64(primary_key=True, min=0, description="0, 1, 2, ... in file order")
    account = dy.String(
        description="the account as the bank wrote it, blanks removed; '' if not said"
    )
    currency = dy.String(regex="^[A-Z]{3}$", description="ISO 4217 code of the account")
    kind = Word(
        KINDS,
        description="final, interim (MT942, camt.052) or notification (camt.054)",
    )
    statement_number = dy.String(nullable=True, description="the bank's number, without page")
    page = dy.Int64(nullable=True, description="sequence within the statement number")
    opening_balance = dy.Int64(nullable=True, description="minor units; null if the file has none")
    opening_date = dy.Date(nullable=True)
    closing_balance = dy.Int64(nullable=True, description="minor units; null if the file has none")
    closing_date = dy.Date(nullable=True)
    line_count = dy.Int64(min=0, description="records counted independently of the parser")
    reader = dy.String(
        nullable=True, description="the reader inside the format that spoke; null: the file's"
    )
    dialect = dy.String(
        nullable=True, description="the bank's variant of the format (structured-?)"
    )
    extras = dy.String(
        nullable=True,
        description="JSON object: what the bank said of the statement beyond this frame",
    )


class Statements(ReadStatements):
    """Statements of a whole run, identified and checked."""

    statement_index = dy.Int64(min=0)
    statement_id = dy.String(primary_key=True, description="file hash prefix and statement index")
    file = dy.String(description="name of the file as given")
    format = dy.String(description="name of the format that read it")
    reader = dy.String(description="the reader inside the format that spoke")
    balance_check = Word(BALANCE_CHECKS)
    balance_difference = dy.Int64(nullable=True, description="closing - opening - sum of lines")
    continuity_check = Word(BALANCE_CHECKS)
    continuity_note = dy.String(
        nullable=True, description="what does not continue, with both values"
    )
    is_held = dy.Bool(description="nothing of a held statement is applied or posted")
