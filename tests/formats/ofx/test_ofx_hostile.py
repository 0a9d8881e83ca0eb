"""Input made to hurt: each is read or refused with a named error, and never alters another record in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.api import MalformedFile, ParsedStatements, ReconError, SourceFile
from recon_ofx.plugin import Ofx
from tests.examples import examples

if TYPE_CHECKING:
    from recon_ofx.text import Text
    from recon_ofx.vocabulary import Tags

HEAD = "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKTRANLIST>"
TAIL = "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"


def transaction(amount: str = "10.00", name: str = "A") -> str:
    return (
        f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260102<TRNAMT>{amount}<FITID>F1<NAME>{name}</STMTTRN>"
    )


def read(text: str | bytes) -> ParsedStatements:
    data = text if isinstance(text, bytes) else text.encode()
    return Ofx().read(SourceFile("bank.ofx", data), {})


def amounts(rows: str) -> list[int]:
    return read(HEAD + rows + TAIL).lines["amount"].to_list()


def test_five_megabytes_on_one_line_are_read() -> None:
    count = 60_000
    parsed = read(HEAD + transaction("1.00") * count + TAIL)

    assert parsed.lines["amount"].sum() == 100 * count
    assert parsed.lines["record"].to_list() == list(range(1, count + 1))
    assert parsed.lines["line_number"].unique().to_list() == [1]


def test_an_amount_of_four_kilobytes_rejects_its_record_alone() -> None:
    for text in ("1," * 2048, "9" * 4096, "1.1" * 1365):
        parsed = read(HEAD + transaction(text) + transaction("2.00") + TAIL)

        assert parsed.lines["amount"].to_list() == [200]
        assert parsed.rejects["code"].to_list() == ["no-amount"]
        assert len(parsed.rejects["reason"][0]) < 200


def test_thousands_of_nested_transactions_are_all_rejected() -> None:
    opened = transaction().replace("</STMTTRN>", "")
    parsed = read(HEAD + opened * 3000 + "</STMTTRN>" * 3000 + transaction("2.00") + TAIL)

    assert parsed.lines["amount"].to_list() == [200]
    assert len(parsed.rejects) == 3000


@pytest.mark.parametrize("section", ["<![CDATA[", "<!--"])
def test_a_flood_of_open_sections_is_refused(section: str) -> None:
    with pytest.raises(MalformedFile, match="is not closed"):
        read(HEAD + transaction(name=section * 50_000) + TAIL)


def test_a_flood_of_closed_sections_is_read() -> None:
    assert amounts(transaction(name="<![CDATA[<]]>" * 4_000 + "<!-- x -->")) == [1000]


def test_markup_in_cdata_stays_text_and_in_place() -> None:
    rows = transaction(name="<![CDATA[B </STMTTRN><STMTTRN><TRNAMT>9 &amp; C]]>") + transaction(
        "2.00"
    )
    text = HEAD + rows + TAIL
    parsed = read(text)

    assert parsed.lines["payer_name"].to_list() == ["B </STMTTRN><STMTTRN><TRNAMT>9 &amp; C", "A"]
    start, length = parsed.lines.select("byte_offset", "byte_length").row(1)
    assert text.encode()[start : start + length] == transaction("2.00").encode()


def test_tags_nested_deep_in_a_transaction_hide_no_amount() -> None:
    deep = "<X>" * 200 + "<TRNAMT>999.00" + "</X>" * 200
    parsed = read(HEAD + transaction(name="A" + deep) + transaction("2.00") + TAIL)

    assert 99900 not in parsed.lines["amount"].to_list()
    assert parsed.lines["amount"].to_list()[-1] == 200


def test_deep_nesting_around_transactions_is_refused() -> None:
    with pytest.raises(MalformedFile, match="nested deeper"):
        read("<OFX>" + "<A>" * 20_000 + "</A>" * 20_000 + "</OFX>")


def test_more_different_tags_than_a_bank_has_words_are_refused() -> None:
    with pytest.raises(MalformedFile, match="different tags"):
        read("<OFX>" + "".join(f"<T{number}>x" for number in range(20_000)) + "</OFX>")


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE OFX [<!ENTITY a "x">]>',
        '<!DOCTYPE OFX SYSTEM "file:///etc/hostname">',
        '<!ENTITY % p SYSTEM "http://bank.example/x">%p;',
    ],
)
def test_a_document_type_is_refused_wherever_it_stands(declaration: str) -> None:
    for text in (declaration + HEAD + TAIL, HEAD + declaration + TAIL):
        with pytest.raises(MalformedFile, match="document type"):
            read(text)


def test_an_entity_of_the_file_is_text_and_never_opened() -> None:
    parsed = read(HEAD + transaction(name="&xxe; &#0; &#x1b; &lt;script&gt;") + TAIL)

    assert parsed.lines["payer_name"].to_list() == ["&xxe; &#0; &#x1b; <script>"]


def test_text_behind_the_end_of_an_amount_is_no_part_of_it() -> None:
    row = transaction("1</TRNAMT>000").replace("CREDIT", "CREDIT</TRNTYPE>")
    parsed = read(HEAD + row + TAIL)

    assert parsed.lines["amount"].to_list() == [100]
    assert '"(text)": "000"' in parsed.lines["extras"][0]


@pytest.mark.parametrize("position", ["<NAME>A", "<FITID>F", "<TRNAMT>1", "<STMTTRN>"])
def test_a_nul_byte_is_refused_with_its_place(position: str) -> None:
    text = (HEAD + transaction() + TAIL).replace(position, position + "\x00", 1)
    with pytest.raises(MalformedFile, match=r"control character U\+0000"):
        read(text)


def test_a_file_cut_at_any_byte_is_refused_or_loses_nothing_in_silence() -> None:
    whole = (HEAD + transaction("1.00", "Zoë & <b>") + "\n" + transaction("2.00") + TAIL).encode()
    silent = []
    for cut in range(len(whole)):
        try:
            read(whole[:cut])
        except ReconError:
            continue
        silent.append(whole[:cut][-30:])

    assert silent == []


@settings(max_examples=examples(50))
@given(st.data())
def test_a_flipped_byte_changes_no_amount_or_day_in_silence(data: st.DataObject) -> None:
    whole = bytearray((HEAD + transaction("1.00") + transaction("2.00") + TAIL).encode())
    markup = [at for at, byte in enumerate(whole) if chr(byte) in "<>/"]
    at = data.draw(st.sampled_from(markup))
    whole[at] = data.draw(st.integers(32, 126))
    try:
        parsed = read(bytes(whole))
    except ReconError:
        return

    read_amounts = parsed.lines["amount"].to_list()
    assert read_amounts == [100, 200] or not parsed.rejects.is_empty()
    assert set(read_amounts) <= {100, 200}


def test_work_grows_with_the_file_and_no_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of the document are tokenised once each: their number is the file's size over theirs."""
    from recon_ofx import tokens

    seen: list[int] = []
    tokenise = tokens._tokens

    def counted(text: Text, begin: int, piece: bytes, tags: Tags) -> tokens.Tokens | None:
        seen.append(begin)
        return tokenise(text, begin, piece, tags)

    monkeypatch.setattr(tokens, "PIECE_BYTES", 2000)
    monkeypatch.setattr(tokens, "_tokens", counted)
    amounts(transaction() * 100)
    small = len(seen)
    amounts(transaction() * 200)

    assert seen == sorted(seen[:small]) + sorted(seen[small:])
    assert len(seen) - small <= 2 * small


@given(st.integers(1, 400), st.integers(1, 30))
@settings(max_examples=examples(10))
def test_a_document_read_in_pieces_is_the_same_document(size: int, count: int) -> None:
    from recon_ofx import tokens

    rows = "\n".join(
        transaction(f"{number}.00", "é <b" if number % 3 else "A &amp; B")
        for number in range(count)
    )
    whole = read(HEAD + rows + TAIL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "PIECE_BYTES", size)
        pieces = read(HEAD + rows + TAIL)

    assert pieces.lines.equals(whole.lines)
    assert pieces.statements.equals(whole.statements)
