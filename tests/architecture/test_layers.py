"""Imports point down: the contracts of import-linter in pyproject.toml, as a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.project import ROOT


def lint(*options, cwd=ROOT):
    """Run import-linter as the command does that is installed beside this Python."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [str(program), "--no-cache", *options], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_every_import_keeps_the_contracts():
    done = lint()

    assert done.returncode == 0, f"{done.stdout}\nmove the code to the floor that may import it"
    assert "0 broken" in done.stdout


def test_an_import_that_points_up_is_found(tmp_path):
    house = tmp_path / "house"
    for name, text in {"__init__": "", "roof": "", "cellar": "import house.roof\n"}.items():
        house.mkdir(exist_ok=True)
        (house / f"{name}.py").write_text(text, encoding="utf-8")
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_package = house\n\n"
        "[importlinter:contract:1]\nname = down\ntype = layers\nlayers =\n    house.roof\n    house.cellar\n",
        encoding="utf-8",
    )
    done = lint(cwd=tmp_path)

    assert done.returncode == 1
    assert "1 broken" in done.stdout
