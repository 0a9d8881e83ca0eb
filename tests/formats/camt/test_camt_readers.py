"""The fast reader and the tolerant one give the same frames of every document that both accept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from recon.api import MalformedFile, ParsedStatements, SourceFile
from recon_camt import reader
from recon_camt.document import open_document
from recon_camt.finish import finished
from recon_camt.tags import BeyondGrammar
from tests.corpus_index import ROOT, cases
from tests.examples import examples

if TYPE_CHECKING:
    from pathlib import Path

FIXTURES = sorted((ROOT / "fixtures" / "statements" / "camt").glob("*.xml"))
CORPUS = [case.path for case in cases("camt.05")]

words = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12
)
amounts = st.sampled_from(["1.00", "12.30", "0.05", "100", "7.500", "x", "3.333"])
blanks = st.sampled_from(["", "\n  ", " ", "\r\n\t"])


@st.composite
def details(draw: st.DrawFn) -> str:
    sides = draw(st.sampled_from(["Dbtr", "Cdtr"]))
    return (
        f"<TxDtls>{draw(blanks)}<Refs><EndToEndId>{escape(draw(words))}</EndToEndId></Refs>"
        + draw(st.sampled_from(["", f'<Amt Ccy="EUR">{draw(amounts)}</Amt>']))
        + f"<RltdPties><{sides}><Nm>{escape(draw(words))}</Nm></{sides}></RltdPties>"
        + "".join(f"<RmtInf><Ustrd>{escape(draw(words))}</Ustrd></RmtInf>" for _ in range(2))
        + draw(
            st.sampled_from(
                ["", "<RmtInf><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf>"]
            )
        )
        + draw(st.sampled_from(["", "<Unknown a='1'><Deep>x</Deep></Unknown>", "<Empty/>"]))
        + "</TxDtls>"
    )


@st.composite
def entries(draw: st.DrawFn) -> str:
    inner = "".join(draw(st.lists(details(), max_size=3)))
    return (
        f'<Ntry><Amt Ccy="{draw(st.sampled_from(["EUR", "JPY", "ZZZ"]))}">{draw(amounts)}</Amt>{draw(blanks)}'
        f"<CdtDbtInd>{draw(st.sampled_from(['CRDT', 'DBIT', '']))}</CdtDbtInd>"
        f"<Sts>{draw(st.sampled_from(['BOOK', 'PDNG']))}</Sts>"
        f"{draw(st.sampled_from(['', '<BookgDt><Dt>2026-01-31</Dt></BookgDt>']))}"
        f"<NtryDtls>{inner}</NtryDtls><AddtlNtryInf>{escape(draw(words))}</AddtlNtryInf></Ntry>"
    )


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    statements = "".join(
        f"<Stmt><Id>{number}</Id><Acct><Id><IBAN>DE{number}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        + "".join(draw(st.lists(entries(), max_size=4)))
        + f"{draw(blanks)}</Stmt>"
        for number in range(draw(st.integers(1, 3)))
    )
    return (
        f"<Document xmlns='urn:x'><BkToCstmrStmt>{statements}</BkToCstmrStmt></Document>".encode()
    )


def assert_same(fast: ParsedStatements, tolerant: ParsedStatements) -> None:
    assert_frame_equal(fast.lines, tolerant.lines)
    # lxml does not say where a balance stands; entries have their places from the bytes.
    places = pl.when(pl.col("record").is_not_null()).then("line_number")
    assert_frame_equal(
        fast.rejects.with_columns(places).sort("record", "reason"),
        tolerant.rejects.with_columns(places).sort("record", "reason"),
    )
    assert_frame_equal(fast.statements.drop("reader"), tolerant.statements.drop("reader"))
    assert fast.findings == tolerant.findings


def both(data: bytes) -> tuple[ParsedStatements, ParsedStatements]:
    document = open_document(SourceFile("x.xml", data), None)
    return (
        finished(document, reader._read_fast(document, None), None),
        finished(document, reader._read_tolerantly(document, None), None),
    )


@settings(max_examples=examples(15))
@given(documents())
def test_both_readers_give_the_same_frames(data: bytes) -> None:
    assert_same(*both(data))


@settings(max_examples=examples(8))
@given(piece=st.sampled_from([200, 1000]), data=documents())
def test_where_pieces_are_cut_changes_nothing(piece: int, data: bytes) -> None:
    document = open_document(SourceFile("x.xml", data), None)
    whole = finished(document, reader._read_fast(document, None), None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "PIECE", piece)
        patch.setattr(reader, "BLOCK", 3)
        cut = finished(document, reader._read_fast(document, None), None)

    assert_same(whole, cut)


@pytest.mark.parametrize("path", [*FIXTURES, *CORPUS], ids=lambda path: path.name)
def test_both_readers_agree_on_real_files(path: Path) -> None:
    try:
        fast, tolerant = both(path.read_bytes())
    except (BeyondGrammar, MalformedFile):
        pytest.skip("not for both readers")

    assert_same(fast, tolerant)
