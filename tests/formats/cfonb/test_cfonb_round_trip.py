"""Any statement, written in columns, is read back as it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats.cfonb.cfonb_records import complement, movement, statement
from tests.formats.cfonb.reading import read

TEXTS = st.text(alphabet="ABCXYZ0189-/.éçß ", max_size=69).map(lambda text: " ".join(text.split()))


@dataclass(frozen=True)
class Row:
    amount: int
    booked: dt.date
    label: str
    text: str
    name: str


ROWS = st.builds(
    Row,
    amount=st.integers(min_value=-(10**13), max_value=10**13),
    booked=st.dates(dt.date(2000, 1, 1), dt.date(2060, 1, 1)),
    label=TEXTS.map(lambda text: text[:31].strip()),
    text=TEXTS,
    name=TEXTS,
)


def records(row: Row) -> list[str]:
    booked = f"{row.booked:%d%m%y}"
    qualified = (("NPY", row.name), ("LCC", row.text))
    further = [complement(code, text, booked=booked) for code, text in qualified if text]
    return [movement(row.amount, row.label, booked=booked), *further]


@settings(max_examples=8)
@given(
    rows=st.lists(ROWS, max_size=6),
    opening=st.integers(min_value=-(10**11), max_value=10**11),
    encoding=st.sampled_from(["utf-8", "cp1252"]),
    newline=st.sampled_from(["\n", "\r\n", "\n\n"]),
)
def test_what_is_written_is_read_back(
    rows: list[Row], opening: int, encoding: str, newline: str
) -> None:
    inner = [record for row in rows for record in records(row)]
    total = opening + sum(row.amount for row in rows)
    text = statement(*inner, opening=opening, closing=total, newline=newline)
    parsed = read(text.encode(encoding), encoding=encoding)

    found = parsed.lines.select("amount", "booking_date", "payer_name", "remittance").rows()
    expected = [
        (row.amount, row.booked, row.name or None, f"{row.label} {row.text}".strip())
        for row in rows
    ]
    assert found == expected
    assert parsed.rejects.is_empty()
    balances = parsed.statements.select("opening_balance", "closing_balance").row(0)
    assert balances == (opening, total)
    assert not parsed.findings
