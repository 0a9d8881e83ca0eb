"""Many small files read as one: each says what it says alone, and only the unusual is read by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recon.api import ConfigurationError, SourceFile
from recon_ofx.plugin import Ofx
from tests.corpus_index import ROOT
from tests.formats.together import check_together

FOLDER = ROOT / "fixtures" / "statements" / "ofx"
FILES = [SourceFile(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.ofx"))]
SGML = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"
HEAD = (
    "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS></SONRS></SIGNONMSGSRSV1>\n"
    "<BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>{account}</BANKACCTFROM><BANKTRANLIST>\n"
)
TAIL = "</BANKTRANLIST><LEDGERBAL><BALAMT>{balance}<DTASOF>20260302</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"


def entry(amount: str = "1.00", more: str = "<NAME>ACME", identifier: str = "7") -> str:
    return f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260302<TRNAMT>{amount}<FITID>{identifier}{more}</STMTTRN>\n"


def plain(
    name: str, *entries: str, head: str = HEAD, tail: str = TAIL, header: str = SGML
) -> SourceFile:
    text = header + head.format(account="DE02") + "".join(entries or (entry(),))
    return SourceFile(name, (text + tail.format(balance="1.00")).encode("cp1252"))


def test_our_fixtures_say_together_what_they_say_alone() -> None:
    assert any(check_together(Ofx(), FILES))


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_files_changes_nothing(seed: int) -> None:
    files = [*FILES, plain("a.ofx"), plain("b.ofx", entry("2.00"), entry("3.50", "<MEMO>x"))] * 2
    files = [files[at] for at in np.random.default_rng(seed).permutation(len(files)).tolist()]

    assert any(check_together(Ofx(), files))


ODD: dict[str, SourceFile] = {
    "cut off": plain("cut.ofx", tail=""),
    "cut off in a transaction": plain("within.ofx", entry()[:-12], tail=""),
    "cut off in a tag": plain("tag.ofx", entry()[:-3], tail=""),
    "cut off behind a sign": plain("sign.ofx", entry()[:-11], tail=""),
    "no statement": SourceFile("none.ofx", b"<OFX></OFX>"),
    "an error of the bank": plain("error.ofx", head=HEAD.replace("<CODE>0<SEVERITY>INFO", "<CODE>7<SEVERITY>ERROR")),
    "no amount": plain("amount.ofx", entry("much")),
    "an amount in doubt": plain("doubt.ofx", entry("1.650")),
    "an amount that its file explains": plain("explained.ofx", entry("1.650"), entry("12,50")),
    "an amount with noise": plain("noise.ofx", entry("9.9900000000000002")),
    "no date": plain("date.ofx", entry().replace("20260302", "20260230")),
    "a balance in doubt": plain("balance.ofx", tail=TAIL.replace("{balance}", "1.650")),
    "a balance that is none": plain("none.ofx", tail=TAIL.replace("{balance}", "much")),
    "a hold": plain("hold.ofx", entry(more="<NAME>x").replace("CREDIT", "HOLD")),
    "a correction": plain("correction.ofx", entry(more="<CORRECTFITID>6<CORRECTACTION>DELETE")),
    "no currency": plain("currency.ofx", head=HEAD.replace("<CURDEF>EUR", "")),
    "a text outside": plain("stray.ofx", tail="</BANKTRANLIST>x" + TAIL.removeprefix("</BANKTRANLIST>")),
    "text behind the end": plain("behind.ofx", tail=TAIL + "\n\ngood bye"),
    "a list closed twice": plain("twice.ofx", tail="</BANKTRANLIST>" + TAIL),
    "a comment": plain("comment.ofx", entry(more="<NAME>x<!-- y -->")),
    "a long value": plain("long.ofx", entry(more="<MEMO>" + "x" * 70_000)),
    "thousands of tags": plain("tags.ofx", entry(more="".join(f"<A{n}>1" for n in range(10_001)))),
    "no text": SourceFile("binary.ofx", b"<OFX>\x00\x01"),
    "empty": SourceFile("empty.ofx", b""),
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_file_is_left_to_be_read_by_itself_and_takes_no_other_along(odd: SourceFile) -> None:
    together = check_together(Ofx(), [plain("a.ofx"), odd, plain("b.ofx"), plain("c.ofx")])

    # Whatever cannot even be cut into tags parts the group, and one alone gains nothing by company.
    assert not together[1]
    assert together[0] or together[2]
    assert together[3]


TOLD: dict[str, SourceFile] = {
    "a value that is no tag": plain("bare.ofx", entry(more="<NAME>a < b > c")),
    "blanks behind the end": plain("behind.ofx", tail=TAIL + "\n\n \x00\x1a"),
    "another encoding": plain("letters.ofx", entry(more="<NAME>Müller")),
    "letters of two bytes": SourceFile(
        "utf8.ofx", plain("x", entry(more="<NAME>M\u00fcller"), header="").data.decode("cp1252").encode()
    ),
    "wide letters": SourceFile("wide.ofx", plain("x", header="").data.decode().encode("utf-16")),
    "a byte order mark": SourceFile("mark.ofx", b"\xef\xbb\xbf" + plain("x", header="").data),
    "lines of one byte": plain("cr.ofx", entry().replace("\n", "\r")),
    "closed values": plain("xml.ofx", entry(more="<NAME>a</NAME><MEMO>b</MEMO>")),
    "values that others lack": plain("more.ofx", entry(more="<SIC>9<PAYEE><NAME>x<CITY>y</PAYEE><CURRENCY><CURSYM>EUR<CURRATE>1</CURRENCY>")),
    "a payer of its own": plain("payee.ofx", entry(more="<BANKACCTTO><BANKID>1<ACCTID>D E 1</BANKACCTTO>")),
    "no balance": plain("nobalance.ofx", tail="</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"),
    "a balance of no day": plain("noday.ofx", tail=TAIL.replace("20260302", "00000000")),
    "no entry": plain("none.ofx", ""),
}  # fmt: skip


@pytest.mark.parametrize("told", TOLD.values(), ids=TOLD)
def test_what_is_told_of_a_file_is_told_of_it_in_company_too(told: SourceFile) -> None:
    files = [plain("a.ofx"), told, told, plain("b.ofx", entry("2.00"), entry("3.00"))]
    together = check_together(Ofx(), files)

    # Files of two encodings are two groups.
    assert together[1:3] == [True, True]


def test_large_files_are_read_by_themselves() -> None:
    large = plain("large.ofx", *[entry()] * 15_000)

    assert len(large.data) > 1 << 20
    assert check_together(Ofx(), [plain("a.ofx"), large, plain("b.ofx")]) == [True, False, True]


@pytest.mark.parametrize(
    "options",
    [
        {"currency": "CHF"},
        {"encoding": "cp1252"},
        {"implied_decimals": "all"},
        {"implied_decimals": "balances"},
        {"finer_amounts": "rounded"},
    ],
)
def test_options_hold_in_company(options: dict[str, Any]) -> None:
    check_together(Ofx(), [*FILES, *ODD.values(), *TOLD.values()], options)


def test_a_wrong_option_is_told() -> None:
    with pytest.raises(ConfigurationError):
        Ofx().read_many([plain("a.ofx"), plain("b.ofx")], {"currencies": "EUR"})
