"""Our own fixtures, one a dialect, are read as the JSON beside each says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recon.api import SourceFile
from recon_ofx.plugin import Ofx
from tests.corpus_index import ROOT
from tests.statement_golden import check_golden

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "fixtures" / "statements" / "ofx"
FIXTURES = sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.name)
def test_a_fixture_is_read_as_its_golden_file_says(fixture: Path) -> None:
    check_golden(Ofx(), fixture)


def test_every_golden_file_has_its_fixture() -> None:
    orphans = {path.name for path in FOLDER.glob("*.json")} - {f"{p.name}.json" for p in FIXTURES}

    assert FIXTURES
    assert not orphans


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.name)
def test_the_raw_record_of_every_line_stands_where_the_line_says(fixture: Path) -> None:
    data = fixture.read_bytes()
    lines = Ofx().read(SourceFile(fixture.name, data), {}).lines
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))

    for offset, length in lines.select("byte_offset", "byte_length").iter_rows():
        if is_wide:
            assert (offset, length) == (None, None)
            continue
        raw = data[offset : offset + length].lower()
        assert raw.startswith(b"<stmttrn")
        assert raw.count(b"<stmttrn") == 1


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.name)
def test_every_fixture_is_claimed_and_the_reason_told(fixture: Path) -> None:
    head = fixture.read_bytes()

    assert Ofx().sniff(head, fixture.name)
    assert Ofx().explain(head, fixture.name).startswith("claimed: ")


def test_what_is_no_ofx_is_not_claimed_and_the_reason_told() -> None:
    assert "no <OFX> tag" in Ofx().explain(b"date,amount\n", "a.csv")
    assert "something else" in Ofx().explain(b"Dear <b>reader</b> <OFX> is a format", "a.txt")
