"""MT940 files of a German or Dutch bank: one statement a business day, field 86 structured by `?` sub-fields or slash codes.

Source: the layout of field 86 of the German banks' common agreement on data transfer (three digits of
transaction code, ?00 booking text, ?20-?29 and ?60-?63 remittance of 27 characters each, ?30 bank, ?31 account,
?32-?33 name), and SWIFT's layout of fields 60F, 61 and 62F.
"""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.world.desk import Line
    from benchmarks.world.sellers import Seller

# Code and booking text of each sort of booking.
_CODES = {
    "transfer": ("166", "SEPA-UEBERWEISUNG"),
    "collection": ("171", "SEPA-LASTSCHRIFT EINZUG"),
    "return": ("109", "SEPA-LASTSCHR. RETOURE"),
    "bank_fee": ("805", "ENTGELT"),
    "interest": ("814", "ZINSEN"),
    "own_transfer": ("166", "UEBERTRAG"),
    "card_settlement": ("166", "SEPA-UEBERWEISUNG"),
    "outgoing": ("116", "SEPA-UEBERWEISUNG"),
}
# The same for Dutch banks: SWIFT's type in field 61 and the words of code TRTP.
_KINDS = {"collection": "DDT", "return": "RTI", "bank_fee": "CHG", "interest": "INT"}
_TYPES = {
    "collection": "SEPA INCASSO ALGEMEEN",
    "return": "STORNERING SEPA INCASSO",
    "bank_fee": "KOSTEN",
    "interest": "RENTE",
}
_PURPOSE_FIELDS = (*range(20, 30), *range(60, 64))
_FIELD_LENGTH = 27
_ROW_LENGTH = 65


def render_mt940(seller: Seller, lines: list[Line], opening: int) -> Iterator[tuple[str, bytes]]:
    """Write one file a day.

    Args:
        seller: whose account it is.
        lines: in order of booking.
        opening: balance before the first line, minor units.

    Yields:
        name and bytes of each file.
    """
    balance = opening
    days = groupby(lines, key=lambda line: line.day)
    for number, (day, booked) in enumerate(days, start=1):
        stamp = f"{date.fromordinal(day):%y%m%d}"
        rows = [
            f":20:STARTUMS{number:03d}",
            f":25:{seller.account}",
            f":28C:{number:05d}/001",
            f":60F:{_balance(balance, stamp, seller.currency)}",
        ]
        for line in booked:
            rows += _entry(seller, line, stamp)
            balance += line.amount
        rows += [f":62F:{_balance(balance, stamp, seller.currency)}", "-"]
        name = f"{seller.key.lower()}_{date.fromordinal(day):%Y-%m-%d}.sta"
        yield name, ("\r\n".join(rows) + "\r\n").encode("ascii")


def _amount(minor: int) -> str:
    return f"{abs(minor) // 100},{abs(minor) % 100:02d}"


def _balance(minor: int, stamp: str, currency: str) -> str:
    return f"{'D' if minor < 0 else 'C'}{stamp}{currency}{_amount(minor)}"


def _entry(seller: Seller, line: Line, stamp: str) -> list[str]:
    """Write fields 61 and 86 of one line."""
    mark = "D" if line.amount < 0 else "C"
    if line.code == "return":
        mark = "RC"
    is_slash = seller.format == "mt940_slash"
    kind = _KINDS.get(line.code, "TRF") if is_slash else "TRF"
    booked = f":61:{stamp}{stamp[2:]}{mark}{_amount(line.amount)}N{kind}NONREF//{line.reference}"
    body = _slash_codes(seller, line) if is_slash else _sub_fields(seller, line)
    return [booked, *_wrap(f":86:{body}")]


def _sub_fields(seller: Seller, line: Line) -> str:
    code, booking_text = _CODES[line.code]
    purpose = f"SVWZ+{line.text}" if line.text else ""
    ids = [line.end_to_end and f"EREF+{line.end_to_end}", line.mandate and f"MREF+{line.mandate}"]
    chunks = [*ids, *_cut(purpose, _FIELD_LENGTH)]
    purposes = zip(_PURPOSE_FIELDS, (chunk for chunk in chunks if chunk), strict=False)
    names = zip((32, 33), _cut(line.name, _FIELD_LENGTH), strict=False)
    fields = [(0, booking_text), (10, "931"), *purposes]
    if line.account:
        fields += [(30, seller.bank), (31, line.account)]
    return code + "".join(f"?{field:02d}{text}" for field, text in (*fields, *names))


def _slash_codes(seller: Seller, line: Line) -> str:
    """Write the codes between slashes of Dutch banks; a betalingskenmerk stands in the remittance by its issuer."""
    parts = [("TRTP", _TYPES.get(line.code, "SEPA OVERBOEKING"))]
    if line.account:
        parts += [("IBAN", line.account), ("BIC", seller.bank)]
    remittance = f"STRD/CUR/{line.structured}" if line.structured else line.text
    parts += [("NAME", line.name), ("REMI", remittance), ("EREF", line.end_to_end)]
    parts.append(("MARF", line.mandate))
    return "".join(f"/{code}/{text}" for code, text in parts if text)


def _cut(text: str, length: int) -> list[str]:
    return [text[at : at + length] for at in range(0, len(text), length)]


def _wrap(text: str) -> list[str]:
    """Cut into rows of 65, wherever that falls, as banks do."""
    return _cut(text, _ROW_LENGTH)
