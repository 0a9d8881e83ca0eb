"""`recon plugins` and `recon doctor`, with a hostile distribution that is really installed on the path."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys

import pytest

from recon.cli import doctor
from recon.cli.doctor import Finding
from recon.plugins import Plugins
from recon_item_file.plugin import ItemFile
from recon_journal_csv.plugin import JournalCsv
from tests.cli.test_contract import ROOT
from tests.plugins.loader.installed import install, plugins_of
from tests.plugins.loader.ledgers import Connection, LedgerOf
from tests.run.quiet import WordFormat


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    install(tmp_path, "acme-sound", sound="sound")
    install(tmp_path, "acme-hostile", "6.6", evil="raises_at_import", exits="exits_at_import")
    plugins = plugins_of(tmp_path)
    monkeypatch.setattr(Plugins, "discover", classmethod(lambda cls: plugins))


@pytest.fixture
def sound(tmp_path, monkeypatch):
    install(tmp_path, "acme-sound", sound="sound")
    plugins = plugins_of(tmp_path)
    monkeypatch.setattr(Plugins, "discover", classmethod(lambda cls: plugins))


@pytest.mark.parametrize("verb", [["plugins"], ["plugins", "list"]])
def test_the_list_names_what_works_and_what_has_failed(cli, hostile, verb):
    result = cli(*verb, "--format", "csv")

    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert list(rows[0]) == ["name", "kind", "distribution", "version", "state", "error"]
    assert [(row["name"], row["kind"], row["version"], row["state"]) for row in rows] == [
        ("sound", "format", "1.0", "ok"),
        ("evil", "plugin", "6.6", "failed"),
        ("exits", "plugin", "6.6", "failed"),
    ]
    assert "RuntimeError: no licence found" in rows[1]["error"]
    assert result.exit_code == 0


def test_check_is_exit_1_when_a_plugin_has_failed_and_0_when_none_has(cli, hostile):
    result = cli("plugins", "check", "--format", "json")
    rows = {row["name"]: row["state"] for row in json.loads(result.stdout)}

    assert result.exit_code == 1
    assert rows == {"sound": "ok", "evil": "failed", "exits": "failed"}


def test_check_says_what_it_tried_and_what_it_left_out(cli, sound):
    result = cli("plugins", "check", "--format", "json")
    (row,) = json.loads(result.stdout)

    assert result.exit_code == 0
    assert (row["name"], row["state"], row["tried"]) == ("sound", "ok", "claims no file of others")
    assert "FormatConformance" in row["left_out"]
    assert "1 registrations, none failed" in result.stderr


class Careless(WordFormat):
    def sniff(self, head, file_name):
        return True


class WritesNothing:
    name = "silent"

    def render(self, view, out):
        pass


def test_check_tries_what_needs_no_credentials_and_names_the_rule_that_is_broken(cli, monkeypatch):
    remote = LedgerOf(Connection(), file_name=None, is_file=False)
    objects = [Careless("careless", b"X"), WritesNothing(), remote, JournalCsv()]
    plugins = Plugins.for_tests([*objects, ItemFile()])
    monkeypatch.setattr(Plugins, "discover", classmethod(lambda cls: plugins))
    result = cli("plugins", "check", "--format", "json")
    rows = {row["name"]: row for row in json.loads(result.stdout)}

    assert result.exit_code == 1
    assert {name: row["state"] for name, row in rows.items()} == {
        "careless": "failed",
        "silent": "failed",
        "books": "not tried",
        "journal-csv": "ok",
        "item-file": "not tried",
    }
    assert "claims a file that is no statement" in rows["careless"]["error"]
    assert "it writes below its own folder alone" in rows["silent"]["error"]
    assert "5 registrations, 2 failed; 2 could not be tried from here" in result.stderr


def test_check_tries_only_what_is_named_and_knows_who_is_not_there(cli, hostile):
    named = cli("plugins", "check", "sound", "--format", "json")

    assert [row["name"] for row in json.loads(named.stdout)] == ["sound"]
    assert named.exit_code == 0
    assert cli("plugins", "check", "nobody").exit_code == 2


def test_a_run_warns_of_a_plugin_that_is_not_used(cli, run, hostile, inputs):
    result = cli("match", *inputs, "--quiet")

    assert "warning: plugin 'evil' is not used\n  loading: RuntimeError" in result.stderr
    assert result.exit_code == 0


def test_a_hostile_distribution_on_the_path_is_found_and_the_rest_works(tmp_path):
    install(tmp_path, "acme-hostile", "6.6", aaa="exits_at_import", zzz="hook_typo")
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", "from recon.cli import main; main()", "plugins", "--format", "json"],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )

    states = {row["name"]: row["state"] for row in json.loads(done.stdout)}
    assert (states["aaa"], states["zzz"]) == ("failed", "failed")
    assert states["mt940"] == "ok"


# ---------------------------------------------------------------- doctor


def installed(monkeypatch, **versions):
    known = {name.replace("_", "-"): version for name, version in versions.items()}
    monkeypatch.setattr(doctor, "version_of", known.get)


def test_a_foreign_distribution_of_our_name_is_a_failure(monkeypatch):
    installed(monkeypatch, recon="0.4", recon_cli="2.0")

    assert [(f.check, f.state) for f in doctor.check_clashes()] == [
        ("foreign recon", "failed"),
        ("foreign recon-cli", "failed"),
    ]


def test_mt940_beside_mt_940_is_a_failure_and_each_alone_is_none(monkeypatch):
    installed(monkeypatch, mt940="0.6", mt_940="5.1")
    assert [f.check for f in doctor.check_clashes()] == ["foreign mt940"]
    installed(monkeypatch, mt_940="5.1")
    assert list(doctor.check_clashes()) == []
    installed(monkeypatch, mt940="0.6")
    assert list(doctor.check_clashes()) == []


def test_a_package_that_is_missing_is_a_failure(monkeypatch):
    installed(monkeypatch, cashrecon="0.1.0")
    missing = {finding.check: finding for finding in doctor.check_packages()}

    assert missing["polars"].state == "failed"
    assert "polars" in missing["polars"].detail
    assert {"rich", "rich-click", "ofxparse"} <= set(missing)


def test_code_of_another_version_than_the_distribution_is_a_failure(monkeypatch):
    installed(monkeypatch, cashrecon="0.0.1")

    assert Finding(
        "cashrecon", "failed", "the code is 0.1.0, the installed distribution is 0.0.1"
    ) in list(doctor.check_python())


def test_doctor_is_exit_0_when_nothing_has_failed(cli, sound):
    result = cli("doctor", "--format", "csv")

    rows = {row["check"]: row["state"] for row in csv.DictReader(result.stdout.splitlines())}
    assert result.exit_code == 0
    assert rows["polars"] == rows["plugins"] == rows["python"] == "ok"
    assert {"hledger", "bean-check"} <= set(rows)


def test_doctor_is_exit_1_when_a_plugin_has_failed(cli, hostile):
    result = cli("doctor")

    assert result.exit_code == 1
    assert "plugin evil (acme-hostile 6.6)" in result.stdout
