"""Every input of the error gallery gets the answer that stands beside it: the text, and the exit code.

`RECON_UPDATE_GOLDEN=1 pytest tests/docs` writes the answers anew; `python docs/generate.py` then renews docs/errors.md.
"""

from __future__ import annotations

import re
import shlex
import shutil
from typing import TYPE_CHECKING

import pytest

from docs.generate import error_classes
from tests.docs.calling import ROOT, UPDATE, call

if TYPE_CHECKING:
    from pathlib import Path

GALLERY = ROOT / "fixtures" / "errors"
CASES = sorted(path for path in GALLERY.iterdir() if path.is_dir())
# These come from plugins and from bugs, not from a file; the tests named show them.
SHOWN_ELSEWHERE = {
    "contested-file": "tests/ingest/test_detect.py",
    "identity-broken": "tests/cli/test_contract.py",
    "locked": "tests/store/test_lock.py",
    "plugin-failed": "tests/plugins/loader/test_calls.py",
    "refused": "tests/review/test_decide.py",
    "store": "tests/store/test_connect.py",
}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_an_input_of_the_gallery_gets_the_answer_beside_it(case: Path, tmp_path: Path) -> None:
    shutil.copytree(case, tmp_path, dirs_exist_ok=True)
    program, *words = shlex.split((case / "command.txt").read_text(encoding="utf-8"))
    assert program == "recon"
    shown, exit_code = call(words, tmp_path)
    answer = f"{shown}[exit code {exit_code}]\n"
    if UPDATE:
        (case / "expected.txt").write_text(answer, encoding="utf-8")

    assert answer == (case / "expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_an_answer_names_the_file_and_fits_a_screen(case: Path) -> None:
    answer = (case / "expected.txt").read_text(encoding="utf-8")
    inputs = {path.name for path in case.iterdir()} - {"command.txt", "expected.txt"}
    command = (case / "command.txt").read_text(encoding="utf-8")

    assert "Traceback" not in answer
    assert all(name in command for name in inputs), "an input that the command never reads"
    assert len(answer.splitlines()) <= 25


def test_every_error_code_is_in_the_gallery_or_has_its_test_elsewhere() -> None:
    answers = "".join((case / "expected.txt").read_text(encoding="utf-8") for case in CASES)
    shown = set(re.findall(r"error\[([a-z-]+)\]", answers))
    codes = {error.code for error in error_classes()}

    assert codes - shown <= set(SHOWN_ELSEWHERE), "add a folder to fixtures/errors"
    for code, place in SHOWN_ELSEWHERE.items():
        name = next(error.__name__ for error in error_classes() if error.code == code)
        text = (ROOT / place).read_text(encoding="utf-8")
        assert name in text or code in text, f"{place} shows no {code}"
