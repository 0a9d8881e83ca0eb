"""A hostile plugin in a real run: its file is quarantined under its name, and all other files are read."""

from __future__ import annotations

import csv

import polars as pl
import pytest

from recon.plugins import Plugins
from tests.plugins.loader import frames
from tests.plugins.loader.hostile.sound import SoundFormat


class Evil(SoundFormat):
    """Claims files that begin with EVIL, and answers as it is told."""

    def __init__(self, answer, claim=b"EVIL"):
        super().__init__("evil")
        self.answer, self.claim = answer, claim

    def sniff(self, head, file_name):
        return head.startswith(self.claim)

    def read(self, source, options):
        return self.answer()


@pytest.fixture
def files(tmp_path):
    for name in ("sound", "evil"):
        (tmp_path / f"{name}.sta").write_text(name.upper(), encoding="utf-8")
    return tmp_path


def leaves():
    raise SystemExit(0)


def shouts():
    raise RuntimeError("no \x1b[2J licence")


def floats():
    wrong = frames.read_lines(1, 2).with_columns(amount=pl.lit(100.0))
    return frames.parsed(lines=wrong)


ANSWERS = [
    (leaves, "read of evil: SystemExit: 0"),
    (shouts, r"RuntimeError: no \x1b[2J licence"),
    (floats, "'amount', got: Float64"),
    (lambda: None, "it gave None, not ParsedStatements"),
    (
        lambda: frames.parsed(statements=frames.read_statements(99)),
        "99 records counted, but 2 lines",
    ),
    (lambda: frames.parsed(lines=frames.read_lines(1, 2).drop("currency")), "missing columns"),
]


@pytest.mark.parametrize(("answer", "cause"), ANSWERS, ids=[cause for _, cause in ANSWERS])
def test_its_file_is_quarantined_under_its_name_and_the_others_are_read(
    cli, files, monkeypatch, answer, cause
):
    plugins = Plugins.for_tests([SoundFormat(), Evil(answer)])
    monkeypatch.setattr(Plugins, "discover", classmethod(lambda cls: plugins))
    result = cli("read", files, "--format", "csv")

    assert result.exit_code == 3
    assert f"error[plugin-failed] {files.name}/evil.sta" in result.stderr
    assert cause in result.stderr
    read = list(csv.DictReader(result.stdout.splitlines()))
    assert {row["file"] for row in read} == {f"{files.name}/sound.sta"}


def test_a_file_that_it_claims_from_another_is_read_by_neither_and_both_are_named(
    cli, files, monkeypatch
):
    plugins = Plugins.for_tests([SoundFormat(), Evil(frames.parsed, claim=b"SOUND")])
    monkeypatch.setattr(Plugins, "discover", classmethod(lambda cls: plugins))
    result = cli("read", files / "sound.sta", "--format", "csv")

    assert result.exit_code == 3
    assert "error[contested-file]" in result.stderr
    assert "evil and sound" in result.stderr
    assert result.stdout.count("\n") == 1
