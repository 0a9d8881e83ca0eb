"""OFX 1.0.2 files (SGML, leaf tags not closed) of an American bank: one statement a week, no payer's account."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.world.desk import Line
    from benchmarks.world.sellers import Seller

_TYPES = {
    "bank_fee": "FEE",
    "interest": "INT",
    "own_transfer": "XFER",
    "collection": "DIRECTDEP",
    "return": "DIRECTDEBIT",
}
_HEADER = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
    "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
)
_NAME_LENGTH = 32


def render_ofx(seller: Seller, lines: list[Line], opening: int) -> Iterator[tuple[str, bytes]]:
    """Write one file a week; LEDGERBAL is the balance after its last line.

    Args:
        seller: whose account it is.
        lines: in order of booking.
        opening: balance before the first line, minor units.

    Yields:
        name and bytes of each file.
    """
    balance = opening
    for week, group in groupby(lines, key=lambda line: date.fromordinal(line.day).isocalendar()[1]):
        booked = list(group)
        balance += sum(line.amount for line in booked)
        yield f"{seller.key.lower()}_week_{week:02d}.ofx", ofx_statement(seller, booked, balance)


def ofx_statement(seller: Seller, booked: Sequence[Line], closing: int) -> bytes:
    """Write one statement as one file.

    Args:
        seller: whose account it is.
        booked: at least one line, in order of booking.
        closing: balance after the last line, minor units.
    """
    first, last = (f"{date.fromordinal(line.day):%Y%m%d}" for line in (booked[0], booked[-1]))
    rows = [
        "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>",
        f"<DTSERVER>{last}<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>",
        "<BANKMSGSRSV1><STMTTRNRS><TRNUID>0<STATUS><CODE>0<SEVERITY>INFO</STATUS>",
        f"<STMTRS><CURDEF>{seller.currency}<BANKACCTFROM><BANKID>{seller.bank}",
        f"<ACCTID>{seller.account}<ACCTTYPE>CHECKING</BANKACCTFROM>",
        f"<BANKTRANLIST><DTSTART>{first}<DTEND>{last}",
        *(_entry(line) for line in booked),
        f"</BANKTRANLIST><LEDGERBAL><BALAMT>{_amount(closing)}<DTASOF>{last}</LEDGERBAL>",
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>",
    ]
    return (_HEADER + "\n".join(rows) + "\n").encode("cp1252")


def _amount(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _entry(line: Line) -> str:
    kind = _TYPES.get(line.code) or ("DEBIT" if line.amount < 0 else "CREDIT")
    fields = [
        ("TRNTYPE", kind),
        ("DTPOSTED", f"{date.fromordinal(line.day):%Y%m%d}"),
        ("TRNAMT", _amount(line.amount)),
        ("FITID", line.reference),
        # Every transaction has a name; the bank writes the kind where there is no other party.
        ("NAME", _escape((line.name or kind)[:_NAME_LENGTH])),
        ("MEMO", _escape(line.text)),
    ]
    return "<STMTTRN>" + "".join(f"<{tag}>{value}" for tag, value in fields if value) + "</STMTTRN>"
