"""camt.053.001.08 files as Swiss, Belgian, Nordic and Dutch banks write them: one statement a business day.

Source: ISO 20022, Bank-to-Customer Cash Management; where a structured reference stands (RmtInf/Strd/CdtrRefInf), by
scheme: the Swiss implementation guidelines (QRR, proprietary), Febelfin (issuer BBA), the Nordic guidelines (SCOR).
"""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.world.desk import Line
    from benchmarks.world.sellers import Seller

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
# Domain, family and sub-family of each sort of booking; what is in no table is a transfer, in or out.
_CODES = {
    "collection": ("PMNT", "IDDT", "ESDD"),
    "return": ("PMNT", "IDDT", "UPDD"),
    "bank_fee": ("ACMT", "MDOP", "CHRG"),
    "interest": ("ACMT", "MCOP", "INTR"),
    "own_transfer": ("PMNT", "RCDT", "BOOK"),
}
_SCHEMES = {
    "QRR": "<Tp><CdOrPrtry><Prtry>QRR</Prtry></CdOrPrtry></Tp>",
    "OGM": "<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>BBA</Issr></Tp>",
    "KID": "<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>",
    "OCR": "<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>",
    "viite": "<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>",
}


def render_camt(seller: Seller, lines: list[Line], opening: int) -> Iterator[tuple[str, bytes]]:
    """Write one file a day.

    Args:
        seller: whose account it is.
        lines: in order of booking.
        opening: balance before the first line, minor units.

    Yields:
        name and bytes of each file.
    """
    balance = opening
    for number, (day, group) in enumerate(groupby(lines, key=lambda line: line.day), start=1):
        booked = list(group)
        closing = balance + sum(line.amount for line in booked)
        stamp = date.fromordinal(day).isoformat()
        month = stamp[:7]
        rows = [
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{_NAMESPACE}"><BkToCstmrStmt>',
            f"<GrpHdr><MsgId>{seller.key}{stamp}</MsgId><CreDtTm>{stamp}T22:00:00</CreDtTm></GrpHdr>",
            f"<Stmt><Id>{seller.key}{month}-{number:03d}</Id><CreDtTm>{stamp}T22:00:00</CreDtTm>",
            f"<Acct><Id><IBAN>{seller.account}</IBAN></Id><Ccy>{seller.currency}</Ccy></Acct>",
            _balance("OPBD", balance, stamp, seller.currency),
            _balance("CLBD", closing, stamp, seller.currency),
            *(_entry(seller, line, stamp) for line in booked),
            "</Stmt></BkToCstmrStmt></Document>\n",
        ]
        balance = closing
        yield f"{seller.key.lower()}_{stamp}.xml", "\n".join(rows).encode()


def _amount(minor: int, currency: str) -> str:
    return f'<Amt Ccy="{currency}">{abs(minor) // 100}.{abs(minor) % 100:02d}</Amt>'


def _side(minor: int) -> str:
    return f"<CdtDbtInd>{'DBIT' if minor < 0 else 'CRDT'}</CdtDbtInd>"


def _balance(code: str, minor: int, stamp: str, currency: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(minor, currency)}"
        f"{_side(minor)}<Dt><Dt>{stamp}</Dt></Dt></Bal>"
    )


def _entry(seller: Seller, line: Line, stamp: str) -> str:
    plain = ("PMNT", "ICDT" if line.amount < 0 else "RCDT", "ESCT")
    domain, family, sub_family = _CODES.get(line.code, plain)
    return (
        f"<Ntry>{_amount(line.amount, seller.currency)}{_side(line.amount)}"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{stamp}</Dt></BookgDt><ValDt><Dt>{stamp}</Dt></ValDt>"
        f"<AcctSvcrRef>{line.reference}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub_family}</SubFmlyCd>"
        f"</Fmly></Domn></BkTxCd><NtryDtls><TxDtls>{_detail(seller, line)}</TxDtls></NtryDtls></Ntry>"
    )


def _detail(seller: Seller, line: Line) -> str:
    parts = []
    ids = f"<EndToEndId>{line.end_to_end}</EndToEndId>" if line.end_to_end else ""
    ids += f"<MndtId>{line.mandate}</MndtId>" if line.mandate else ""
    if ids:
        parts.append(f"<Refs>{ids}</Refs>")
    parts.append(f"{_amount(line.amount, seller.currency)}{_side(line.amount)}")
    # In a returned direct debit the customer stays the debtor, though the money goes back.
    is_ours = line.amount < 0 and line.code != "return"
    party = "Cdtr" if is_ours else "Dbtr"
    related = f"<{party}><Pty><Nm>{escape(line.name)}</Nm></Pty></{party}>" if line.name else ""
    if line.account:
        related += f"<{party}Acct><Id><IBAN>{line.account}</IBAN></Id></{party}Acct>"
    if related:
        parts.append(f"<RltdPties>{related}</RltdPties>")
    if line.structured:
        reference = f"{_SCHEMES[seller.scheme]}<Ref>{line.structured}</Ref>"
        parts.append(f"<RmtInf><Strd><CdtrRefInf>{reference}</CdtrRefInf></Strd></RmtInf>")
    elif line.text:
        parts.append(f"<RmtInf><Ustrd>{escape(line.text)}</Ustrd></RmtInf>")
    if line.code == "return":
        parts.append("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")
    return "".join(parts)
