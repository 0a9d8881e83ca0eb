"""The format in CONTRIBUTING.md is complete: written into an empty folder and installed, it reads its file."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions

import pytest

from recon.config import Policy
from recon.plugins import Plugins
from recon.run import read_statements
from tests.docs.calling import ROOT
from tests.run.quiet import Quiet

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```\w+ ([\w.]+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Write the package of the page, and the metadata that an installer makes of it."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    info = tmp_path / "cashrecon_toybank-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", "utf-8"
    )
    points = project["entry-points"]["recon"].items()
    rows = ["[recon]", *(f"{name} = {module}" for name, module in points)]
    (info / "entry_points.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "recon_toybank", raising=False)
    return tmp_path


def test_the_format_of_the_page_is_found_beside_the_built_in_ones_and_reads_its_file(installed):
    plugins = Plugins.discover(distributions())
    reading = read_statements([installed / "toybank.txt"], Policy(), plugins, Quiet())

    assert plugins.failures == ()
    assert {"csv", "mt940", "ofx", "toybank"} <= set(plugins.names("format"))
    assert [file.state for file in reading.inputs] == ["read"]
    assert reading.inputs[0].format == "toybank"
    assert sorted(reading.lines["amount"]) == [-9990, 25000]
    assert reading.statements["balance_check"].to_list() == ["ok"]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [("250.00", 2), ("2026-10-03", 3), ("EUR", 1), ("|CITY POWER", 3)],
)
def test_the_format_of_the_page_refuses_what_is_wrong_with_its_place(installed, wrong, place):
    broken = installed / "broken.txt"
    broken.write_text(FILES["toybank.txt"].replace(wrong, "x"), encoding="utf-8")
    plugins = Plugins.discover(distributions(path=[str(installed)]))
    reading = read_statements([broken], Policy(), plugins, Quiet())

    assert reading.inputs[0].state == "quarantined"
    assert (
        f"error[malformed-file] {broken.parent.name}/broken.txt:{place}" in reading.inputs[0].error
    )


def test_the_conformance_test_of_the_page_passes(installed):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_toybank.py"],
        cwd=installed,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_format_of_the_page_is_short():
    assert len(FILES["recon_toybank.py"].splitlines()) <= 60


def test_the_scenario_of_the_page_is_one_that_is_run():
    (scenario,) = re.findall(r"^```text\n(# one customer.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    readme = (ROOT / "fixtures" / "scenarios" / "README.md").read_text(encoding="utf-8")

    assert scenario in readme


def test_every_check_of_the_page_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make (\w+)`", PAGE))
    steps = set(re.findall(r"`bash \.ci/run ([\w ]+)`", PAGE)[0].split())

    assert targets >= {"test", "lint", "types", "arch", "bench"}
    assert [t for t in targets if not re.search(rf"^{t}:", makefile, re.MULTILINE)] == []
    assert [step for step in steps if step not in gate] == []
