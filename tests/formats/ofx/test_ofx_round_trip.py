"""Any statement, rendered as SGML or XML, is read back as it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from xml.sax.saxutils import escape

from hypothesis import given
from hypothesis import strategies as st

from recon.api import ReconError, SourceFile, format_minor
from recon_ofx.plugin import Ofx

TEXTS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" <>&;"),
    min_size=1,
    max_size=40,
).map(lambda text: " ".join(text.split())).filter(bool)  # fmt: skip
IDENTIFIERS = st.text(alphabet="ABCXYZ0189-_.", min_size=1, max_size=30)
AMOUNTS = st.integers(min_value=-(10**12), max_value=10**12)
ZONES = st.sampled_from(["", "120000", "233000.000[-5:EST]", "003000[+13:NZDT]"])


@dataclass(frozen=True)
class Row:
    booking_date: dt.date
    time: str
    amount: int
    identifier: str
    name: str
    memo: str


ROWS = st.builds(
    Row,
    booking_date=st.dates(dt.date(1980, 1, 1), dt.date(2090, 1, 1)),
    time=ZONES,
    amount=AMOUNTS,
    identifier=IDENTIFIERS,
    name=TEXTS,
    memo=TEXTS,
)


def render(rows: list[Row], currency: str, closing: int, *, has_end_tags: bool, mark: str) -> str:
    def value(tag: str, text: str) -> str:
        return f"<{tag}>{escape(text)}" + (f"</{tag}>" if has_end_tags else "\n")

    def money(minor: int) -> str:
        return format_minor(minor, currency).replace(".", mark)

    transactions = "".join(
        "<STMTTRN>"
        + value("TRNTYPE", "CREDIT")
        + value("DTPOSTED", f"{row.booking_date:%Y%m%d}{row.time}")
        + value("TRNAMT", money(row.amount))
        + value("FITID", row.identifier)
        + value("NAME", row.name)
        + value("MEMO", row.memo)
        + "</STMTTRN>\n"
        for row in rows
    )
    return (
        "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>" + value("CURDEF", currency) + "<BANKACCTFROM>"
        + value("ACCTID", "77") + "</BANKACCTFROM><BANKTRANLIST>" + transactions
        + "</BANKTRANLIST><LEDGERBAL>" + value("BALAMT", money(closing)) + value("DTASOF", "20260131")
        + "</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )  # fmt: skip


@given(
    rows=st.lists(ROWS, max_size=4),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    closing=AMOUNTS,
    has_end_tags=st.booleans(),
    mark=st.sampled_from(".,"),
)
def test_a_rendered_statement_is_read_back_as_it_was(
    rows: list[Row], currency: str, closing: int, has_end_tags: bool, mark: str
) -> None:
    text = render(rows, currency, closing, has_end_tags=has_end_tags, mark=mark)
    parsed = Ofx().read(SourceFile("round.ofx", text.encode()), {})

    [statement] = parsed.statements.to_dicts()
    assert (statement["closing_balance"], statement["line_count"]) == (closing, len(rows))
    assert parsed.rejects.is_empty()
    assert parsed.reader == "ofx"
    assert parsed.lines.select(
        "booking_date", "amount", "currency", "bank_reference", "payer_name", "remittance"
    ).rows() == [
        (row.booking_date, row.amount, currency, row.identifier, row.name, row.memo) for row in rows
    ]


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=400))
def test_arbitrary_bytes_give_a_parse_or_a_named_error(noise: bytes, position: int) -> None:
    whole = render([], "EUR", 100, has_end_tags=True, mark=".").encode()
    at = min(position, len(whole))
    try:
        parsed = Ofx().read(SourceFile("noise.ofx", whole[:at] + noise + whole[at:]), {})
    except ReconError:
        return

    assert parsed.statements["line_count"].sum() == len(parsed.lines) + len(
        parsed.rejects.filter(parsed.rejects["record"].is_not_null())
    )
