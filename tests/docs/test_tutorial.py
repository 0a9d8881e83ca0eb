"""The tutorial: its commands are run in order, from an empty folder, in an environment that has nothing but cashrecon.

Blocks of `sh` are run, a block of `text` behind one is what it shows (`...` stands for anything), a block of `diff` is
applied. `RECON_UPDATE_GOLDEN=1` writes what is shown anew where it holds no `...`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import time
from typing import NamedTuple

import pytest

from tests.docs.calling import ROOT, UPDATE, agrees, tidy

PAGE = ROOT / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(\w+)( install)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    kind: str
    text: str


def blocks(page):
    """Give the blocks in order, without the one that installs cashrecon itself: that is under test."""
    return [Block(kind, text) for kind, skipped, text in _BLOCK.findall(page) if not skipped]


def applied(diff, folder):
    """Apply a diff whose hunks have no line numbers: each is found by its own text, exactly once."""
    head, *hunks = re.split(r"^@@\n", diff, flags=re.MULTILINE)
    path = folder / re.search(r"^\+\+\+ (\S+)", head, re.MULTILINE)[1]
    text = path.read_text(encoding="utf-8")
    for hunk in hunks:
        rows = hunk.splitlines()
        before = "\n".join(row[1:] for row in rows if not row.startswith("+"))
        after = "\n".join(row[1:] for row in rows if not row.startswith("-"))
        assert text.count(before) == 1, f"the file has another text than the page:\n{before}"
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def environment(tmp_path):
    """An environment of its own, in which the libraries of this one and this working copy can be imported."""
    home = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = home / "lib" / version / "site-packages"
    paths = [ROOT, ROOT / "formats", ROOT / "plugins", sysconfig.get_path("purelib")]
    (packages / "host.pth").write_text("\n".join(map(str, paths)), encoding="utf-8")
    for name, code in {"recon": "from recon.cli import main; main()", "pip": "-m pip"}.items():
        call = code if code.startswith("-m") else f'-c "{code}"'
        script = home / "bin" / name
        script.write_text(f'#!/bin/sh\nexec "{home}/bin/python" {call} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    kept = {
        name: text for name, text in os.environ.items() if name not in {"PYTHONPATH", "FORCE_COLOR"}
    }
    path = os.pathsep.join([str(home / "bin"), os.environ["PATH"]])
    return kept | {
        "PATH": path,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "COLUMNS": "100",
    }


def run(commands, folder, environment):
    done = subprocess.run(
        ["sh", "-ec", commands],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    shown = tidy(done.stdout) if done.stdout.strip() else ""
    assert done.returncode == 0, f"{commands}\n{shown}"
    return shown


@pytest.mark.slow
def test_the_tutorial_leads_from_an_empty_folder_to_a_posted_entry(tmp_path, environment, capsys):
    folder = tmp_path / "empty"
    folder.mkdir()
    page = PAGE.read_text(encoding="utf-8")
    shown, wrong, began = "", [], time.monotonic()
    for block in blocks(page):
        if block.kind == "sh":
            shown = run(block.text, folder, environment)
        elif block.kind == "diff":
            applied(block.text, folder)
        elif block.kind == "text" and not agrees(block.text, shown):
            wrong.append(f"{block.text}--- is ---\n{shown}")
            old, new = f"```text\n{block.text}```", f"```text\n{shown}```"
            page = page.replace(old, new, 1) if "..." not in block.text else page
    with capsys.disabled():
        sys.stdout.write(f"\nThe tutorial took {time.monotonic() - began:.0f} s of machine time.\n")
    if UPDATE:
        PAGE.write_text(page, encoding="utf-8")

    assert not wrong, "what is shown is another:\n" + "\n".join(wrong)
    assert (folder / "treasury" / "acme.jsonl").read_text("utf-8").count("1400") == 2


def test_the_diff_of_the_tutorial_fits_what_is_written(tmp_path):
    from recon.testing.new_plugin import write_new_plugin

    write_new_plugin("ledger", "acme", tmp_path)
    found = [block for block in blocks(PAGE.read_text("utf-8")) if block.kind == "diff"]
    for block in found:
        applied(block.text, tmp_path)
    text = (tmp_path / "cashrecon-acme/cashrecon_acme/__init__.py").read_text("utf-8")

    assert len(found) == 1
    compile(text, "acme", "exec")
    assert "NUMBERS[posting.role]" in text


def test_a_diff_that_does_not_fit_is_noticed(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n", "utf-8")
    with pytest.raises(AssertionError, match="another text"):
        applied("--- a.py\n+++ a.py\n@@\n-x = 2\n+x = 3\n", tmp_path)
