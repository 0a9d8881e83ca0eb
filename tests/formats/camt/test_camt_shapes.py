"""Entries of a known shape are read at once, and give the very same frames as when they are read tag by tag."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from recon.api import MalformedFile, SourceFile
from recon_camt import reader, shapes
from recon_camt.plugin import Camt
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.api import ParsedStatements

words = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=9
)
ODD = ["", "", "", " x ", "<Zz/>", "<Zz>a</Zz>", "<!-- <Ntry> -->", "&#65;", "&amp;", "]]>", ">"]
TAILS = ["</Ntry>", "</Ntry>", "</Ntry>\n ", "</Ntry> x ", "</Ntry><Ntry/>", "<Ntry>", "</Ntry >"]


@pytest.fixture(autouse=True)
def _small_pieces() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "PIECE", 600)
        patch.setattr(reader, "BLOCK", 20)
        patch.setattr(shapes, "_SMALLEST_PIECE", 0)
        patch.setattr(shapes, "_FEWEST", 1)
        yield


@st.composite
def entries(draw: st.DrawFn, prefix: str) -> str:
    odd = draw(st.sampled_from(ODD)) if draw(st.integers(0, 9)) == 0 else ""
    tail = draw(st.sampled_from(TAILS)) if draw(st.integers(0, 9)) == 0 else "</Ntry>"
    currency = draw(st.sampled_from(["EUR", "EUR", "JPY"]))
    detail = (
        f"<TxDtls><Refs><EndToEndId>{escape(draw(words))}</EndToEndId></Refs>"
        f"<RmtInf><Ustrd>{escape(draw(words))}</Ustrd><Ustrd>b</Ustrd>"
        f"<Strd><CdtrRefInf><Ref>{escape(draw(words))}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
    )
    text = (
        f'<Ntry><Amt Ccy="{currency}">{draw(st.sampled_from(["1", "12.30", "x"]))}</Amt>'
        f"<CdtDbtInd>{draw(st.sampled_from(['CRDT', 'DBIT']))}</CdtDbtInd><Sts>BOOK</Sts>{odd}"
        f"{draw(st.sampled_from(['', ' ', chr(10)]))}<BookgDt><Dt>2026-01-31</Dt></BookgDt>"
        f"<NtryDtls>{detail * draw(st.sampled_from([1, 1, 1, 0, 2]))}</NtryDtls>{tail}"
    )
    return text.replace("</", "\0").replace("<", f"<{prefix}").replace("\0", f"</{prefix}")


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    prefix = draw(st.sampled_from(["", "ns2:"]))
    kinds = draw(st.lists(st.sampled_from(["Stmt", "Stmt", "Rpt"]), min_size=1, max_size=3))
    statements = "".join(
        f"<{prefix}{kind}><{prefix}Id>{number}</{prefix}Id>"
        + "".join(draw(st.lists(entries(prefix), min_size=3, max_size=12)))
        + f"</{prefix}{kind}>"
        for number, kind in enumerate(kinds)
    )
    space = f"xmlns{':' + prefix[:-1] if prefix else ''}='urn:x'"
    root, message = f"{prefix}Document", f"{prefix}BkToCstmrStmt"
    return f"<{root} {space}><{message}>{statements}</{message}></{root}>".encode()


def read(data: bytes, *, smallest: int = 0) -> ParsedStatements | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "_SMALLEST_PIECE", smallest)
        try:
            return Camt().read(SourceFile("x.xml", data), {})
        except MalformedFile as error:
            return str(error)


@settings(max_examples=examples(8), deadline=None)
@given(documents())
def test_shapes_change_nothing(data: bytes) -> None:
    at_once, tag_by_tag = read(data), read(data, smallest=1 << 30)

    if isinstance(at_once, str) or isinstance(tag_by_tag, str):
        assert at_once == tag_by_tag
        return
    assert_frame_equal(at_once.lines, tag_by_tag.lines)
    assert_frame_equal(at_once.rejects, tag_by_tag.rejects)
    assert_frame_equal(at_once.statements, tag_by_tag.statements)
    assert at_once.findings == tag_by_tag.findings


def document(*entries: str) -> bytes:
    return f"<Document xmlns='urn:x'><BkToCstmrStmt><Stmt>{''.join(entries)}</Stmt></BkToCstmrStmt></Document>".encode()


def entry(amount: str, more: str = "") -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>{more}'
        "<BookgDt><Dt>2026-01-31</Dt></BookgDt></Ntry>"
    )


def known_members(data: bytes) -> list[int]:
    """Count the entries of each piece that were not read tag by tag."""
    found = []
    members = shapes.Shape.members

    def counted(self: shapes.Shape, *given: object) -> shapes.Members:
        one = members(self, *given)  # type: ignore[arg-type]
        found.append(len(one.entry))
        return one

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes.Shape, "members", counted)
        read(data)
    return found


def test_entries_behind_the_first_piece_have_its_shape() -> None:
    assert sum(known_members(document(*(entry(f"{number}.00") for number in range(40))))) > 30


@pytest.mark.parametrize("odd", ["<Zz/>", "<Zz>a</Zz>"])
def test_an_entry_that_differs_in_one_tag_has_no_shape(odd: str) -> None:
    same = [entry(f"{number}.00") for number in range(40)]
    changed = [*same[:20], entry("20.00", odd), *same[21:]]

    assert sum(known_members(document(*changed))) == sum(known_members(document(*same))) - 1


def test_text_between_the_tags_of_a_shape_is_seen() -> None:
    parsed = read(document(*(entry("1.00", "x" * (number == 20)) for number in range(40))))

    assert not isinstance(parsed, str)
    assert parsed.statements["reader"].to_list() == ["camt-lxml"]


def test_amounts_of_a_shape_stay_with_their_entries() -> None:
    amounts = [f"{number * 7919 % 1000}.{number:02}" for number in range(60)]
    parsed = read(document(*(entry(amount) for amount in amounts)))

    assert not isinstance(parsed, str)
    assert parsed.lines["amount"].to_list() == [int(one.replace(".", "")) for one in amounts]
    assert parsed.lines["record"].to_list() == list(range(1, 61))
    raw = pl.Series([entry(amount).encode() for amount in amounts])
    data = document(*(entry(amount) for amount in amounts))
    shown = parsed.lines.select("byte_offset", "byte_length").rows()
    assert [data[start : start + length] for start, length in shown] == raw.to_list()
