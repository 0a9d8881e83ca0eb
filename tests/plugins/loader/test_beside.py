"""`reconfile.py` beside recon.toml: a plugin without packaging, off unless configured, and never if others may write it."""

from __future__ import annotations

import json
import os
import sys

import pytest
from click.testing import CliRunner

from recon.cli import main
from recon.cli.workspace import plugins_of
from recon.errors import ConfigurationError
from recon.plugins import Plugins
from recon.workspace import Settings, Workspace

CODE = """
from dataclasses import dataclass
from recon.api import hookimpl

@dataclass
class Count:
    name: str = "count"

    def render(self, view, out):
        (out / "count.txt").write_text(str(view.lines.height))

@hookimpl
def recon_register_reports():
    return [Count()]
"""
ON = "[plugins]\nreconfile = true\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("recon.plugins.calls.distributions", list)
    monkeypatch.delitem(sys.modules, "reconfile", raising=False)
    tmp_path.chmod(0o755)
    (tmp_path / "recon.toml").write_text(ON, "utf-8")
    write(tmp_path, CODE)
    yield tmp_path
    sys.modules.pop("reconfile", None)


def write(folder, code, mode=0o644):
    path = folder / "reconfile.py"
    path.write_text(code, "utf-8")
    path.chmod(mode)
    return path


def load(folder):
    return plugins_of(Workspace.at(folder))


def test_it_is_off_unless_the_settings_say_so(folder):
    (folder / "recon.toml").write_text("", "utf-8")
    write(folder, "raise RuntimeError('run all the same')")

    assert Settings().plugins.reconfile is False
    assert load(folder).registered == ()


def test_what_it_registers_is_used_with_its_hash_as_its_version(folder):
    first = load(folder)
    write(folder, CODE + "# changed\n")
    second = load(folder)

    assert first.names("report") == ("count",)
    owners = [one.owner("report", "count") for one in (first, second)]
    assert {owner.distribution for owner in owners} == {"reconfile.py"}
    assert len({owner.version for owner in owners}) == 2
    assert all(len(owner.version) == 16 for owner in owners)


def test_the_list_of_plugins_shows_it_and_what_waits_for_ledgers(folder):
    # A pool's folder has no user of its own.
    result = CliRunner(env={"LOGNAME": "anna"}).invoke(
        main, ["plugins", "--workspace", str(folder), "--format", "json"]
    )
    (row,) = json.loads(result.stdout)

    assert (row["name"], row["kind"], row["distribution"]) == ("count", "report", "reconfile.py")
    assert (row["state"], row["waiting"]) == ("ok", None)


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666, 0o777])
def test_a_file_that_others_may_write_is_never_run(folder, mode):
    write(folder, "raise RuntimeError('it was run')", mode)

    with pytest.raises(ConfigurationError, match=r"others than its owner may write reconfile.py"):
        load(folder)


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
@pytest.mark.parametrize(("mode", "is_run"), [(0o775, False), (0o757, False), (0o1777, True)])
def test_a_folder_in_which_others_may_put_another_file_is_as_bad(folder, mode, is_run):
    folder.chmod(mode)
    if is_run:
        assert load(folder).names("report") == ("count",)
        return
    with pytest.raises(ConfigurationError, match="may write its folder") as caught:
        load(folder)
    assert "chmod go-w" in caught.value.hint


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
        ("import no_such_module", "ModuleNotFoundError"),
        ("x = (", "SyntaxError"),
        ("x = 1", "no function that is marked with @hookimpl"),
        (CODE.replace("return [Count()]", "return Count()"), "not a list of objects"),
        (CODE.replace('"count"', '"Count me"'), "is not made of a-z"),
    ],
)
def test_a_file_that_fails_stops_the_verb_for_without_it_the_run_might_decide_otherwise(
    folder, code, said
):
    write(folder, code)
    with pytest.raises(ConfigurationError) as caught:
        load(folder)

    assert said in caught.value.message
    assert caught.value.place.file.endswith("reconfile.py")


def test_a_file_that_is_not_there_is_an_error_of_configuration(folder):
    (folder / "reconfile.py").unlink()
    with pytest.raises(ConfigurationError, match=r"cannot read reconfile.py"):
        load(folder)


def test_a_plugin_that_is_installed_under_its_name_makes_both_unused(folder, monkeypatch):
    from tests.plugins.loader.installed import found, install

    install(folder, "acme", reconfile="sound")
    plugins = Plugins.discover(found(folder), beside=folder)

    assert plugins.registered == ()
    assert len(plugins.failures) == 2
