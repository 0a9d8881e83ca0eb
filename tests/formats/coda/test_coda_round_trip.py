"""Any statement, written in columns, is read back as it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats.coda.coda_records import movement, second, statement, third
from tests.formats.coda.reading import read

LETTERS = st.text(alphabet="ABCXYZ0189-/.éçß ", min_size=0, max_size=140)
TEXTS = LETTERS.map(lambda text: " ".join(text.split()))


@dataclass(frozen=True)
class Row:
    amount: int
    booked: dt.date
    name: str
    text: str


ROWS = st.builds(
    Row,
    amount=st.integers(min_value=-(10**13), max_value=10**13),
    booked=st.dates(dt.date(2000, 1, 1), dt.date(2060, 1, 1)),
    name=TEXTS.map(lambda text: text[:35].strip()),
    text=TEXTS,
)


def records(number: int, row: Row) -> list[str]:
    return [
        movement(number, row.amount, booked=f"{row.booked:%d%m%y}", text=row.text[:53], next="1"),
        second(number, row.text[53:106]),
        third(number, "BE32123456789002", row.name, row.text[106:149]),
    ]


@settings(max_examples=8)
@given(
    rows=st.lists(ROWS, max_size=6),
    opening=st.integers(min_value=-(10**11), max_value=10**11),
    encoding=st.sampled_from(["utf-8", "cp1252"]),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_is_read_back(
    rows: list[Row], opening: int, encoding: str, newline: str
) -> None:
    inner = [records(number, row) for number, row in enumerate(rows, start=1)]
    text = statement(*inner, opening=opening).replace("\r\n", newline)
    parsed = read(text.encode(encoding), encoding=encoding)

    found = parsed.lines.select("amount", "booking_date", "payer_name", "remittance").rows()
    assert found == [(row.amount, row.booked, row.name or None, row.text) for row in rows]
    assert parsed.rejects.is_empty()
    total = opening + sum(row.amount for row in rows)
    balances = parsed.statements.select("opening_balance", "closing_balance").row(0)
    assert balances == (opening, total)
    assert not parsed.findings
