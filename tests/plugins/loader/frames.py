"""Small sound frames that the tests then break."""

from __future__ import annotations

import datetime as dt

import polars as pl

from recon.api import (
    Allocations,
    ClosedItems,
    Decisions,
    Entries,
    Items,
    Lines,
    OwnAccounts,
    ParsedStatements,
    Parties,
    ReadLines,
    ReadStatements,
    Rejects,
    Remittances,
    RunView,
    Statements,
)
from recon.protocols import Books

DAY = dt.date(2026, 3, 2)


def frame_of(schema, rows):
    """Build a frame of a schema from sparse rows: what a row leaves out is null."""
    empty = schema.create_empty()
    return pl.DataFrame(
        [{name: row.get(name) for name in empty.columns} for row in rows],
        schema=empty.schema,
    )


def read_lines(*records, **changes):
    rows = [
        {
            "statement_index": 0,
            "record": record,
            "booking_date": DAY,
            "amount": 10_000,
            "currency": "EUR",
            "remittance": "INV 1001",
            "is_reversal": False,
            "status": "booked",
        }
        | changes
        for record in records
    ]
    return frame_of(ReadLines, rows)


def read_statements(line_count=2, **changes):
    row = {
        "statement_index": 0,
        "account": "DE02",
        "currency": "EUR",
        "kind": "final",
        "line_count": line_count,
    }
    return frame_of(ReadStatements, [row | changes])


def rejects(*records):
    return frame_of(
        Rejects,
        [
            {"file": "a.sta", "record": r, "code": "no-amount", "reason": "no amount"}
            for r in records
        ],
    )


def parsed(**changes):
    parts = {
        "statements": read_statements(),
        "lines": read_lines(1, 2),
        "rejects": rejects(),
        "reader": "tests",
    }
    return ParsedStatements(**(parts | changes))


def lines():
    return (
        read_lines(1)
        .with_columns(
            line_id=pl.lit("Laaaaaaaaaaaaaaaa"),
            statement_id=pl.lit("S1"),
            file=pl.lit("a.sta"),
            account=pl.lit("DE02"),
            occurrence=pl.lit(0, pl.Int64),
            copies=pl.lit(0, pl.Int64),
            is_held=pl.lit(value=False),
        )
        .select(Lines.column_names())
    )


def items():
    row = {
        "item_id": "I1",
        "kind": "invoice",
        "number": "1001",
        "currency": "EUR",
        "open_amount": 10_000,
    }
    return frame_of(Items, [row])


def books(**changes):
    parts = {
        "items": items(),
        "parties": Parties.create_empty(),
        "remittances": Remittances.create_empty(),
        "closed": ClosedItems.create_empty(),
        "own_accounts": OwnAccounts.create_empty(),
    }
    return Books(**(parts | changes))


def entries(*keys):
    rows = [
        {
            "entry_key": key,
            "posting": posting,
            "line_id": "Laaaaaaaaaaaaaaaa",
            "date": DAY,
            "role": role,
            "account": role,
            "amount": amount,
            "currency": "EUR",
            "description": "",
            "evidence": "",
        }
        for key in keys
        for posting, role, amount in ((1, "cash", 10_000), (2, "receivable", -10_000))
    ]
    return frame_of(Entries, rows)


def view():
    return RunView(
        as_of=DAY,
        policy_hash="0" * 16,
        inputs=(),
        statements=Statements.create_empty(),
        lines=lines(),
        rejects=Rejects.create_empty(),
        items=items(),
        decisions=Decisions.create_empty(),
        allocations=Allocations.create_empty(),
        entries=Entries.create_empty(),
    )
