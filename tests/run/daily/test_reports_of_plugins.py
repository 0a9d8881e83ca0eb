"""Reports of plugins are files of the run: archived, published, in the pack; one that fails is named, and the run stays."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from recon.cli import main
from recon.errors import ReconError
from recon.plugins import Plugins
from recon.run.audit.pack import export_pack
from recon.run.audit.replay import replay
from recon.run.daily.desk import open_desk
from recon.run.daily.own_plugins import plugins_of
from recon.store.reading import fetch
from recon.store.tables import EVENTS
from recon.workspace import Workspace
from tests.faults.bank import SETTINGS, Bank, make_workspace, put
from tests.faults.looking import opened
from tests.run.quiet import Quiet
from tests.store.whole import Clock, run_day

CODE = """
from dataclasses import dataclass
from recon.api import hookimpl

@dataclass
class Count:
    name: str

    def render(self, view, out):
        (out / "count.txt").write_text(str(view.lines.height))
        (out / "more").mkdir()
        (out / "more" / "fates.csv").write_text("\\n".join(view.decisions["fate"]))
        self.go_on(out)

    def go_on(self, out):
        pass

class Torn(Count):
    def go_on(self, out):
        raise OSError(f"no room in {out}")

class Nameless(Count):
    def go_on(self, out):
        (out / "two words.txt").write_text("")

class Leading(Count):
    def go_on(self, out):
        (out / "passwords").symlink_to("/etc/passwd")

@hookimpl
def recon_register_reports():
    return [Count("count"), %s]
"""
FAILING = 'Torn("torn"), Nameless("nameless"), Leading("leading")'


@pytest.fixture
def workspace(tmp_path):
    folder = make_workspace(tmp_path / "w", settings=f"{SETTINGS}[plugins]\nreconfile = true\n")
    folder.chmod(0o755)
    bank = Bank(7)
    put(folder / "inbox", *bank.next_day())
    put(folder, "open_items.csv", bank.items)
    sys.modules.pop("reconfile", None)
    yield folder
    sys.modules.pop("reconfile", None)


def with_reports(folder, more=""):
    path = folder / "reconfile.py"
    path.write_text(CODE % more, "utf-8")
    path.chmod(0o644)
    return plugins_of(Workspace.at(folder))


def last_run(folder):
    with opened(folder) as connection:
        return json.loads(fetch(connection, EVENTS)["payload"][-1])


def test_a_report_that_fails_is_named_in_the_record_and_the_run_stays(workspace):
    result = run_day(workspace, plugins=with_reports(workspace, FAILING))
    facts = last_run(workspace)
    outputs = [name for name in facts["outputs"] if "/" in name]

    assert result.failed_reports.keys() == {"torn", "nameless", "leading"}
    assert all(isinstance(one, ReconError) for one in result.failed_reports.values())
    assert facts["failed_reports"] == {
        name: one.message for name, one in result.failed_reports.items()
    }
    assert "no room in torn" in facts["failed_reports"]["torn"]
    assert "two words.txt" in facts["failed_reports"]["nameless"]
    assert outputs == ["count/count.txt", "count/more/fates.csv"]
    assert (result.folder / "count" / "count.txt").read_text() == str(
        result.outcome.view.lines.height
    )
    assert sorted(path.name for path in result.folder.iterdir() if path.is_dir()) == ["count"]


@pytest.mark.nightly
def test_the_command_names_what_failed_and_leaves_with_1_once_the_day_is_recorded(workspace):
    with_reports(workspace, FAILING)
    words = ["run", "--workspace", str(workspace), "--user", "anna", "--format", "json"]
    left = CliRunner().invoke(main, words)

    assert left.exit_code == 1
    assert json.loads(left.stdout)["failed_reports"].keys() == {"torn", "nameless", "leading"}
    assert "warning: the report torn failed; the run stays" in left.stderr
    assert "warning: 3 reports failed" in left.stderr


@pytest.mark.nightly
def test_a_run_without_plugins_of_its_own_says_nothing_of_reports(workspace):
    run_day(workspace)

    assert "failed_reports" not in last_run(workspace)


@pytest.mark.nightly
def test_a_pack_holds_the_reports_of_plugins_and_replays_them_by_the_same_plugins(workspace):
    plugins = with_reports(workspace, FAILING)
    run_day(workspace, plugins=plugins)
    with open_desk(workspace, "anna", Clock()) as desk:
        pack = export_pack(desk, workspace / "pack").out
    same = replay(pack, plugins, Quiet())
    without = replay(pack, Plugins.discover(), Quiet())

    assert same.findings == ()
    assert (pack / "outputs" / "count" / "count.txt").is_file()
    assert "outputs/count/count.txt is not made again" in without.findings
    assert "the report torn failed then, and not now" in without.findings
