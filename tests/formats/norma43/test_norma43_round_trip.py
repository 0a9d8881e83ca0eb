"""Any account, written in columns, is read back as it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats.norma43.norma43_records import account, concept, movement, whole
from tests.formats.norma43.reading import read

TEXTS = st.text(alphabet="ABCXYZ0189-/.ñÑé ", max_size=140).map(lambda text: " ".join(text.split()))


@dataclass(frozen=True)
class Row:
    amount: int
    booked: dt.date
    text: str


ROWS = st.builds(
    Row,
    amount=st.integers(min_value=-(10**12), max_value=10**12),
    booked=st.dates(dt.date(2000, 1, 1), dt.date(2060, 1, 1)),
    text=TEXTS,
)


def records(row: Row) -> list[str]:
    pieces = [row.text[at : at + 76] for at in range(0, len(row.text), 76)]
    concepts = [concept(piece, number) for number, piece in enumerate(pieces, start=1)]
    return [movement(row.amount, booked=f"{row.booked:%y%m%d}"), *concepts]


@settings(max_examples=8)
@given(
    rows=st.lists(ROWS, max_size=6),
    opening=st.integers(min_value=-(10**11), max_value=10**11),
    encoding=st.sampled_from(["utf-8", "cp1252"]),
    is_trimmed=st.booleans(),
)
def test_what_is_written_is_read_back(
    rows: list[Row], opening: int, encoding: str, is_trimmed: bool
) -> None:
    text = whole(account(*[each for row in rows for each in records(row)], opening=opening))
    if is_trimmed:
        text = "\n".join(each.rstrip() for each in text.split("\r\n"))
    parsed = read(text.encode(encoding), encoding=encoding)

    found = parsed.lines.select("amount", "booking_date", "remittance").rows()
    assert found == [(row.amount, row.booked, row.text) for row in rows]
    assert parsed.rejects.is_empty()
    total = opening + sum(row.amount for row in rows)
    balances = parsed.statements.select("opening_balance", "closing_balance").row(0)
    assert balances == (opening, total)
    assert not parsed.findings
