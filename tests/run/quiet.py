"""Stand-ins for what surrounds a run: nobody watches its progress, and formats that read one word a line."""

from __future__ import annotations

import datetime as dt

import polars as pl

from recon.api import MalformedFile, ParsedStatements, Place, ReadLines, ReadStatements, Rejects


class Quiet:
    """Somebody who is told of each step and remembers it."""

    def __init__(self):
        self.steps = []
        self.advanced = 0

    def step(self, name, total=None):
        self.steps.append((name, total))

    def advance(self, count=1):
        self.advanced += count


class WordFormat:
    """A format whose files begin with its mark and hold one amount in minor units a row."""

    def __init__(self, name, mark):
        self.name = name
        self.mark = mark

    def sniff(self, head, file_name):
        return head.startswith(self.mark)

    def read(self, source, options):
        rows = source.data.decode().split()[1:]
        for number, row in enumerate(rows, 2):
            if not row.lstrip("-").isdigit():
                raise MalformedFile("no amount", place=Place(source.name, number), excerpt=row)
        return parsed([int(row) for row in rows])


def parsed(amounts):
    """Give what a format delivers: one statement that balances, a line an amount."""
    statement = dict.fromkeys(ReadStatements.column_names()) | {
        "statement_index": 0,
        "account": "DE02100100100109307118",
        "currency": "EUR",
        "kind": "final",
        "opening_balance": 0,
        "closing_balance": sum(amounts),
        "line_count": len(amounts),
    }
    lines = [
        dict.fromkeys(ReadLines.column_names())
        | {
            "statement_index": 0,
            "record": record,
            "booking_date": dt.date(2026, 1, 5),
            "amount": amount,
            "currency": "EUR",
            "remittance": f"entry {record}",
            "is_reversal": False,
            "status": "booked",
        }
        for record, amount in enumerate(amounts, 1)
    ]
    return ParsedStatements(
        statements=ReadStatements.validate(
            pl.DataFrame([statement], schema=ReadStatements.create_empty().schema)
        ),
        lines=ReadLines.validate(pl.DataFrame(lines, schema=ReadLines.create_empty().schema)),
        rejects=Rejects.create_empty(),
        reader="words",
    )
