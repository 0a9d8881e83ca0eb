"""`recon read`: one table of lines, on stdout or in a file."""

from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal

import polars as pl
import pytest

from recon.report.tables import READ_COLUMNS
from tests.report.view_builder import FORMULA


@pytest.fixture
def statement(tmp_path):
    path = tmp_path / "bank.sta"
    path.write_text("x", encoding="utf-8")
    return path


def test_csv_on_stdout_has_the_columns_of_lines_csv_without_fate_and_reason(cli, run, statement):
    result = cli("read", statement, "--format", "csv")

    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert tuple(rows[0]) == READ_COLUMNS
    assert result.exit_code == 0
    assert {row["amount"] for row in rows} > {"-12.50", "12000", "1234567.89"}
    assert [row["payer_name"] for row in rows if FORMULA in row["payer_name"]] == ["'" + FORMULA]


def test_json_has_typed_dates_and_counts_and_exact_amounts_as_text(cli, run, statement):
    rows = json.loads(cli("read", statement, "--format", "json").stdout)

    (yen,) = [row for row in rows if row["currency"] == "JPY"]
    assert (yen["amount"], yen["copies"], yen["payer_name"]) == ("12000", 2, "東京商事")
    assert dt.date.fromisoformat(yen["booking_date"])
    assert FORMULA in {row["payer_name"] for row in rows}


def test_a_file_gets_the_lines_in_the_format_of_its_ending(cli, run, statement, tmp_path):
    for ending in ("csv", "parquet", "json"):
        out = tmp_path / "new" / f"lines.{ending}"
        result = cli("read", statement, "--out", out)

        assert result.stdout == ""
        assert f"11 lines written to {out}" in result.stderr
    assert (tmp_path / "new" / "lines.csv").read_text(encoding="utf-8").count("\n") >= 12
    assert len(json.loads((tmp_path / "new" / "lines.json").read_text(encoding="utf-8"))) == 11
    lines = pl.read_parquet(tmp_path / "new" / "lines.parquet")
    assert lines.schema["booking_date"] == pl.Date
    assert lines.filter(bank_reference="B5")["amount"].to_list() == [Decimal("1234567.89")]
    assert lines.filter(bank_reference="B3")["amount"].to_list() == [Decimal(12000)]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "lines.csv",
        "lines.json",
        "lines.parquet",
    ]


def test_an_ending_that_says_nothing_is_refused_before_any_work(cli, run, statement, tmp_path):
    result = cli("read", statement, "--out", tmp_path / "lines.xls")

    assert result.exit_code == 2
    assert "error[configuration]\n  cannot tell how to write 'lines.xls'" in result.stderr
    assert run.asked == []


def test_a_file_that_cannot_be_written_is_said(cli, run, statement, tmp_path):
    (tmp_path / "taken").write_text("", encoding="utf-8")
    result = cli("read", statement, "--out", tmp_path / "taken" / "lines.csv")

    assert result.exit_code == 2
    assert "cannot write" in result.stderr


def test_rejects_and_quarantined_files_are_listed_and_the_rest_is_done(cli, run, statement):
    run.quarantined = run.rejects = True
    result = cli("read", statement, "--format", "csv")

    assert result.exit_code == 3
    assert "error[no-amount] bank.sta:48" in result.stderr
    assert "error[quarantined] broken" in result.stderr
    assert "note: bank.sta was read as cp1252" in result.stderr
    assert result.stdout.count("\n") >= 12


def test_quiet_drops_notes_and_keeps_errors(cli, run, statement):
    run.rejects = True
    result = cli("read", statement, "--quiet")

    assert result.exit_code == 3
    assert "note:" not in result.stderr
    assert "error[no-amount]" in result.stderr


def test_a_policy_with_an_unknown_key_is_exit_2_with_its_place(cli, run, statement, tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text("tolerence = 1\n", encoding="utf-8")
    result = cli("read", statement, "--policy", policy)

    assert result.exit_code == 2
    assert f"error[configuration] {policy}" in result.stderr
    assert "hint: `recon policy` prints every key" in result.stderr


def test_the_table_on_stdout_is_for_people(cli, run, statement):
    head = cli("read", statement).stdout.splitlines()[0].split()

    assert head == list(READ_COLUMNS)
