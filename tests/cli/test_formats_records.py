"""`recon formats records`: every record of one file, block by block, and nothing that asks for all of them."""

from __future__ import annotations

import gzip

import polars as pl
import pytest

from recon_camt import reader
from tests.docs.calling import ROOT
from tests.formats.camt.test_camt_together import document, entry

DEMO = ROOT / "fixtures" / "demo" / "statements"


@pytest.fixture
def camt(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "PIECE", 600)
    monkeypatch.setattr(reader, "BLOCK", 1)
    path = tmp_path / "year.xml"
    path.write_bytes(document("x", *(entry(f"{at}.50", at) for at in range(1, 40))).data)
    return path


def test_all_records_of_a_file_read_in_pieces_are_written_in_their_order(cli, camt, tmp_path):
    out = tmp_path / "year.csv"
    result = cli("formats", "records", camt, "--out", out)
    table = pl.read_csv(out, infer_schema=False)

    assert result.exit_code == 0
    assert "39 records read by camt" in result.stderr
    assert table["record"].to_list() == [str(at) for at in range(1, 40)]
    assert table["amount"].to_list() == [f"{at}.50" for at in range(1, 40)]
    assert table["account"].n_unique() == 1
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["year.csv", "year.xml"]


def test_a_format_that_reads_no_pieces_writes_the_same_columns(cli, camt, tmp_path):
    tables = []
    for number, file in enumerate((camt, DEMO / "usd_october.ofx")):
        out = tmp_path / f"{number}.csv"
        assert cli("formats", "records", file, "--out", out, "--quiet").exit_code == 0
        tables.append(pl.read_csv(out, infer_schema=False))

    assert tables[0].columns == tables[1].columns
    assert tables[1].height > 0


def test_a_record_that_cannot_be_read_is_named_and_the_others_are_written(cli, tmp_path):
    path, out = tmp_path / "year.xml", tmp_path / "year.csv"
    entries = (entry(), entry().replace("1.00", "1,x"), entry())
    path.write_bytes(document("x", *entries).data)
    result = cli("formats", "records", path, "--out", out)

    assert result.exit_code == 3
    assert "year.xml" in result.stderr
    assert pl.read_csv(out, infer_schema=False)["record"].to_list() == ["1", "3"]


def test_a_file_that_is_refused_leaves_what_was_written_before_as_it_was(cli, camt, tmp_path):
    out = tmp_path / "year.csv"
    out.write_text("before")
    camt.write_bytes(camt.read_bytes()[:-40])

    assert cli("formats", "records", camt, "--out", out).exit_code == 3
    assert out.read_text() == "before"


def test_an_archive_is_to_be_unpacked_first(cli, camt, tmp_path):
    packed = tmp_path / "year.xml.gz"
    packed.write_bytes(gzip.compress(camt.read_bytes(), mtime=0))
    result = cli("formats", "records", packed, "--out", tmp_path / "year.csv")

    assert result.exit_code == 3
    assert "unpack it first" in result.stderr
