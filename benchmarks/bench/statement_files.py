"""Write large statement files of the plain kind that banks send, one a format, the same entries in each.

In: a format and a count. Out: one file, seeded, whose balances add up; every sub-field that the format has is filled.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.world.chance import Chance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PER_STATEMENT: Final = 1_000
ACCOUNT: Final = "DE02100100100109307118"
_FIRST_DAY: Final = dt.date(2026, 1, 5)


@dataclass(frozen=True, slots=True)
class Entry:
    """One booked entry; amounts in cents, credits positive."""

    number: int
    day: dt.date
    amount: int
    name: str
    account: str
    invoice: str

    @property
    def text(self) -> str:
        """The amount without its sign, with a point."""
        return f"{abs(self.amount) // 100}.{abs(self.amount) % 100:02d}"


def write_statement_file(format_: str, count: int, folder: Path) -> Path:
    """Write `count` entries in one format, in statements of a thousand; give the file."""
    ending, render = _FORMATS[format_]
    path = folder / f"{format_}_{count}.{ending}"
    entries = list(_entries(count))
    pages = [entries[at : at + PER_STATEMENT] for at in range(0, count, PER_STATEMENT)]
    with path.open("w", encoding="utf-8", newline="") as out:
        out.writelines(render(pages))
    return path


def _entries(count: int) -> Iterator[Entry]:
    chance = Chance(count, "statement file")
    for number in range(1, count + 1):
        amount = chance.between(100, 900_000) * (1 if chance.happens(0.8) else -1)
        yield Entry(
            number,
            _FIRST_DAY + dt.timedelta(days=(number // PER_STATEMENT) % 300),
            amount,
            f"Kunde {chance.digits(4)} Handels GmbH",
            f"DE{chance.digits(10)}{chance.digits(10)}",
            f"RE-2026-{number:07d}",
        )


def _mt940(pages: list[list[Entry]]) -> Iterator[str]:
    balance = 10_000_000
    for page_number, page in enumerate(pages, 1):
        day = page[0].day
        yield f":20:STARTUMS\r\n:25:10010010/0109307118\r\n:28C:{page_number:05d}/001\r\n:60F:{_mt940_balance(balance, day)}\r\n"
        for one in page:
            mark = "C" if one.amount > 0 else "D"
            amount = one.text.replace(".", ",")
            yield f":61:{one.day:%y%m%d%m%d}{mark}R{amount}N166NONREF//{one.number:016d}\r\n"
            yield (
                f":86:166?00SEPA-UEBERWEISUNG?109310?20EREF+E{one.number:012d}?21KREF+NONREF"
                f"?22SVWZ+Rechnung {one.invoice} v?23ielen Dank?30PBNKDEFF?31{one.account}?32{one.name[:27]}\r\n"
            )
            balance += one.amount
        yield f":62F:{_mt940_balance(balance, day)}\r\n-\r\n"


def _mt940_balance(balance: int, day: dt.date) -> str:
    sign = "C" if balance >= 0 else "D"
    return f"{sign}{day:%y%m%d}EUR{abs(balance) // 100},{abs(balance) % 100:02d}"


def _ofx_entry(one: Entry, end: Callable[[str], str]) -> str:
    sign = "" if one.amount > 0 else "-"
    fields = (
        ("TRNTYPE", "CREDIT" if one.amount > 0 else "DEBIT"),
        ("DTPOSTED", f"{one.day:%Y%m%d}120000[1:CET]"),
        ("TRNAMT", f"{sign}{one.text}"),
        ("FITID", f"F{one.number:012d}"),
        ("CHECKNUM", f"{one.number:08d}"),
        ("NAME", one.name),
        ("MEMO", f"Rechnung {one.invoice} vielen Dank &amp; Gruss"),
    )
    inside = "".join(f"<{tag}>{value}{end(tag)}\r\n" for tag, value in fields)
    return f"<STMTTRN>\r\n{inside}</STMTTRN>\r\n"


def _ofx(head: str, end: Callable[[str], str]) -> Callable[[list[list[Entry]]], Iterator[str]]:
    def leaf(tag: str, value: str) -> str:
        return f"<{tag}>{value}{end(tag)}\r\n"

    def render(pages: list[list[Entry]]) -> Iterator[str]:
        first, last = pages[0][0].day, pages[-1][-1].day
        total = sum(one.amount for page in pages for one in page)
        yield f"{head}<OFX>\r\n<SIGNONMSGSRSV1><SONRS><STATUS>{leaf('CODE', '0')}{leaf('SEVERITY', 'INFO')}</STATUS>"
        yield f"{leaf('DTSERVER', f'{last:%Y%m%d}')}{leaf('LANGUAGE', 'ENG')}</SONRS></SIGNONMSGSRSV1>\r\n"
        yield f"<BANKMSGSRSV1><STMTTRNRS>{leaf('TRNUID', '1')}<STATUS>{leaf('CODE', '0')}{leaf('SEVERITY', 'INFO')}</STATUS>"
        yield f"<STMTRS>{leaf('CURDEF', 'EUR')}<BANKACCTFROM>{leaf('BANKID', '10010010')}"
        yield f"{leaf('ACCTID', '0109307118')}{leaf('ACCTTYPE', 'CHECKING')}</BANKACCTFROM>\r\n"
        yield f"<BANKTRANLIST>{leaf('DTSTART', f'{first:%Y%m%d}')}{leaf('DTEND', f'{last:%Y%m%d}')}"
        for page in pages:
            yield from (_ofx_entry(one, end) for one in page)
        sign = "-" if total < 0 else ""
        balance = f"{sign}{abs(total) // 100}.{abs(total) % 100:02d}"
        yield f"</BANKTRANLIST>\r\n<LEDGERBAL>{leaf('BALAMT', balance)}{leaf('DTASOF', f'{last:%Y%m%d}')}</LEDGERBAL>"
        yield "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n"

    return render


_OFX1_HEAD: Final = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
    "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
)
_OFX2_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\r\n'
    '<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\r\n'
)


def _camt(pages: list[list[Entry]]) -> Iterator[str]:
    balance = 10_000_000
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">\n'
    yield "<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-12-31T06:00:00</CreDtTm></GrpHdr>\n"
    for number, page in enumerate(pages, 1):
        closing = balance + sum(one.amount for one in page)
        yield f"<Stmt><Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{page[-1].day}T06:00:00</CreDtTm>"
        yield f"<Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>\n"
        yield _camt_balance("OPBD", balance, page[0].day) + _camt_balance(
            "CLBD", closing, page[-1].day
        )
        yield from (_camt_entry(one) for one in page)
        yield "</Stmt>\n"
        balance = closing
    yield "</BkToCstmrStmt></Document>\n"


def _camt_balance(code: str, balance: int, day: dt.date) -> str:
    sign = "CRDT" if balance >= 0 else "DBIT"
    amount = f"{abs(balance) // 100}.{abs(balance) % 100:02d}"
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def _camt_entry(one: Entry) -> str:
    sign, party = ("CRDT", "Dbtr") if one.amount > 0 else ("DBIT", "Cdtr")
    family = "RCDT" if one.amount > 0 else "ICDT"
    return (
        f'<Ntry><NtryRef>{one.number}</NtryRef><Amt Ccy="EUR">{one.text}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{one.day}</Dt></BookgDt><ValDt><Dt>{one.day}</Dt></ValDt>"
        f"<AcctSvcrRef>B{one.number:012d}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>E{one.number:012d}</EndToEndId></Refs>"
        f"<RltdPties><{party}><Nm>{one.name}</Nm></{party}>"
        f"<{party}Acct><Id><IBAN>{one.account}</IBAN></Id></{party}Acct></RltdPties>"
        f"<RltdAgts><{party}Agt><FinInstnId><BIC>PBNKDEFFXXX</BIC></FinInstnId></{party}Agt></RltdAgts>"
        f"<RmtInf><Ustrd>Rechnung {one.invoice} vielen Dank</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )


def _csv(pages: list[list[Entry]]) -> Iterator[str]:
    balance = 10_000_000
    yield "Booking date;Value date;Payer name;Payer account;Remittance;Amount;Balance;Currency\r\n"
    for page in pages:
        for one in page:
            balance += one.amount
            sign = "-" if one.amount < 0 else ""
            total = f"{'-' if balance < 0 else ''}{abs(balance) // 100},{abs(balance) % 100:02d}"
            yield (
                f"{one.day};{one.day};{one.name};{one.account};Rechnung {one.invoice} vielen Dank;"
                f"{sign}{one.text.replace('.', ',')};{total};EUR\r\n"
            )


# Format to file ending and renderer.
_FORMATS: Final = {
    "mt940": ("sta", _mt940),
    "ofx1": ("ofx", _ofx(_OFX1_HEAD, lambda _: "")),
    "ofx2": ("ofx", _ofx(_OFX2_HEAD, lambda tag: f"</{tag}>")),
    "camt.053": ("xml", _camt),
    "csv": ("csv", _csv),
}
FORMATS: Final = tuple(_FORMATS)
