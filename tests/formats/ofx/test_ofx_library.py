"""The tolerant reader: it agrees with ours on what both accept, is wrong where named here, and only ever confirms."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.api import ParsedStatements, SourceFile, format_minor
from recon_ofx import library_child
from recon_ofx.plugin import Ofx
from tests.examples import examples

HEAD = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:UTF-8\nCHARSET:NONE\n\n"


def transaction(amount: str = "10.00", date: str = "20260102", end: str = "</STMTTRN>") -> str:
    return f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{date}<TRNAMT>{amount}<FITID>F1{end}\n"


def document(*lists: str) -> str:
    statements = "".join(
        "<STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>77</BANKACCTFROM>"
        f"<BANKTRANLIST>{one}</BANKTRANLIST></STMTRS></STMTTRNRS>"
        for one in lists
    )
    return f"{HEAD}<OFX><BANKMSGSRSV1>{statements}</BANKMSGSRSV1></OFX>"


def ours(text: str) -> ParsedStatements:
    return Ofx().read(SourceFile("bank.ofx", text.encode()), {})


def theirs(text: str) -> list[tuple[Decimal, str, str]] | None:
    [reading] = library_child.read([text])
    return reading and [(Decimal(amount), day, identifier) for amount, day, identifier in reading]


@settings(max_examples=examples(10))
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**9), 10**9),
            st.dates().filter(lambda day: day.year >= 1900),
            st.text("ABC019-", min_size=1, max_size=20),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_both_readers_read_the_same_amounts_days_and_ids(rows: list[tuple]) -> None:
    text = document(
        "".join(
            f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{day:%Y%m%d}<TRNAMT>{format_minor(amount, 'USD')}"
            f"<FITID>{identifier}</STMTTRN>"
            for amount, day, identifier in rows
        )
    )
    lines = ours(text).lines

    assert theirs(text) == [
        (Decimal(amount).scaleb(-2), f"{day:%Y%m%d}", identifier)
        for amount, day, identifier in lines.select(
            "amount", "booking_date", "bank_reference"
        ).iter_rows()
    ]


@pytest.mark.parametrize(
    ("rows", "their_reading", "our_reading"),
    [
        # An evening payment: the library shifts it into UTC, and books it on the next day.
        (transaction(date="20260102233000[-5:EST]"), [(10, "20260103")], [(10, "20260102")]),
        # A comma file: the library takes thousands for decimals, value by value.
        (
            transaction("1.650") + transaction("0,25"),
            [("1.650", "20260102"), ("0.25", "20260102")],
            [(1650, "20260102"), ("0.25", "20260102")],
        ),
        # Text that Python calls a number is no amount that a bank writes.
        (transaction("1e5"), [(100000, "20260102")], []),
        (transaction("1_000"), [(1000, "20260102")], []),
        # More decimals than the currency has cannot be booked.
        (transaction("10.005"), [("10.005", "20260102")], []),
        # A transaction in a transaction: the library gives both the amount of the first.
        (
            transaction("5.00", end=transaction("999.00") + "</STMTTRN>"),
            [(5, "20260102"), (999, "20260102")],
            [],
        ),
        # One amount too many, in a name: the library takes the first in silence.
        (transaction("5.00", end="<NAME>A<TRNAMT>999.00</STMTTRN>"), [(5, "20260102")], []),
    ],
)
def test_where_the_library_is_wrong_our_own_reading_or_a_reject_stands(
    rows: str, their_reading: list[tuple], our_reading: list[tuple]
) -> None:
    text = document(rows)
    parsed = ours(text)
    read = parsed.lines.select("amount", "booking_date").iter_rows()

    assert [one[:2] for one in theirs(text) or []] == [
        (Decimal(amount), day) for amount, day in their_reading
    ]
    assert [(Decimal(amount).scaleb(-2), f"{day:%Y%m%d}") for amount, day in read] == [
        (Decimal(amount), day) for amount, day in our_reading
    ]
    assert parsed.statements["reader"].to_list() == ["ofx"]


def test_one_bad_transaction_makes_the_library_refuse_all() -> None:
    text = document(transaction("$12") + transaction("1.00"))

    assert theirs(text) is None
    assert ours(text).lines["amount"].to_list() == [100]


@pytest.mark.parametrize(
    "doubtful",
    [
        transaction("7.00", end=""),  # not closed before the next one begins
        transaction("7.00", date="20260102x"),  # something behind the day
    ],
)
def test_the_library_confirms_a_record_that_breaks_the_grammar(doubtful: str) -> None:
    parsed = ours(document(transaction("1.00"), doubtful + transaction("2.00")))

    assert parsed.rejects.is_empty()
    assert parsed.lines["amount"].to_list() == [100, 700, 200]
    assert parsed.lines["booking_date"].dt.to_string().unique().to_list() == ["2026-01-02"]
    assert parsed.statements["reader"].to_list() == ["ofx", "ofxparse"]
    assert parsed.reader == "ofx+ofxparse"
    assert any("1 records (2) break the grammar" in finding for finding in parsed.findings)


@pytest.mark.parametrize(
    "rows",
    [
        # The library shifts this day, so that it does not confirm what is written.
        transaction("7.00", date="20260102233000x[-5:EST]"),
        # Another record of the statement is rejected: the library cannot agree on all of it.
        transaction("7.00", end="") + transaction("$12"),
        # It would confirm the amount, but an amount is only ever read by our own grammar.
        transaction("1e5", date="20260102x"),
        # No id, no day: nothing to confirm.
        transaction("7.00", date="20260230x"),
    ],
)
def test_a_reject_stands_where_the_library_does_not_confirm_it(rows: str) -> None:
    parsed = ours(document(transaction("1.00") + rows))

    assert parsed.lines["amount"].to_list() == [100]
    assert len(parsed.rejects) == rows.count("<STMTTRN>")
    assert parsed.statements["reader"].to_list() == ["ofx"]


def test_the_library_is_not_asked_about_more_records_than_it_can_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("recon_ofx.library.RECORD_LIMIT", 2)
    parsed = ours(document(transaction("7.00", end="") + transaction() * 2))

    assert parsed.rejects["code"].to_list() == ["not-closed"]


def test_a_library_that_fails_leaves_the_reject_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("recon_ofx.library._CHILD", "recon_ofx.library_child:no_such_function")
    parsed = ours(document(transaction("7.00", end="") + transaction()))

    assert parsed.rejects["code"].to_list() == ["not-closed"]
    assert any("was asked about rejected records and failed" in f for f in parsed.findings)
