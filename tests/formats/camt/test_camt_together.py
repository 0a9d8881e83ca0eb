"""Many small documents read as one: each says what it says alone, and only the unusual is read by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recon.api import ConfigurationError, SmallFile, SourceFile
from recon_camt import many
from recon_camt.plugin import Camt
from tests.corpus_index import ROOT
from tests.formats.together import check_together

FOLDER = ROOT / "fixtures" / "statements" / "camt"
FILES = [SourceFile(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.xml"))]
BALANCE = (
    "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{}</Amt>"
    "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>"
)
ENTRY = (
    "<Ntry><Amt Ccy='EUR'>{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>{}"
    "<BookgDt><Dt>2026-03-02</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>INV {}</Ustrd></RmtInf>"
    "</TxDtls></NtryDtls></Ntry>"
)


def document(
    name: str, *entries: str, opening: str = "0.00", closing: str = "0.00", extra: str = ""
) -> SourceFile:
    balances = BALANCE.format("OPBD", opening) + BALANCE.format("CLBD", closing)
    text = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">\n<BkToCstmrStmt><Stmt><Id>1</Id>'
        f"<Acct><Id><IBAN>DE02100100100109307118</IBAN></Id></Acct>{balances}{extra}\n"
        + "\n".join(entries)
        + "\n</Stmt></BkToCstmrStmt></Document>"
    )
    return SourceFile(name, text.encode())


def entry(amount: str = "1.00", number: int = 1, more: str = "") -> str:
    return ENTRY.format(amount, more, number)


def plain(name: str, number: int = 1) -> SourceFile:
    return document(name, entry(number=number), entry("2.00", number + 1), closing="3.00")


def test_our_fixtures_say_together_what_they_say_alone() -> None:
    together = check_together(Camt(), FILES)

    assert sum(together) >= len(FILES) // 2


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_files_changes_nothing(seed: int) -> None:
    files = [*FILES, plain("a.xml"), plain("b.xml", 7)] * 2
    files = [files[at] for at in np.random.default_rng(seed).permutation(len(files)).tolist()]

    assert any(check_together(Camt(), files))


ODD: dict[str, SourceFile] = {
    "cut off": SourceFile("cut.xml", plain("x").data[:-30]),
    "no statement": SourceFile("none.xml", b"<Document><BkToCstmrStmt></BkToCstmrStmt></Document>"),
    "no amount": document("amount.xml", entry("1,00")),
    "no known currency": document("currency.xml", entry().replace("EUR", "XQQ")),
    "a reference to a character": document("reference.xml", entry().replace("INV", "&#73;NV")),
    "a comment": document("comment.xml", entry() + "<!-- x -->"),
    "a text outside": SourceFile("outside.xml", b"<Document><Head>x</Head>" + plain("x").data[70:]),
    "an envelope": SourceFile("envelope.xml", b"<Env><Id>7</Id>" + plain("x").data + b"</Env>"),
    "a balance without sign": SourceFile(
        "unsigned.xml",
        plain("x").data.replace(b"</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt>", b"</Amt><Dt>"),
    ),
    "a doctype": SourceFile("doctype.xml", b"<!DOCTYPE x>" + plain("x").data),
    "no text": SourceFile("binary.xml", b"\x00\x01\x02" * 50),
    "empty": SourceFile("empty.xml", b""),
    "too many elements": document(
        "elements.xml", entry(more="".join(f"<E{number}/>" for number in range(10_001)))
    ),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_file_is_left_to_be_read_by_itself_and_takes_no_other_along(odd: SourceFile) -> None:
    together = check_together(Camt(), [plain("a.xml"), odd, plain("b.xml", 7)])

    assert together == [True, False, True]


def test_a_document_of_thousands_of_paths_ends_the_row_and_is_left_alone() -> None:
    inner = "".join(f"<B{number}/>" for number in range(50))
    more = "".join(f"<A{number}>{inner}</A{number}>" for number in range(50))
    odd = document("paths.xml", entry(more=more))
    files = [plain("a.xml"), plain("b.xml"), odd, plain("c.xml"), plain("d.xml"), odd]
    members, paths, left = many._members([SmallFile(*one) for one in enumerate(files)], None)

    assert [one.file.number for one in members] == [0, 1]
    assert (len(paths) > 2_000, [one.number for one in left]) == (True, [3, 4, 5])
    assert check_together(Camt(), files) == [True, True, False, True, True, False]


def test_a_document_of_thousands_of_tags_tires_no_other() -> None:
    more = "".join(f"<E{number}/>" for number in range(3_000))
    odd = document("tags.xml", entry(more=more))
    files = [plain("a.xml"), odd, plain("b.xml")]

    assert check_together(Camt(), files) == [True, False, True]


TOLD: dict[str, SourceFile] = {
    "a sum that differs": document(
        "sum.xml",
        entry(),
        closing="1.00",
        extra="<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>",
    ),
    "reversals": document(
        "reversal.xml",
        entry("1.00", 1, "<RvslInd>true</RvslInd>"),
        entry("5.00", 2),
        closing="4.00",
    ),
    "two balances of a day": document(
        "double.xml", entry(), closing="1.00", extra=BALANCE.format("CLBD", "7.00")
    ),
    "a value date alone": document("value.xml", entry().replace("BookgDt", "ValDt"), closing="1.00"),
    "another encoding": SourceFile(
        "latin.xml",
        b'<?xml version="1.0" encoding="ISO-8859-1"?>\n'
        + plain("x").data.replace(b"INV 1", "Müller\nß 1".encode("latin-1")),
    ),
    "wide letters": SourceFile("wide.xml", plain("x").data.decode().encode("utf-16")),
    "a byte order mark": SourceFile("mark.xml", b"\xef\xbb\xbf" + plain("x").data),
    "a prefix": SourceFile(
        "prefix.xml", plain("x").data.replace(b"</", b"</n:").replace(b"<", b"<n:").replace(b"<n:/n:", b"</n:").replace(b"xmlns=", b"xmlns:n=")
    ),
    "something behind it": SourceFile("behind.xml", plain("x").data + b"trailing"),
}  # fmt: skip


@pytest.mark.parametrize("told", TOLD.values(), ids=TOLD)
def test_what_is_told_of_a_file_is_told_of_it_in_company_too(told: SourceFile) -> None:
    others = [document("batch.xml", entry(), entry(), closing="2.00"), plain("b.xml", 7)]
    together = check_together(Camt(), [others[0], told, told, others[1]])

    assert together == [True] * 4


def test_a_batch_is_numbered_by_its_own_file() -> None:
    details = "<TxDtls><Amt Ccy='EUR'>1.00</Amt></TxDtls>" * 2
    batch = entry("2.00").replace("<TxDtls><RmtInf><Ustrd>INV 1</Ustrd></RmtInf></TxDtls>", details)
    files = [document(f"{n}.xml", entry(), batch, closing="3.00") for n in range(3)]
    answers = Camt().read_many(files, {})

    assert check_together(Camt(), files) == [True] * 3
    assert [one.lines["batch"].to_list() for one in answers if one] == [[None, 2, 2]] * 3


def test_large_files_are_read_by_themselves() -> None:
    large = document("large.xml", *[entry()] * 6_000)
    together = check_together(Camt(), [plain("a.xml"), large, plain("b.xml")])

    assert len(large.data) > 1 << 20
    assert together == [True, False, True]


def test_the_bytes_read_together_are_bounded() -> None:
    files = [document(f"{n}.xml", *[entry()] * 1_000, closing="1000.00") for n in range(55)]

    assert sum(len(one.data) for one in files) > 10 << 20
    assert all(check_together(Camt(), files))


@pytest.mark.parametrize(
    "options", [{"currency": "CHF"}, {"encoding": "utf-8"}, {"currency": "EUR"}]
)
def test_options_hold_in_company(options: dict[str, Any]) -> None:
    files = [document(f"{n}.xml", entry().replace("EUR", "XXX"), closing="1.00") for n in range(3)]

    check_together(Camt(), [*files, *FILES], options)


def test_a_wrong_option_is_told() -> None:
    with pytest.raises(ConfigurationError):
        Camt().read_many([plain("a.xml"), plain("b.xml")], {"currencies": "EUR"})
