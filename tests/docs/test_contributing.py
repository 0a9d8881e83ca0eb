"""What CONTRIBUTING.md promises of `recon plugins new format`: the package is found, reads its sample, and refuses what is wrong."""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import distributions

import pytest

from recon.config import Policy
from recon.plugins import Plugins
from recon.run.reading import read_statements
from recon.testing.new_plugin import write_new_plugin
from tests.run.quiet import Quiet


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Write a new format, and the metadata that an installer makes of it."""
    write_new_plugin("format", "toy-bank", tmp_path)
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
