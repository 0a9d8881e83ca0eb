"""Hostile bytes that any format may be handed: name -> bytes. `size` is the length in bytes of the large ones.

Every trap that is known of a wrapped library or of a file of this kind stands here, whichever format it was made for:
each format must bear them all.
"""

from __future__ import annotations

import codecs
import gzip
import io
import random  # noqa: TID251 -- seeded, and no part of the program
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# What follows an opening is what makes a reader believe that the file is its own.
OPENINGS = {
    "mt940": b":20:A\r\n:25:NL69INGB0123456789EUR\r\n:28C:1/1\r\n:60F:C260105EUR0,00\r\n",
    "ofx": b"OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"
    b"<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>2"
    b"<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>",
    "camt": b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>',
    "bai2": b"01,A,B,260105,0600,1,80,10,2/\n02,B,A,1,260105,,EUR,2/\n03,123,EUR,010,100,,/\n",
    "qif": b"!Type:Bank\n",
    "csv": b"Booking date;Amount;Currency;Text\n2026-01-05;1.00;EUR;first\n",
}
_STATEMENT = (
    b":20:A\r\n:25:NL69INGB0123456789\r\n:28C:%d/1\r\n:60F:C260105EUR0,00\r\n"
    b":61:2601050105C1,00NTRFNONREF\r\n:62F:C260105EUR1,00\r\n-\r\n"
)


def cases(size: int) -> Iterator[tuple[str, bytes]]:
    """Give every case with its name."""
    yield from _plain(size)
    yield from _encodings(size)
    yield from _packed(size)
    yield from _xml(size)
    yield from _tags(size)
    yield from _fields(size)
    yield from _table(size)


def _plain(size: int) -> Iterator[tuple[str, bytes]]:
    yield "nothing", b""
    for name, unit in {
        "NUL": b"\x00",
        "letters": b"A",
        "digits": b"7",
        "spaces": b" ",
        "line feeds": b"\n",
        "carriage returns": b"\r",
        "CRLF": b"\r\n",
        "commas": b",",
        "semicolons": b";",
        "quotes": b'"',
        "colons": b":",
        "slashes": b"/",
        "question marks": b"?",
        "opening marks": b"<",
        "closing marks": b">",
        "ampersands": b"&",
        "brackets": b"[{(",
        "minus lines": b"-\n",
        "short lines": b"a\n",
        "escapes": b"\x1b[2J",
    }.items():
        yield f"{size} bytes of {name}", unit * (size // len(unit))
    noise = random.Random(7)
    yield "noise", noise.randbytes(size // 4)
    yield "printable noise", bytes(noise.choices(range(32, 127), k=size // 4))
    yield "an HTML page", b"<!DOCTYPE html><html><body>Please log in</body></html>"
    yield "a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + noise.randbytes(1000)
    yield "a path", b"/etc/passwd"
    yield "a number", b"0"


def _encodings(size: int) -> Iterator[tuple[str, bytes]]:
    for mark in (
        codecs.BOM_UTF8,
        codecs.BOM_UTF16_LE,
        codecs.BOM_UTF16_BE,
        codecs.BOM_UTF32_LE,
        codecs.BOM_UTF32_BE,
    ):
        yield f"the mark {mark.hex()} alone", mark
        yield f"the mark {mark.hex()} twice", mark * 2
        yield f"the mark {mark.hex()} before bytes that are not its text", mark + b"\xff\xd8\xfe"
    yield "UTF-8 with surrogates", b"a\xed\xa0\x80b\n" * 100
    yield "UTF-8 of too many bytes", b"\xc0\xaf\xe0\x80\xaf" * 100
    yield "high bytes", bytes(range(128, 256)) * (size // 128)


def _packed(size: int) -> Iterator[tuple[str, bytes]]:
    yield "a gzip bomb", gzip.compress(b"\x00" * size * 20)
    for name, member in {
        "a zip": "a.txt",
        "a workbook": "xl/worksheets/sheet1.xml",
    }.items():
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr(member, b"<row>" * (size * 20))
        yield f"{name} that is a bomb", out.getvalue()
        yield f"{name} that is cut off", out.getvalue()[:-30]


def _xml(size: int) -> Iterator[tuple[str, bytes]]:
    head = b'<?xml version="1.0"?>\n'
    laughs = b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
    )
    space = b"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
    for name, root in {"camt": b'Document xmlns="%s"' % space, "ofx": b"OFX"}.items():
        end = root.split()[0]
        for trap, declared, text in (
            ("laughs", laughs, b"&a9;"),
            ("quadratic", b'<!ENTITY a "%s">' % (b"x" * (size // 40)), b"&a;" * (size // 40)),
            ("an outer file", b'<!ENTITY a SYSTEM "file:///etc/passwd">', b"&a;"),
            ("an outer host", b'<!ENTITY a SYSTEM "http://127.0.0.1:9/a">', b"&a;"),
            ("a parameter", b'<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;', b""),
        ):
            document = b"<!DOCTYPE x [%s]>" % declared.replace(b"%", b"%%") % ()
            yield f"{name} XML with {trap}", head + document + b"<%s>%s</%s>" % (root, text, end)
        outer = b'<!DOCTYPE x SYSTEM "file:///etc/passwd">'
        yield f"{name} XML with an outer type", head + outer + b"<%s></%s>" % (root, end)
        depth = size // 8
        deep = b"<a>" * depth + b"</a>" * depth
        yield f"{name} XML nested {depth} deep", head + b"<%s>%s</%s>" % (root, deep, end)
        yield f"{name} XML never closed", head + b"<%s>" % root + b"<a>" * depth
        yield f"{name} XML of one text", head + b"<%s>%s</%s>" % (root, b"x" * size, end)
        yield (
            f"{name} XML of one attribute",
            head + b'<%s a="%s"></%s>' % (root, b"x" * size, end),
        )
        many = b" ".join(b'a%d="x"' % n for n in range(size // 12))
        yield f"{name} XML of many attributes", head + b"<%s %s></%s>" % (root, many, end)
        spaces = b" ".join(b'xmlns:n%d="u:%d"' % (n, n) for n in range(size // 24))
        yield f"{name} XML of many namespaces", head + b"<%s %s></%s>" % (root, spaces, end)
        yield f"{name} XML of comments", head + b"<%s>" % root + b"<!-- -->" * (size // 8)
    yield "XML in EBCDIC", '<?xml version="1.0" encoding="cp037"?><OFX></OFX>'.encode("cp037")
    yield "XML that lies of its encoding", b'<?xml version="1.0" encoding="UTF-16"?><OFX></OFX>'


def _tags(size: int) -> Iterator[tuple[str, bytes]]:
    opening = OPENINGS["ofx"]
    count = size // 16
    yield "STMTTRN in STMTTRN", opening + b"<STMTTRN>" * count + b"<TRNAMT>1.00"
    closers = b"".join(b"</B%d>" % n for n in range(count))
    yield "distinct tags", opening + b"".join(b"<B%d>1" % n for n in range(count)) + closers
    yield "closers alone", opening + closers
    yield "CDATA that opens again", opening + b"<![CDATA[" * count
    yield "comments that open again", opening + b"<!--" * count
    yield "entities that never end", opening + b"<NAME>" + b"&#x" * count
    for amount in (b"1," * 20_000, b"1" * 40_000, b"NaN", b"Infinity", b"1e5", b"1_000", b"-" * 9):
        row = b"<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260105<TRNAMT>%s<FITID>1<NAME>x</STMTTRN>"
        tail = b"</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
        yield f"an OFX amount {amount[:9].decode()}", opening + row % amount + tail


def _fields(size: int) -> Iterator[tuple[str, bytes]]:
    opening = OPENINGS["mt940"]
    entry = b":61:2601050105C1,00NTRFNONREF\r\n"
    closing = b":62F:C260105EUR1,00\r\n-\r\n"
    count = size // 16
    yield "one entry, many :86:", opening + entry + b":86:text\r\n" * count + closing
    yield "one entry, many :99:", opening + entry + b":86:a\r\n:99:b\r\n" * count + closing
    yield "one entry, many lines", opening + entry + b":86:a\r\n" + b"text\r\n" * count + closing
    yield "an entry with a long tail", opening + b":61:2601050105C1,00" + b"N" * size + b"\r\n"
    yield "a wrong entry with a tail", opening + b":61:26010501" + b"05C1,00N" * count + b"\r\n"
    for sub in (b"?20A", b"/EREF/", b"<20A", b"+A", b"SVWZ+"):
        text = b":86:166" + sub * (size // len(sub)) + b"\r\n"
        yield f"one text of {sub.decode()}", opening + entry + text + closing
    yield "tiny statements", b"".join(_STATEMENT % n for n in range(size // 100))
    yield "heads of statements", b":20:A\r\n" * (size // 8)
    yield "envelopes", b"{1:F01}{2:I940}{4:\r\n" * (size // 20)
    yield "openings of envelopes", b"{4:" * (size // 3)
    yield "continuations", OPENINGS["bai2"] + b"16,399,1,/\n" + b"88,text/\n" * (size // 9)
    yield "records without a field", OPENINGS["bai2"] + b"16,\n" * (size // 4)
    yield "one record of fields", OPENINGS["bai2"] + b"16," + b"1," * (size // 2)
    yield "QIF splits", OPENINGS["qif"] + b"D01/05/26\nT1.00\n" + b"Sa\n$1.00\n" * (size // 10)
    yield "QIF records of nothing", OPENINGS["qif"] + b"^\n" * (size // 2)
    for kind in (b"0", b"1", b"2", b"11", b"21", b"22", b"23", b"33", b"88", b"01", b"04", b"05"):
        for width in (80, 120, 128):
            yield (
                f"records {kind.decode()} of {width}",
                (kind.ljust(width, b"0") + b"\n") * (size // 4 // width),
            )


def _table(size: int) -> Iterator[tuple[str, bytes]]:
    columns = 10_000
    wide = b";".join(b"Column %d" % n for n in range(columns))
    yield "10,000 columns", wide + b"\n" + b";".join([b"1"] * columns) + b"\n"
    yield "10,000 columns of one name", b";".join([b"Amount"] * columns) + b"\n" + wide + b"\n"
    opening = OPENINGS["csv"]
    yield "a quote that never closes", opening + b'2026-01-05;1.00;EUR;"' + b"x;\n" * (size // 3)
    yield "quotes in quotes", opening + b'2026-01-05;1.00;EUR;"' + b'""' * (size // 2) + b'"\n'
    yield "one cell", opening + b"2026-01-05;1.00;EUR;" + b"x" * size + b"\n"
    yield "rows of other lengths", opening + b"".join(b";" * (n % 50) + b"\n" for n in range(9999))
    yield "headers alone", opening.split(b"\n")[0].join([b"\n"] * (size // 40))
    yield "formulas", opening + b"2026-01-05;1.00;EUR;=cmd|'/c calc'!A0\n" * 50
    for amount in (b"9" * 400, b"9" * 19, b"1.2.3", b"--1", b"1e400", b"NaN", b"1,00,0"):
        yield f"a cell {amount[:19].decode()}", opening + b"2026-01-05;%s;EUR;x\n" % amount
