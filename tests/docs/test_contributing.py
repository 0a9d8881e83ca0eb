"""What CONTRIBUTING.md promises of `recon plugins new`: the package is found, reads its sample, and passes its own suite."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import distributions

import pytest

from recon.config import Policy
from recon.errors import ConfigurationError
from recon.plugins import Plugins
from recon.plugins.new_format import write_new_format
from recon.run.reading import read_statements
from tests.run.quiet import Quiet


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Write a new format, and the metadata that an installer makes of it."""
    write_new_format("toy-bank", tmp_path)
    folder = tmp_path / "cashrecon-toy-bank"
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = folder / "cashrecon_toy_bank-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", "utf-8"
    )
    points = project["entry-points"]["recon"].items()
    rows = ["[recon]", *(f"{name} = {module}" for name, module in points)]
    (info / "entry_points.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "cashrecon_toy_bank", raising=False)
    return folder


def test_a_new_format_is_found_beside_the_built_in_ones_and_reads_its_sample(installed):
    plugins = Plugins.discover(distributions())
    sample = installed / "tests" / "sample.toy-bank"
    reading = read_statements([sample], Policy(), plugins, Quiet())

    assert plugins.failures == ()
    assert {"csv", "mt940", "ofx", "toy-bank"} <= set(plugins.names("format"))
    assert reading.inputs[0].format == "toy-bank"
    assert sorted(reading.lines["amount"]) == [-5000, 15000, 120000]
    assert reading.statements["balance_check"].to_list() == ["ok"]
    assert [
        sample.read_bytes()[offset : offset + length]
        for offset, length in reading.lines.sort("record")
        .select("byte_offset", "byte_length")
        .iter_rows()
    ] == sample.read_bytes().splitlines(keepends=True)[1:]


@pytest.mark.parametrize("wrong", ["EUR", "100.00|1400.00", "|END\n2026"])
def test_a_new_format_refuses_what_is_wrong_in_its_first_row(installed, wrong):
    broken = installed / "broken.txt"
    sound = (installed / "tests" / "sample.toy-bank").read_text(encoding="utf-8")
    broken.write_text(sound.replace(wrong, "x", 1), encoding="utf-8")
    plugins = Plugins.discover(distributions(path=[str(installed)]))
    reading = read_statements([broken], Policy(), plugins, Quiet())

    assert reading.inputs[0].state == "quarantined"
    assert f"{broken.parent.name}/broken.txt:1" in reading.inputs[0].error


def test_a_new_format_passes_its_own_suite(installed):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=installed,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "9 passed" in done.stdout


@pytest.mark.parametrize("name", ["", "Acme", "acme_bank", "acme-", "1bank", "a/b", "../up"])
def test_a_name_that_is_none_is_refused(tmp_path, name):
    with pytest.raises(ConfigurationError, match="no name for a format"):
        write_new_format(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(tmp_path):
    write_new_format("acme", tmp_path)
    with pytest.raises(ConfigurationError, match="cannot write"):
        write_new_format("acme", tmp_path)
