"""The promised surface: every name is on the page, has its words, and an editor is told the types."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
import tomllib

import pytest

from docs.api_surface import MODULES, described, page, public_names
from tests.docs.calling import ROOT


@pytest.mark.parametrize("name", MODULES)
def test_every_promised_name_stands_on_the_page_and_says_what_it_is(name):
    module = importlib.import_module(name)
    names = public_names(module)
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    section = text.partition(f"## `{name}`\n")[2].partition("\n## ")[0]

    assert len(names) > 3
    for one in names:
        value = getattr(module, one)
        assert any(f"\n{row}\n" in section for row in list(described(one, value))[:1]), one
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, f"{one} has no docstring"


def test_what_is_added_changed_or_taken_away_is_seen():
    def before(a, b=1): ...

    def after(a, c, b=1): ...

    assert list(described("f", before)) == ["def f(a, b=1)"]
    assert list(described("f", before)) != list(described("f", after))
    assert "at 0x" not in page()


def test_the_typed_samples_are_checked_with_the_code():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]

    assert {"tests/api/typed_plugin.py", "tests/api/typed_program.py"} <= set(settings["files"])


@pytest.mark.slow
def test_an_editor_underlines_a_plugin_that_is_wrong(tmp_path):
    sample = (ROOT / "tests" / "api" / "typed_plugin.py").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        sample.replace("-> bool:", "-> str:").replace("return False", 'return ""'), "utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(wrong)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert 'variable has type "Format"' in done.stdout
