"""`recon explain`: the same ledger as table, csv and json."""

from __future__ import annotations

import csv
import json
from decimal import Decimal

import pytest


@pytest.fixture
def out(cli, tmp_path):
    cli("demo", "--out", tmp_path, "--quiet")
    return tmp_path


def line_with(out, reason):
    with (out / "lines.csv").open(encoding="utf-8", newline="") as file:
        return min(row["line_id"] for row in csv.DictReader(file) if row["reason"] == reason)


def test_the_table_says_what_refused_each_explanation_and_what_would_have_to_change(cli, out):
    line = line_with(out, "ambiguous")
    said = cli("explain", line, "--run", out).stdout

    assert said.startswith(f"{line}  ")
    assert "\nsuggested: ambiguous\n" in said
    assert "\n1. " in said
    assert "\n2. " in said
    assert "refused by: ambiguous" in said
    assert "applied only if:\n  - the best rival is 6 bits behind" in said


def test_csv_has_a_row_a_piece_and_json_the_whole(cli, out):
    line = line_with(out, "ambiguous")
    rows = list(
        csv.DictReader(
            cli("explain", line[:9], "--run", out, "--format", "csv").stdout.splitlines()
        )
    )
    told = json.loads(cli("explain", line, "--run", out, "--format", "json").stdout)

    assert told["line"]["line_id"] == line
    for explanation in told["explanations"]:
        mine = [row for row in rows if row["place"] == explanation["facts"]["place"]]
        bits = {row["part"]: Decimal(row["bits"]) for row in mine}
        assert [row["part"] for row in mine] == [piece["part"] for piece in explanation["ledger"]]
        assert sum(bits.values()) == 2 * bits["total"]


def test_an_unknown_line_is_a_usage_error(cli, out):
    result = cli("explain", "Lnone", "--run", out)

    assert result.exit_code == 2
    assert "no lines of this run begin with 'Lnone'" in result.stderr


def test_a_line_that_was_set_aside_says_so(cli, out):
    said = cli("explain", line_with(out, "own_transfer"), "--run", out).stdout

    assert "not_receivable: own transfer" in said
    assert "none was looked for" in said
