"""Each trap is one that another reader falls into, or one that a hostile sender could set."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import (
    ConfigurationError,
    MalformedFile,
    ParsedStatements,
    ReadLines,
    ReconError,
    SourceFile,
)
from recon.plugins.contracts import checked_statements
from recon_camt.plugin import Camt
from tests.corpus_index import ROOT

FIXTURE = (ROOT / "fixtures" / "statements" / "camt" / "final_v08_sepa.xml").read_bytes()
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
BALANCE = '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{}</Amt>{}<Dt><Dt>2026-01-31</Dt></Dt></Bal>'
CREDIT = "<CdtDbtInd>CRDT</CdtDbtInd>"


def entry(amount: str, more: str = "", sign: str = "CRDT", details: str = "") -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{more}<Sts>BOOK</Sts>'
        f"<BookgDt><Dt>2026-01-31</Dt></BookgDt><NtryDtls>{details}</NtryDtls></Ntry>"
    )


def detail(amount: str, more: str = "") -> str:
    return f'<TxDtls><Amt Ccy="EUR">{amount}</Amt>{more}</TxDtls>'


def document(*entries: str, balances: str = "", head: str = HEAD) -> bytes:
    return (
        f'{head}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>'
        f"<Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{''.join(entries)}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def read(data: bytes, **options: str) -> ParsedStatements:
    return checked_statements(Camt().read(SourceFile("x.xml", data), options))


# ---------------------------------------------------------------- batches


def test_a_batch_is_a_line_a_detail_and_none_for_its_total() -> None:
    parsed = read(document(entry("5.00"), entry("3.00", details=detail("1.00") + detail("2.00"))))

    assert parsed.lines["amount"].to_list() == [500, 100, 200]
    assert parsed.lines["batch"].to_list() == [None, 2, 2]


def test_the_charges_of_a_batch_are_a_line_of_their_own() -> None:
    charges = '<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">0.50</TtlChrgsAndTaxAmt></Chrgs>'
    parsed = read(document(entry("2.50", charges, details=detail("1.00") + detail("2.00"))))

    assert parsed.lines["amount"].to_list() == [100, 200, -50]
    assert parsed.lines["transaction_text"].to_list() == [None, None, "charges"]


def test_an_unexplained_difference_is_a_line_that_says_so() -> None:
    parsed = read(document(entry("2.90", details=detail("1.00") + detail("2.00"))))

    assert parsed.lines["amount"].to_list() == [100, 200, -10]
    assert parsed.lines["transaction_text"][2] == "difference"
    assert "the difference is a line of its own" in parsed.findings[0]


@pytest.mark.parametrize(
    "details",
    [
        detail("9.00") * 3,  # each carries the total of the batch
        "<TxDtls><Refs><TxId>1</TxId></Refs></TxDtls>" * 2,
        detail("1.00") + "<TxDtls/>",
        detail("900.00") + detail("90.00"),  # further from the entry than the entry from nothing
    ],
)
def test_a_batch_without_certain_shares_is_one_line_with_its_details_beside(details: str) -> None:
    parsed = read(document(entry("9.00", details=details)))
    [extras] = parsed.lines["extras"].to_list()

    assert parsed.lines["amount"].to_list() == [900]
    assert len(json.loads(extras)["TxDtls"]) == details.count("<TxDtls")


def test_an_illegible_share_rejects_the_whole_entry_and_no_other() -> None:
    parsed = read(document(entry("9.00", details=detail("4.x") + detail("5.00")), entry("1.00")))

    assert parsed.lines["amount"].to_list() == [100]
    assert parsed.rejects["code"].to_list() == ["no-amount"]


def test_details_of_both_signs_share_an_entry() -> None:
    back = detail("1.00", "<CdtDbtInd>DBIT</CdtDbtInd>")
    parsed = read(document(entry("2.00", details=detail("3.00", CREDIT) + back)))

    assert parsed.lines["amount"].to_list() == [300, -100]


# ---------------------------------------------------------------- signs and balances


@pytest.mark.parametrize(("closing", "amount"), [("15.00", 500), ("5.00", -500), ("77.00", 500)])
def test_a_reversal_is_flipped_only_where_the_balances_prove_it(closing: str, amount: int) -> None:
    balances = BALANCE.format("OPBD", "10.00", CREDIT) + BALANCE.format("CLBD", closing, CREDIT)
    parsed = read(document(entry("5.00", "<RvslInd>true</RvslInd>"), balances=balances))

    assert parsed.lines["amount"].to_list() == [amount]
    assert parsed.lines["is_reversal"].to_list() == [True]
    assert bool(parsed.findings) == (amount < 0)


@pytest.mark.parametrize(
    ("closing", "opening"), [("15.00", 1000), ("5.00", -1000), ("99.00", None)]
)
def test_a_balance_without_sign_is_taken_only_where_the_entries_prove_it(
    closing: str, opening: int | None
) -> None:
    sign = "<CdtDbtInd>DBIT</CdtDbtInd>" if closing == "5.00" else CREDIT
    balances = BALANCE.format("OPBD", "10.00", "") + BALANCE.format("CLBD", closing, sign)
    parsed = read(document(entry("5.00"), balances=balances))

    assert parsed.statements["opening_balance"].to_list() == [opening]
    assert "CdtDbtInd" in parsed.findings[0]


def test_two_balances_of_one_type_and_day_that_differ_decide_nothing() -> None:
    balances = BALANCE.format("OPBD", "1.00", CREDIT) + BALANCE.format("OPBD", "2.00", CREDIT)
    parsed = read(document(balances=balances))

    assert parsed.statements["opening_balance"].to_list() == [None]
    assert "differ" in parsed.findings[0]


def test_an_opening_balance_is_never_derived() -> None:
    parsed = read(document(entry("5.00"), balances=BALANCE.format("CLBD", "5.00", CREDIT)))

    assert parsed.statements["opening_balance"].to_list() == [None]


@pytest.mark.parametrize(
    ("text", "amount"), [("100", 10000), ("1.500000", 150), (".5", 50), ("0.00", 0), ("7.", 700)]
)
def test_an_amount_is_read_exactly(text: str, amount: int) -> None:
    assert read(document(entry(text))).lines["amount"].to_list() == [amount]


@pytest.mark.parametrize(
    "text",
    [
        "1,00",
        "1e5",
        "NaN",
        "-1.00",
        "+1.00",
        "1.005",
        "100.0000000000005",
        "1 000.00",
        "\u0661.00",
        "9" * 17,
    ],
)
def test_what_is_no_exact_amount_is_rejected(text: str) -> None:
    parsed = read(document(entry(text), entry("1.00")))

    assert parsed.rejects["code"].to_list() == ["no-amount"]
    assert parsed.lines["amount"].to_list() == [100]


def test_an_unsound_declared_total_is_a_finding() -> None:
    summary = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>"
    parsed = read(document(entry("1.00"), balances=summary))

    assert parsed.findings == ("statement 1: the bank declares 2 for entries, and 1 were read",)


# ---------------------------------------------------------------- parties


def test_our_own_account_is_never_the_other_party() -> None:
    more = (
        "<RltdPties><Dbtr><Nm>We</Nm></Dbtr><DbtrAcct><Id><IBAN>DE1</IBAN></Id></DbtrAcct>"
        "<Cdtr><Nm>They</Nm></Cdtr><CdtrAcct><Id><IBAN>DE2</IBAN></Id></CdtrAcct></RltdPties>"
    )
    parsed = read(document(entry("1.00", details=detail("1.00", more))))

    assert parsed.lines["payer_name"].to_list() == ["They"]


# ---------------------------------------------------------------- broken and hostile files


def test_a_broken_entry_takes_no_other_with_it() -> None:
    broken = entry("2.00").replace("</Sts>", "</Status>")
    unclosed = entry("3.00").replace("</Ntry>", "")
    parsed = read(document(entry("1.00"), broken, entry("4.00"), unclosed, entry("5.00")))

    assert parsed.lines["amount"].to_list() == [100, 400, 500]
    assert parsed.rejects["code"].to_list() == ["malformed-entry"] * 2
    assert parsed.rejects["record"].to_list() == [2, 4]


@pytest.mark.parametrize(
    "odd",
    [
        "<AddtlNtryInf>&#228;</AddtlNtryInf>",
        "<AddtlNtryInf><![CDATA[\u00e4]]></AddtlNtryInf>",
        "<!-- <Ntry> --><AddtlNtryInf>\u00e4</AddtlNtryInf>",
        "<?go <Ntry>?><AddtlNtryInf>\u00e4</AddtlNtryInf>",
    ],
)
def test_odd_xml_in_one_entry_is_read_by_the_tolerant_reader(odd: str) -> None:
    parsed = read(document(entry("1.00"), entry("2.00", odd), entry("3.00")))

    assert parsed.lines["amount"].to_list() == [100, 200, 300]
    assert parsed.lines["transaction_text"].to_list() == [None, "\u00e4", None]
    assert parsed.statements["reader"].to_list() == ["camt-lxml"]


@pytest.mark.parametrize(
    "bad",
    [
        "\x01",
        "\x00",
        "\ufffe",
        "]]>",
        "&unknown;",
        "&#0;",
        "a < b",
        "x" * 70_000,
        "<a>" * 60 + "</a>" * 60,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_what_is_no_xml_rejects_its_entry_or_refuses_the_file(bad: str) -> None:
    data = document(entry("1.00"), entry("2.00", f"<AddtlNtryInf>{bad}</AddtlNtryInf>"))
    try:
        parsed = read(data)
    except MalformedFile:
        return

    assert parsed.lines["amount"].to_list() == [100]
    assert parsed.rejects["code"].to_list() == ["malformed-entry"]


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://localhost/x.dtd">',
        '<!-- --><!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname">%p;]>',
    ],
)
def test_a_document_type_declaration_is_refused(declaration: str) -> None:
    with pytest.raises(MalformedFile, match="document type declaration"):
        read(document(entry("1.00"), head=HEAD + declaration))


def test_a_document_type_declaration_inside_is_refused() -> None:
    with pytest.raises(MalformedFile, match="document type declaration"):
        read(document("<!DOCTYPE x>", entry("1.00")))


def test_entries_of_another_name_space_are_no_entries() -> None:
    foreign = f'<SplmtryData><Envlp xmlns:o="urn:o">{entry("9.00")}</Envlp></SplmtryData>'
    prefixed = '<o:Ntry xmlns:o="urn:o"><o:Amt Ccy="EUR">9.00</o:Amt></o:Ntry>'

    with pytest.raises(MalformedFile, match="outside any statement"):
        read(document(entry("1.00"), foreign))
    assert read(document(entry("1.00"), prefixed)).lines["amount"].to_list() == [100]


def test_utf_7_is_refused_and_utf_16_that_is_none_is_told() -> None:
    with pytest.raises(MalformedFile, match="UTF-7"):
        read(document(entry("1.00")).replace(b"UTF-8", b"UTF-7"))
    parsed = read(document(entry("1.00")).replace(b"UTF-8", b"utf-16"))

    assert parsed.lines["amount"].to_list() == [100]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_every_encoding_gives_the_same_lines(encoding: str) -> None:
    text = document(entry("1.00", "<AddtlNtryInf>Zürich</AddtlNtryInf>"), entry("2.00")).decode()
    stated = "utf-8" if encoding == "utf-8-sig" else encoding.removesuffix("-be")
    data = text.replace("UTF-8", stated).encode(encoding)
    lines = read(data).lines

    assert lines["transaction_text"].to_list() == ["Zürich", None]
    if "16" not in encoding:
        start, length = lines.select("byte_offset", "byte_length").row(1)
        assert data[start : start + length].startswith(b'<Ntry><Amt Ccy="EUR">2.00')
        assert data[start : start + length].endswith(b"</Ntry>")


def test_a_file_cut_at_any_byte_is_refused() -> None:
    end = FIXTURE.rindex(b">")
    for stop in range(0, end, 7):
        with pytest.raises(MalformedFile):
            Camt().read(SourceFile("x.xml", FIXTURE[:stop]), {})


@given(st.integers(0, len(FIXTURE) - 1), st.binary(min_size=1, max_size=3))
def test_damaged_bytes_give_a_sound_result_or_an_error(at: int, junk: bytes) -> None:
    data = FIXTURE[:at] + junk + FIXTURE[at + len(junk) :]
    is_sound = True
    with contextlib.suppress(ReconError):
        is_sound = ReadLines.is_valid(read(data).lines)

    assert is_sound


def test_a_huge_attribute_rejects_its_entry() -> None:
    huge = f'<Note a="{"x" * 70_000}"/>'
    parsed = read(document(entry("1.00"), entry("2.00", huge)))

    assert parsed.lines["amount"].to_list() == [100]
    assert parsed.rejects["code"].to_list() == ["malformed-entry"]


def test_many_small_statements_are_read() -> None:
    one = "<Stmt><Id>1</Id><Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></Acct></Stmt>"
    data = f"<Document><BkToCstmrStmt>{one * 5000}</BkToCstmrStmt></Document>".encode()

    assert len(read(data).statements) == 5000


def test_trailing_garbage_is_a_finding_and_a_second_document_an_error() -> None:
    data = document(entry("1.00"))

    assert "behind the end" in read(data + b"\n\x1agarbage").findings[0]
    with pytest.raises(MalformedFile, match="second document"):
        read(data + data)


# ---------------------------------------------------------------- claims and options


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>BkToCstmrStmt</body></html>",
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn/></Document>',
        b"<!-- <BkToCstmrStmt> --><OFX></OFX>",
        b"\x00\x01\x02<BkToCstmrStmt>",
    ],
)
def test_other_files_are_not_claimed(data: bytes) -> None:
    assert not Camt().sniff(data, "camt.053.xml")
    assert Camt().explain(data, "x").endswith(("element", "BkToCstmrDbtCdtNtfctn"))


def test_a_claim_names_message_and_version() -> None:
    assert Camt().explain(FIXTURE, "x").endswith("BkToCstmrStmt, version camt.053.001.08")


@given(st.binary(max_size=200))
def test_sniffing_never_raises(head: bytes) -> None:
    assert Camt().sniff(head, "x") in {True, False}


@pytest.mark.parametrize("options", [{"colour": "red"}, {"currency": "ZZZ"}, {"encoding": 1}])
def test_an_option_that_is_none_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        Camt().read(SourceFile("x.xml", FIXTURE), options)
