"""`recon formats sniff`, `recon show` and `recon init --from`: what the program says of a file and of one line."""

from __future__ import annotations

import csv
import gzip
import json

import pytest

from recon.plugins import Plugins
from tests.docs.calling import ROOT
from tests.run.quiet import WordFormat

DEMO = ROOT / "fixtures" / "demo" / "statements"
OFX = DEMO / "usd_october.ofx"


class Talking(WordFormat):
    """A format that says why, and proposes options."""

    def explain(self, head, file_name):
        return f"the first word is {head.split()[0].decode()}"

    def draft(self, source):
        return '[formats.toy]\ncurrency = "EUR"\n'


@pytest.fixture
def formats(monkeypatch, tmp_path):
    plugins = Plugins.for_tests([Talking("toy", b"TOY"), WordFormat("mute", b"MUTE")])
    monkeypatch.setattr(Plugins, "discover", classmethod(lambda cls: plugins))
    (tmp_path / "toy.txt").write_bytes(b"TOY 100 -250")
    (tmp_path / "other.txt").write_bytes(b"OTHER")
    (tmp_path / "toy.txt.gz").write_bytes(gzip.compress(b"TOY 7", mtime=0))
    return tmp_path


def test_every_format_says_whether_and_why(cli, formats):
    result = cli("formats", "sniff", formats / "toy.txt", "--format", "csv")

    rows = [row[1:] for row in csv.reader(result.stdout.splitlines())]
    assert rows == [
        ["format", "claims", "because"],
        ["mute", "no", ""],
        ["toy", "yes", "the first word is TOY"],
    ]
    assert result.exit_code == 0


def test_a_file_that_no_format_claims_is_exit_1(cli, formats):
    result = cli("formats", "sniff", formats / "other.txt")

    assert result.exit_code == 1
    assert "no formats claim it" in result.stderr


def test_the_files_inside_an_archive_are_asked_about(cli, formats):
    rows = json.loads(cli("formats", "sniff", formats / "toy.txt.gz", "--format", "json").stdout)

    assert {row["file"].rpartition("/")[2] for row in rows if row["claims"] == "yes"} == {"toy.txt"}


def test_a_proposal_goes_to_stdout_and_what_it_would_read_to_stderr(cli, formats):
    result = cli("init", "--from", formats / "toy.txt")

    assert result.stdout == '[formats.toy]\ncurrency = "EUR"\n'
    assert "it would read 2 lines and reject 0" in result.stderr
    assert "-2.50" in result.stderr


def test_a_format_that_proposes_nothing_is_passed_over(cli, formats):
    result = cli("init", "--from", formats / "other.txt")

    assert result.exit_code == 0
    assert "[formats.toy]" in result.stdout
    assert "is not read yet" in result.stderr or "it would read" in result.stderr


@pytest.fixture
def shown(cli):
    """Give the id of the first line of a statement."""
    rows = json.loads(cli("read", OFX, "--format", "json").stdout)
    return min(rows, key=lambda row: row["record"])["line_id"]


def test_a_line_is_shown_with_its_place_and_its_raw_record(cli, shown):
    rows = dict(
        row for row in csv.reader(cli("show", shown, OFX, "--format", "csv").stdout.splitlines())
    )
    raw = cli("show", shown[:8], OFX, "--raw").stdout_bytes

    assert rows["line_id"] == shown
    assert rows["amount"] == "3240.00"
    offset, length = int(rows["byte_offset"]), int(rows["byte_length"])
    assert raw == OFX.read_bytes()[offset : offset + length]
    assert raw.startswith(b"<STMTTRN>")
    assert rows["raw"] == raw.decode()


@pytest.mark.parametrize(("line", "count"), [("Lzzz", "no"), ("L", "[0-9]+")])
def test_a_line_that_is_not_there_or_not_one_is_named(cli, line, count):
    result = cli("show", line, OFX)

    assert result.exit_code == 2
    assert "lines of these statements begin with" in result.stderr
