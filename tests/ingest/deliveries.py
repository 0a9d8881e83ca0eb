"""Build deliveries of statements as formats hand them over, from days and amounts."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

import polars as pl

from recon.frames.lines import ReadLines
from recon.frames.rejects import Rejects
from recon.frames.statements import ReadStatements
from recon.ingest.balance import Holds, check_statements, continuity
from recon.ingest.dedupe import distinct_lines
from recon.ingest.read import Delivery, gather
from recon.protocols import ParsedStatements

ACCOUNT = "DE02100100100109307118"


@dataclass(frozen=True, slots=True)
class Booked:
    """One entry as a bank books it."""

    day: int  # of January 2026
    amount: int
    text: str = "rent"
    reference: str | None = None
    status: str = "booked"
    currency: str | None = None  # the account's, if not said


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement: its balances are what the entries make of them, unless said."""

    booked: tuple[Booked, ...]
    opening: int | None = 0
    closing: int | str | None = "sum"
    number: str | None = None
    kind: str = "final"
    opened_on: int | None = None
    closed_on: int | None = None
    account: str = ACCOUNT
    currency: str = "EUR"


def date(day: int) -> dt.date:
    return dt.date(2025, 12, 31) + dt.timedelta(days=day)


def delivery(name: str, *stated: Stated) -> Delivery:
    """Put statements into one file; the file's hash follows from what is in it."""
    statements, lines = [], []
    for index, one in enumerate(stated):
        statements.append(_statement(index, one))
        for booked in one.booked:
            lines.append(_line(index, len(lines) + 1, one, booked))
    parsed = ParsedStatements(
        statements=_frame(ReadStatements, statements),
        lines=_frame(ReadLines, lines),
        rejects=Rejects.create_empty(),
        reader="test",
    )
    digest = hashlib.sha256(repr(stated).encode()).hexdigest()
    return Delivery(file=name, sha256=digest, format="test", parsed=parsed)


def ingest(
    *deliveries: Delivery,
    holds_balance_break: bool = True,
    holds_continuity_break: bool = False,
    holds_notifications: bool = True,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Gather, check and identify, as the flow of a run does; gives statements, lines and copies."""
    gathered = gather(deliveries)
    checked = check_statements(
        gathered.statements,
        gathered.lines,
        Holds(
            balance_break=holds_balance_break,
            continuity_break=holds_continuity_break,
            notifications=holds_notifications,
        ),
    )
    lines, copies = distinct_lines(gathered.lines, checked, continuity(gathered.statements))
    assert lines.height + copies.height == gathered.lines.height
    return checked, lines, copies


def _statement(index: int, stated: Stated) -> dict[str, Any]:
    days = [booked.day for booked in stated.booked]
    closing = stated.closing
    if closing == "sum":
        closing = (
            None
            if stated.opening is None
            else stated.opening + sum(b.amount for b in stated.booked)
        )
    first, last = stated.opened_on, stated.closed_on
    return {
        "statement_index": index,
        "account": stated.account,
        "currency": stated.currency,
        "kind": stated.kind,
        "statement_number": stated.number,
        "page": None,
        "opening_balance": stated.opening,
        "opening_date": date(first if first is not None else min(days, default=1)),
        "closing_balance": closing,
        "closing_date": date(last if last is not None else max(days, default=1)),
        "line_count": len(stated.booked),
    }


def _line(index: int, record: int, stated: Stated, booked: Booked) -> dict[str, Any]:
    named = {
        "statement_index": index,
        "record": record,
        "bank_reference": booked.reference,
        "booking_date": date(booked.day),
        "amount": booked.amount,
        "currency": booked.currency or stated.currency,
        "remittance": booked.text,
        "is_reversal": False,
        "status": booked.status,
    }
    return dict.fromkeys(ReadLines.column_names()) | named


def _frame(schema: Any, rows: list[dict[str, Any]]) -> Any:
    return schema.validate(pl.DataFrame(rows, schema=schema.create_empty().schema, orient="row"))
