"""A file read in pieces says just what it says read as a whole, wherever the pieces are cut, and is never held whole."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.api import (
    ConfigurationError,
    MalformedFile,
    ParsedStatements,
    ReconError,
    SourceFile,
    SourceStream,
    completed,
)
from recon.api import ReadLines as Lines
from recon_camt import reader, stream, window
from recon_camt.plugin import Camt
from tests.corpus_index import ROOT, cases
from tests.examples import examples
from tests.formats.camt.test_camt_readers import documents
from tests.formats.camt.test_camt_together import ODD, TOLD, document, entry
from tests.formats.together import differing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FIXTURES = sorted((ROOT / "fixtures" / "statements" / "camt").glob("*.xml"))
CORPUS = [case.path for case in cases("camt.05")]
SUMMARY = (
    "<TxsSummry><TtlNtries><NbOfNtries>9</NbOfNtries></TtlNtries>"
    "<TtlCdtNtries><Sum>1.00</Sum></TtlCdtNtries></TxsSummry>"
)


def streamed(
    source: SourceFile, options: Mapping[str, Any] | None = None
) -> ParsedStatements | ReconError:
    """Read in pieces, and put the lines together."""
    given_file = SourceStream(source.name, io.BytesIO(source.data))
    try:
        with Camt().read_stream(given_file, dict(options or {})) as read:
            blocks = list(read.lines)
            return ParsedStatements(
                read.statements,
                completed(pl.concat(blocks), Lines),
                read.rejects,
                read.reader,
                read.findings,
            )
    except ReconError as error:
        return error


def as_a_whole(
    source: SourceFile, options: Mapping[str, Any] | None
) -> ParsedStatements | ReconError:
    try:
        return Camt().read(source, dict(options or {}))
    except ReconError as error:
        return error


def check(source: SourceFile, options: Mapping[str, Any] | None = None) -> None:
    """Hold what is read in pieces to what is read as a whole, refusals too."""
    told, whole = streamed(source, options), as_a_whole(source, options)
    if isinstance(whole, ReconError):
        assert isinstance(told, type(whole)), told
        assert told.render() == whole.render()
    else:
        assert not isinstance(told, ReconError), told
        assert differing(told, whole) == []


@pytest.fixture(params=[(1 << 20, 8), (300, 1), (700, 3)], ids=["as it is", "tiny", "small"])
def cut(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Cut pieces, blocks and stretches so that their borders fall everywhere."""
    piece, block = request.param
    monkeypatch.setattr(reader, "PIECE", piece)
    monkeypatch.setattr(reader, "BLOCK", block)
    monkeypatch.setattr(window, "STRETCH", piece + 40)
    return


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_our_fixtures_say_in_pieces_what_they_say_whole(path: Path) -> None:
    check(SourceFile(path.name, path.read_bytes()))


@pytest.mark.parametrize("count", [1, 12])
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_real_files_say_in_pieces_what_they_say_whole(
    path: Path, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SourceFile(path.name, path.read_bytes())
    if count > 1:
        monkeypatch.setattr(reader, "PIECE", max(len(source.data) // count, 300))
        monkeypatch.setattr(reader, "BLOCK", 1)
        monkeypatch.setattr(window, "STRETCH", max(len(source.data) // count, 300))

    check(source)


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize("source", [*ODD.values(), *TOLD.values()], ids=[*ODD, *TOLD])
def test_what_is_odd_is_read_or_refused_alike(source: SourceFile) -> None:
    check(source)


def statement(number: int, *entries: str, days: tuple[int, int] = (2, 2), more: str = "") -> str:
    begin, end = (f"2026-03-{day:02d}" for day in days)
    return (
        f"<Stmt><Id>{number}</Id><FrToDt><FrDtTm>{begin}T00:00:00</FrDtTm><ToDtTm>{end}T00:00:00</ToDtTm></FrToDt>"
        f"<Acct><Id><IBAN>DE{number}</IBAN></Id></Acct>{more}\n" + "\n".join(entries) + "</Stmt>\n"
    )


def message(*statements: str, head: str = "") -> SourceFile:
    text = f'{head}<Document xmlns="urn:x"><BkToCstmrStmt>{"".join(statements)}</BkToCstmrStmt></Document>'
    return SourceFile("many.xml", text.encode())


DATED = "<BookgDt><Dt>2026-03-02</Dt></BookgDt>"
REVERSAL = entry("4.00", 9, "<RvslInd>true</RvslInd>")
BROKEN = '<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDb></Ntry>'
COMMENTED = entry("2.00", 5).replace("INV", "<!-- <Ntry> -->INV")
UNDATED = entry("3.00", 6).replace(DATED, "")
PENDING = UNDATED.replace("BOOK", "PDNG")
BATCH = entry("5.00", 7).replace(
    "<TxDtls>",
    '<TxDtls><Amt Ccy="EUR">2.00</Amt></TxDtls><TxDtls><Amt Ccy="EUR">2.50</Amt></TxDtls><TxDtls>'
    '<Amt Ccy="EUR">0.25</Amt>',
)
KINDS = [
    entry(),
    REVERSAL,
    BROKEN,
    COMMENTED,
    UNDATED,
    PENDING,
    BATCH,
    entry("1,00"),
    entry("&#49;.00"),
    entry().replace("INV", "Grüße &amp; Küsse"),
]
SIGN = "<CdtDbtInd>{}</CdtDbtInd>"


def balances(opening: str, closing: str, *signs: str) -> str:
    """Give an opening and a closing balance, each with a sign or without one."""
    kinds = zip(("OPBD", "CLBD"), (opening, closing), signs or ("", ""), strict=True)
    return "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        f"{SIGN.format(sign) if sign else ''}</Bal>"
        for kind, amount, sign in kinds
    )


BALANCES = [
    "",
    balances("0.00", "4.00", "CRDT", "DBIT"),
    balances("0.00", "4.0000000000001", "", "CRDT"),
    balances("1.00", "5.00"),
    SUMMARY,
]


@st.composite
def messages(draw: st.DrawFn) -> SourceFile:
    statements = [
        statement(
            number,
            *draw(st.lists(st.sampled_from(KINDS), max_size=6)),
            days=draw(st.sampled_from([(2, 2), (2, 3)])),
            more="".join(draw(st.lists(st.sampled_from(BALANCES), max_size=2))),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    return message(*statements)


@settings(max_examples=examples(40))
@given(source=messages(), piece=st.sampled_from([60, 300, 1000]), block=st.sampled_from([1, 2, 8]))
def test_all_kinds_of_entries_are_read_alike_wherever_blocks_end(
    source: SourceFile, piece: int, block: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "PIECE", piece)
        patch.setattr(reader, "BLOCK", block)
        patch.setattr(window, "STRETCH", piece)
        check(source)


@settings(max_examples=examples(15))
@given(data=documents(), piece=st.sampled_from([60, 300]))
def test_details_and_texts_of_all_kinds_are_read_alike(data: bytes, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "PIECE", piece)
        patch.setattr(reader, "BLOCK", 2)
        check(SourceFile("x.xml", data))


@pytest.mark.usefixtures("cut")
def test_a_statement_decides_of_entries_in_all_blocks() -> None:
    entries = [REVERSAL, UNDATED, entry("7.00", 3), *[entry("0.50", at) for at in range(20)]]
    told_balances = balances("0.00", "16.00", "CRDT", "CRDT")
    source = message(
        statement(1, *entries, more=told_balances + SUMMARY),
        statement(2, UNDATED, entry(), days=(1, 2)),
        statement(3, PENDING, BATCH, days=(1, 2), more="<CreDtTm>2026-03-09T00:00:00</CreDtTm>"),
    )
    told = streamed(source)

    check(source)
    assert isinstance(told, ParsedStatements)
    assert any("reversals have the opposite sign" in finding for finding in told.findings)
    assert any("the bank declares 9 for entries" in finding for finding in told.findings)
    assert any("the day of the statement stands in" in finding for finding in told.findings)
    assert any("CreDtTm stands in" in finding for finding in told.findings)
    assert told.rejects["code"].to_list() == ["no-date"]


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8-sig", "utf-16", "utf-7"])
@pytest.mark.parametrize("is_stated", [True, False])
def test_any_encoding_is_read_alike(encoding: str, is_stated: bool) -> None:
    name = encoding.removesuffix("-sig")
    head = f'<?xml version="1.0" encoding="{name}"?>\n' if is_stated else ""
    text = message(statement(1, *KINDS * 3), head=head).data.decode()

    check(SourceFile("x.xml", text.encode(encoding)))
    check(SourceFile("x.xml", text.encode(encoding)), {"encoding": name})


@pytest.mark.usefixtures("cut")
def test_a_file_cut_off_anywhere_is_refused_alike() -> None:
    data = message(statement(1, *KINDS), statement(2, entry())).data
    for end in range(0, len(data), 97):
        check(SourceFile("x.xml", data[:end]))
    for end in range(len(data) - 30, len(data) + 1):
        check(SourceFile("x.xml", data[:end]))


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize(
    "more", [b"\n\n", b"\x00" * 900, b" x ", b"<x/>", b"<!-- </Documen -->", b"<?pi?>", b"twice"]
)
def test_what_stands_behind_the_document_is_judged_alike(more: bytes) -> None:
    data = message(statement(1, entry())).data

    check(SourceFile("x.xml", data + (data if more == b"twice" else more)))


def test_options_hold_and_are_checked() -> None:
    source = message(statement(1, entry().replace("EUR", "XXX")))

    check(source, {"currency": "EUR"})
    assert isinstance(streamed(source, {"currencies": "EUR"}), ConfigurationError)


class Counting(io.BytesIO):
    """A file that knows how much was ever asked of it at once."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.largest = max(self.largest, len(found))
        return found


def test_a_large_file_is_never_read_at_once_and_its_blocks_are_small() -> None:
    pages = [statement(at, *(entry("1.00", one) for one in range(400))) for at in range(250)]
    data = message(*pages).data
    file = Counting(data)
    with Camt().read_stream(SourceStream("large.xml", file), {}) as read:
        heights = [len(block) for block in read.lines]

    assert len(data) > 16 * window.STRETCH
    assert file.largest <= window.STRETCH
    assert sum(heights) == 100_000
    assert max(heights) < 50_000


def test_nothing_is_left_on_disk_when_the_lines_are_not_wanted_after_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    source = message(statement(1, *KINDS))
    with Camt().read_stream(SourceStream("x.xml", io.BytesIO(source.data)), {}) as read:
        during = len(list(tmp_path.rglob("*.arrow")))
        next(read.lines)

    assert (during, list(tmp_path.iterdir())) == (1, [])


def test_blocks_are_kept_apart_on_disk_and_not_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "PIECE", 300)
    monkeypatch.setattr(reader, "BLOCK", 1)
    kept: list[int] = []
    real = stream._spooled

    def spooled(*given: Any) -> Any:
        found = real(*given)
        kept.append(len(found.reading.lines))
        return found

    monkeypatch.setattr(stream, "_spooled", spooled)
    source = message(statement(1, *[entry()] * 50))
    with Camt().read_stream(SourceStream("x.xml", io.BytesIO(source.data)), {}) as read:
        blocks = len(list(read.lines))

    assert (kept, blocks > 10) == ([0], True)


def test_a_file_that_becomes_shorter_is_told() -> None:
    data = message(statement(1, *[entry()] * 50)).data
    file = io.BytesIO(data)
    opened = window.Window(file, "x.xml")
    file.truncate(100)

    with pytest.raises(MalformedFile, match="became shorter"):
        opened[50:200]


@given(data=st.binary(max_size=60), mark=st.binary(min_size=1, max_size=3), bounds=st.data())
def test_a_window_answers_as_its_bytes_do(data: bytes, mark: bytes, bounds: st.DataObject) -> None:
    start = bounds.draw(st.integers(0, len(data)))
    stop = bounds.draw(st.integers(start, len(data)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window, "STRETCH", 7)
        opened = window.Window(io.BytesIO(data), "x")

        assert opened.find(mark, start, stop) == data.find(mark, start, stop)
        assert opened.rfind(mark, start, stop) == data.rfind(mark, start, stop)
        assert opened[start:stop] == data[start:stop]
        assert (opened.find(mark), opened.rfind(mark)) == (data.find(mark), data.rfind(mark))
        assert len(opened) == len(data)


def test_our_own_maker_of_documents_is_read_alike() -> None:
    check(document("one.xml", entry(), entry("2.00", 2), closing="3.00"))
