"""`recon eval`: figures on stdout, from the files that `recon match` wrote."""

from __future__ import annotations

import csv
import json

import pytest

from recon.config import Policy
from recon.report.exports import export_files
from recon.run.proof import with_proven_floor
from tests.report.view_builder import sample


@pytest.fixture
def folder(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    for name, data in export_files(sample().view()).items():
        (out / name).write_bytes(data)
    return out


@pytest.fixture
def truth(tmp_path):
    path = tmp_path / "truth.csv"
    rows = [
        "bank_reference,item_number,allocated_amount,scenario",
        "B1,RE-1001,119.00,quoted",
        "B1,RE-1002,50.00,quoted",
        "B1,GS-7,-10.00,quoted",
        "B3,WRONG-1,12000,wrong",
        "B4,RE-1009,80.00,suggested",
        "LOST,RE-9,1.00,lost",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_the_figures_have_hits_bounds_and_the_wrong_lines_with_their_evidence(cli, folder, truth):
    told = json.loads(cli("eval", "--truth", truth, "--run", folder, "--format", "json").stdout)

    precision = told["figures"][0]
    assert (precision["measure"], precision["hits"], precision["of"]) == (
        "applied lines that are right",
        1,
        2,
    )
    low, high = (float(precision[name].rstrip(" %")) for name in ("low_95", "high_95"))
    assert low < 50 < high
    assert (told["lines"], told["lost"]) == (4, 1)
    (wrong,) = told["wrong_lines"]
    assert "WRONG-1" in str(wrong)
    assert "17.2 bits" in str(wrong)


def test_the_table_shows_every_part(cli, folder, truth):
    result = cli("eval", "--truth", truth, "--run", folder)

    assert result.exit_code == 0
    assert "applied lines that are right" in result.stdout
    assert "4 lines of the truth, 1 of them not in the run" in result.stdout
    assert "wrong lines: 1" in result.stdout
    assert "broken lines: none" in result.stdout
    assert "items unchecked, as no open items were given" in result.stdout


def test_open_items_are_read_as_a_run_reads_them_and_checked(cli, folder, truth, tmp_path):
    policy = tmp_path / "policy.toml"
    policy.write_text('[item_columns]\nopen_amount = "Rest"\n', encoding="utf-8")
    items = tmp_path / "open.csv"
    items.write_text("item_id,number,currency,Rest\nX,RE-1001,EUR,119.00\n", encoding="utf-8")

    result = cli(
        "eval", "--truth", truth, "--run", folder, "--open-items", items, "--policy", policy
    )

    assert result.exit_code == 0
    assert "items are settled beyond what was open" in result.stdout
    assert "broken items: " in result.stdout


def test_a_page_with_the_reliability_plot_is_written(cli, folder, truth, tmp_path):
    page = tmp_path / "new" / "quality.html"
    result = cli("eval", "--truth", truth, "--run", folder, "--out", page)

    assert result.exit_code == 0
    assert f"written to {page}" in result.stderr
    text = page.read_text(encoding="utf-8")
    assert text.count('<svg class="reliability"') == 2
    assert "WRONG-1" in text


def test_how_far_stated_confidence_was_right_is_written_for_the_history(
    cli, folder, truth, tmp_path
):
    table = tmp_path / "history" / "calibration.csv"
    result = cli("eval", "--truth", truth, "--run", folder, "--calibration", table)

    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert "written to" in result.stderr
    assert {row["world"] for row in rows} == {"own"}
    assert rows[0]["least_confidence"] == "0.99"
    # One of the two applied lines is wrong; both are stated at 0.999987, short of the last row.
    assert {(row["lines"], row["wrong"]) for row in rows[:-1]} == {("2", "1")}
    # Two lines prove nothing: with this history everything is suggested.
    assert with_proven_floor(Policy(), table.read_bytes()).decide.min_confidence == 1


def test_csv_is_the_figures_alone(cli, folder, truth):
    rows = list(
        csv.DictReader(
            cli("eval", "--truth", truth, "--run", folder, "--format", "csv").stdout.splitlines()
        )
    )

    assert [row["measure"] for row in rows][:2] == [
        "applied lines that are right",
        "decidable receipts applied rightly",
    ]


def test_a_folder_without_a_run_is_exit_2_with_a_hint(cli, tmp_path, truth):
    result = cli("eval", "--truth", truth, "--run", tmp_path)

    assert result.exit_code == 2
    assert f"there is no lines.csv in {tmp_path}" in result.stderr
    assert "hint: --run names the folder that `recon match` wrote" in result.stderr


def test_a_truth_without_its_columns_is_exit_2(cli, folder, tmp_path):
    wrong = tmp_path / "truth.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    result = cli("eval", "--truth", wrong, "--run", folder)

    assert result.exit_code == 2
    assert "the column item_number is missing" in result.stderr
    wrong.write_bytes(b"\xff\xfe\x00")
    assert cli("eval", "--truth", wrong, "--run", folder).exit_code == 2
