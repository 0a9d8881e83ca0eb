"""Two readers: our grammar, and the library mt-940 for what that refuses; where both read, they agree or we say why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from recon.api import (
    ChildFailed,
    MalformedFile,
    ParsedStatements,
    ReadLines,
    SourceFile,
    exponents,
)
from recon_mt940.plugin import Mt940
from recon_mt940.tolerant_child import read_statements
from tests.corpus_index import Case, cases

HEAD = ":20:X\n:25:1\n:28C:1/1\n:60F:C260101EUR100,00\n"
STRICT = ":61:2601020102C10,00NTRFREF1//B1"
# The library reads a type in small letters; our grammar does not.
LOOSE = ":61:2601020102C5,00ntrfREF2//B2"

CASES = [*cases("mt940/"), *cases("mt942/")]
# Where the library is wrong in silence or refuses what is right, by the entry's own text, and why.
POINT = "a decimal point ends its amount"
LONG_REFERENCE = "it refuses references of more than sixteen letters"


def read(*fields: str, closing: str = "115,00") -> ParsedStatements:
    text = HEAD + "\n".join([*fields, f":62F:C260131EUR{closing}", "-", ""])
    return Mt940().read(SourceFile("two.sta", text.encode()), {})


def test_the_library_speaks_for_a_statement_that_its_balances_prove() -> None:
    parsed = read(STRICT, ":86:one", LOOSE, ":86:two")

    assert parsed.statements["reader"].to_list() == ["mt-940"]
    assert parsed.rejects.is_empty()
    assert parsed.lines["amount"].to_list() == [1000, 500]
    assert parsed.lines["bank_reference"].to_list() == ["B1", "B2"]
    assert parsed.lines["remittance"].to_list() == ["one", "two"]
    [finding] = parsed.findings
    assert "library mt-940" in finding


def test_the_other_statements_of_a_file_are_read_by_our_grammar() -> None:
    other = HEAD + STRICT + "\n:62F:C260131EUR110,00\n-\n"
    text = other + HEAD + LOOSE + "\n:62F:C260131EUR105,00\n-\n" + other
    parsed = Mt940().read(SourceFile("three.sta", text.encode()), {})

    assert parsed.statements["reader"].to_list() == [None, "mt-940", None]
    assert parsed.lines["amount"].to_list() == [1000, 500, 1000]


@pytest.mark.parametrize(
    ("fields", "closing", "because"),
    [
        ((STRICT, LOOSE), "115,01", "the balances do not prove it"),
        ((":61:2601020102C1.000,00NTRFX",), "1100,00", "it reads 1 for 1.000,00"),
        ((":61:260230C5,00ntrfX",), "105,00", "it makes the 28th of 30 February"),
        ((":61:2601020102CEUR5,00NTRFX",), "105,00", "it refuses it too"),
        ((":61:2602300228C10,00NTRFX", LOOSE), "115,00", "it reads another value date than we"),
    ],
)
def test_a_reading_that_is_not_proven_is_not_taken(
    fields: tuple[str, ...], closing: str, because: str
) -> None:
    parsed = read(*fields, closing=closing)

    assert parsed.statements["reader"].to_list() == [None], because
    assert len(parsed.rejects) == 1
    assert len(parsed.lines) == len(fields) - 1


def test_a_library_that_fails_leaves_the_rejects_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(function: str, payload: object) -> Any:
        raise ChildFailed(f"{function} took too long", reason="cpu")

    monkeypatch.setattr("recon_mt940.tolerant.call_in_child", fail)
    parsed = read(STRICT, LOOSE)

    assert parsed.rejects["code"].to_list() == ["entry-grammar"]


def raw_entry(source: SourceFile, line: dict[str, Any]) -> str:
    """Give the text of the entry from the raw record that the line points at."""
    start, length = line["byte_offset"], line["byte_length"]
    raw = source.data[start : start + length].decode("cp1252", "replace").replace("\r\n", "\n")
    assert raw.startswith(":61:")
    return raw.removeprefix(":61:").partition("\n:")[0].removesuffix("\n")


def disagreements(source: SourceFile, parsed: ParsedStatements) -> list[tuple[str, str]]:
    """List entries that the library reads otherwise than we, or refuses."""
    found = []
    for statement in parsed.statements.iter_rows(named=True):
        own = parsed.lines.filter(statement_index=statement["statement_index"])
        lines = own.filter(own["byte_offset"].is_not_null()).to_dicts()
        texts = [raw_entry(source, line) for line in lines]
        currency = statement["currency"]
        [readings] = read_statements([{"currency": currency, "entries": texts}])
        for line, text, reading in zip(lines, texts, readings, strict=True):
            amount = Decimal(line["amount"]).scaleb(-exponents()[currency])
            days = (str(line["value_date"]), str(line["booking_date"]))
            if reading is None:
                found.append((text, "refused"))
            elif (Decimal(reading["amount"]), reading["value_date"], reading["booking_date"]) != (
                amount,
                *days,
            ):
                found.append((text, "read otherwise"))
    return found


def cause(text: str) -> str | None:
    """Name the known weakness of the library that an entry meets."""
    first = text.split("\n", maxsplit=1)[0]
    if "." in first[:30]:
        return POINT
    return LONG_REFERENCE if len(first.partition("N")[2]) > 20 else None


@pytest.mark.skipif(not CASES, reason="the corpus of real files is not present")
def test_both_readers_agree_on_real_files_but_for_named_causes() -> None:
    named = set()
    unnamed = []
    for case in CASES:
        source = SourceFile(case.path.name, case.path.read_bytes())
        for text, what in _of_case(case, source):
            named.add(cause(text))
            if cause(text) is None:
                unnamed.append((case.name, what, text))

    assert unnamed == []
    assert named == {POINT, LONG_REFERENCE}


def _of_case(case: Case, source: SourceFile) -> list[tuple[str, str]]:
    try:
        parsed = Mt940().read(source, {"account": "1", "currency": "EUR"})
    except MalformedFile:  # the corpus test says which
        return []
    return disagreements(source, parsed)


def test_the_raw_record_of_each_line_is_read_back_to_the_same_line() -> None:
    text = HEAD + f"{STRICT}\r\n:86:M\u00fcller\r\n & Co\r\n{LOOSE.upper()}\r\n-\r\n"
    source = SourceFile("raw.sta", text.encode("cp1252"))
    parsed = Mt940().read(source, {})
    raw = [
        source.data[line["byte_offset"] : line["byte_offset"] + line["byte_length"]]
        for line in parsed.lines.iter_rows(named=True)
    ]

    assert raw[0] == (STRICT + "\r\n:86:M\u00fcller\r\n & Co\r\n").encode("cp1252")
    assert raw[1] == (LOOSE.upper() + "\r\n").encode("cp1252")
    for line, record in zip(parsed.lines.to_dicts(), raw, strict=True):
        again = Mt940().read(SourceFile("one.sta", HEAD.encode() + record + b"-\n"), {})
        places = {"record", "line_number", "byte_offset", "byte_length"}
        same = [name for name in ReadLines.column_names() if name not in places]
        assert [again.lines[name][0] for name in same] == [line[name] for name in same]
