"""A workspace is begun by `recon init`, and looked after by `recon watch`."""

from __future__ import annotations

import shutil

import pytest

from recon.workspace import Settings, Workspace
from tests.architecture.project import ROOT

DEMO = ROOT / "fixtures" / "demo"


def test_the_file_that_init_writes_says_the_defaults(cli, tmp_path):
    made = cli("init", str(tmp_path / "treasury"))

    assert made.exit_code == 0
    assert Workspace.at(tmp_path / "treasury").settings == Settings()
    assert (tmp_path / "treasury" / "inbox").is_dir()


def test_a_workspace_is_not_made_twice(cli, tmp_path):
    cli("init", str(tmp_path))
    path = tmp_path / "recon.toml"
    path.write_text('store = "mine.db"\n', encoding="utf-8")
    again = cli("init", str(tmp_path))

    assert again.exit_code == 2
    assert path.read_text(encoding="utf-8") == 'store = "mine.db"\n'


@pytest.mark.parametrize("key", ["store", "inbox", "archive", "reports", "open_items", "policy"])
def test_a_key_that_names_nothing_is_a_wrong_setting_and_no_broken_store(cli, tmp_path, key: str):
    cli("init", str(tmp_path))
    (tmp_path / "recon.toml").write_text(f'{key} = " "\n', encoding="utf-8")
    refused = cli("run", "--workspace", str(tmp_path))

    assert refused.exit_code == 2
    assert f"`{key}` in recon.toml is empty" in refused.stderr


def test_a_folder_without_settings_is_no_workspace(cli, tmp_path):
    refused = cli("run", "--workspace", str(tmp_path))

    assert refused.exit_code == 2
    assert "recon init" in refused.stderr


def test_watch_runs_when_something_new_lies_in_the_inbox_and_goes_on_after_an_error(cli, tmp_path):
    cli("init", str(tmp_path))
    shutil.copy(DEMO / "statements" / "eur_2026-10-12.sta", tmp_path / "inbox")
    without_items = cli("watch", "--workspace", str(tmp_path), "--user", "anna", "--rounds", "1")
    shutil.copy(DEMO / "open_items.csv", tmp_path)
    watched = cli(
        "watch", "--workspace", str(tmp_path), "--user", "anna", "--rounds", "2", "--every", "1"
    )

    assert "open_items.csv" in without_items.stderr
    assert watched.exit_code == 0
    assert watched.stderr.count("line(s) decided") == 1
    assert (tmp_path / "reports" / "run-000001" / "report.html").is_file()
