"""Every console block of the pages is executed: the commands a reader copies, and the output that stands below them.

A page runs in a copy of `fixtures/demo`, its blocks in order. `...` in the output stands for anything.
`RECON_UPDATE_GOLDEN=1 pytest tests/docs` writes the output of blocks without `...` anew.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.docs.calling import ROOT, UPDATE, agrees, tidy

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "plugins" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
# A whole run is done and done again on this page.
LENGTHY = ("audit.md",)
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Step(NamedTuple):
    """One command and the output that the page shows."""

    command: str
    output: str


def steps(block: str) -> list[Step]:
    """Split a block at its prompts."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert not parts[0].strip(), f"a console block begins with a prompt: {parts[0]!r}"
    return [Step(*part.partition("\n")[::2]) for part in parts[1:]]


def run(command: str, folder: Path) -> str:
    """Run a command as a shell does in a pipe, with the programs installed beside this Python."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    plain = {name: text for name, text in os.environ.items() if name != "FORCE_COLOR"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=plain | {"PATH": path, "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return tidy(done.stdout)


def pages_with_blocks() -> list[Path]:
    return [page for page in PAGES if page.is_file() and BLOCK.search(page.read_text("utf-8"))]


@pytest.mark.skipif(shutil.which("bash") is None, reason="console blocks are run by bash")
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.name, marks=[pytest.mark.slow] * (page.name in LENGTHY))
        for page in pages_with_blocks()
    ],
)
def test_the_console_blocks_of_a_page_show_what_is_shown(page: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "fixtures" / "demo", tmp_path, dirs_exist_ok=True)
    text = page.read_text(encoding="utf-8")
    wrong = []
    for block in BLOCK.findall(text):
        for step in steps(block):
            shown = run(step.command, tmp_path)
            if agrees(tidy(step.output) if step.output else "", shown if step.output else ""):
                continue
            wrong.append(f"$ {step.command}\n{shown}")
            if UPDATE and "..." not in step.output:
                text = text.replace(
                    f"$ {step.command}\n{step.output}", f"$ {step.command}\n{shown}"
                )
    if UPDATE:
        page.write_text(text, encoding="utf-8")

    assert not wrong, "what is shown is another:\n" + "\n".join(wrong)


def test_the_pages_hold_console_blocks():
    assert {"README.md", "how-matching-decides.md"} <= {page.name for page in pages_with_blocks()}


def test_a_wrong_output_is_noticed(tmp_path):
    (step,) = steps("$ echo one; echo two\none\nthree\n")

    assert not agrees(step.output, run(step.command, tmp_path))
    assert agrees("one\n...\n", run("echo one; echo two; echo three >&2", tmp_path))
