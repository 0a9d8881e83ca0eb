"""The real flow behind the command line, once: no stand-in, the shipped data."""

from __future__ import annotations

import csv
import json

import pytest

from recon.cli.demo import demo_folder
from recon.errors import ConfigurationError

try:
    DEMO = demo_folder()
except ConfigurationError:
    DEMO = None

pytestmark = pytest.mark.skipif(DEMO is None, reason="the demo data is not in this checkout")
FILES = {
    "lines.csv",
    "allocations.csv",
    "unmatched.csv",
    "entries.csv",
    "report.html",
    "report.xlsx",
    "run.json",
}


def test_the_demo_writes_every_file_and_its_totals_tie(cli, tmp_path):
    result = cli("demo", "--out", tmp_path, "--format", "json")

    told = json.loads(result.stdout)
    assert result.exit_code == 0, result.stderr
    assert {path.name for path in tmp_path.iterdir()} >= FILES
    for totals in told["totals"].values():
        placed = sum(part["count"] for part in totals["received_is"].values())
        assert totals["received"]["count"] == placed > 0


def test_a_match_with_a_ledger_leaves_the_ledgers_file_and_bad_files_are_exit_3(cli, tmp_path):
    broken = tmp_path / "broken.sta"
    broken.write_text("nothing that a bank would send", encoding="utf-8")
    result = cli(
        "match", DEMO / "statements", broken, "--open-items", DEMO / "open_items.csv",
        "--ledger", "journal-csv", "--out", tmp_path / "out",
    )  # fmt: skip

    assert result.exit_code == 3, result.stderr
    assert f"error[unknown-format] {broken.parent.name}/{broken.name}" in result.stderr
    assert (tmp_path / "out" / "journal.csv").is_file()


def test_read_gives_the_lines_that_match_gives(cli, tmp_path):
    cli("match", DEMO / "statements", "--open-items", DEMO / "open_items.csv", "--out", tmp_path)
    read = cli("read", DEMO / "statements", "--format", "csv").stdout
    with (tmp_path / "lines.csv").open(encoding="utf-8", newline="") as file:
        matched = [
            {k: v for k, v in row.items() if k not in {"fate", "reason"}}
            for row in csv.DictReader(file)
        ]

    assert list(csv.DictReader(read.splitlines())) == matched
