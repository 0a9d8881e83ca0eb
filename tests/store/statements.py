"""Statements of one small bank, as rows of an event: few days, few balances and few texts, so that much is alike.

In: numbers. Out: frames as `append` takes them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.store.whole import rows

DAY = dt.date(2026, 1, 5)


@dataclass(frozen=True)
class Told:
    """One statement: its kind, first day, days, opening balance, and per line the day, the amount and the text."""

    kind: str
    account: str
    day: int
    days: int
    opening: int
    is_broken: bool
    lines: tuple[tuple[int, int, str], ...]


def told_statements():
    line = st.tuples(st.integers(0, 2), st.sampled_from([1, 1, 2, -1]), st.sampled_from(["a", "b"]))
    return st.builds(
        Told,
        kind=st.sampled_from(["final", "final", "final", "interim", "notification"]),
        account=st.sampled_from(["A", "A", "A", "B"]),
        day=st.integers(0, 4),
        days=st.integers(0, 2),
        opening=st.integers(0, 3),
        is_broken=st.sampled_from([False, False, False, True]),
        lines=st.lists(line, max_size=4).map(tuple),
    )


def event_rows(told, number):
    """Give the rows of the event that brings this statement."""
    statement_id = f"S{number:03d}"
    moved = sum(amount for _, amount, _ in told.lines)
    closing = told.opening + moved + told.is_broken
    statement = {
        "statement_id": statement_id,
        "statement_index": 0,
        "account": told.account,
        "currency": "EUR",
        "kind": told.kind,
        "opening_balance": told.opening,
        "opening_date": DAY + dt.timedelta(days=told.day),
        "closing_balance": closing,
        "closing_date": DAY + dt.timedelta(days=told.day + told.days),
        "line_count": len(told.lines),
        "file": f"f{number}",
        "format": "mt940",
        "reader": "mt940",
        "balance_check": "broken" if told.is_broken else "ok",
        "balance_difference": int(told.is_broken),
    }
    deliveries = [
        {
            "statement_id": statement_id,
            "record": record,
            "statement_index": 0,
            "status": "booked",
            "booking_date": DAY + dt.timedelta(days=told.day + min(day, told.days)),
            "amount": amount,
            "currency": "EUR",
            "remittance": text,
            "is_reversal": False,
        }
        for record, (day, amount, text) in enumerate(told.lines, 1)
    ]
    return {
        "statements": rows("statements", statement),
        "deliveries": rows("deliveries", *deliveries),
    }
