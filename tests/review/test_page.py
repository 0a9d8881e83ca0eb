"""docs/controls.md says what the code says: the role matrix, every control with its place and its test, every finding."""

from __future__ import annotations

import ast
import re
from typing import get_args

import msgspec
import pytest

from recon.authority import Controls, Role, User
from recon.frames.findings import CONTROLS
from recon.review.allowed import MATRIX, MEANING
from tests.docs.calling import ROOT

PAGE = (ROOT / "docs" / "controls.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (C\d+) [^|]+\| ([^|]+) \| ([^|]+) \| ([^|]*) ?\|$", PAGE, re.MULTILINE)
FINDINGS = re.findall(r"^\| `([a-z_]+)` \| (C\d+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("action", MATRIX)
def test_the_page_shows_who_may_do_what(action):
    marks = "".join(" yes |" if role in MATRIX[action] else " |" for role in get_args(Role))

    assert f"\n| `{action}` | {MEANING[action]} |{marks}\n" in PAGE


def test_every_control_of_the_catalogue_is_on_the_page_once():
    assert tuple(control for control, _, _, _ in ROWS) == CONTROLS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_control_names_files_that_are_there_and_a_test_that_is_there(row):
    _, _, where, test = row
    for path in re.findall(r"recon/[a-z_/.]+[a-z]", where):
        assert (ROOT / path).exists(), path
    name = test.strip().strip("`")
    # What the store and the run keep is shown by their own tests.
    assert name or where in {"recon/store", "recon/run"}
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert not name or any(f"\ndef {name}(" in text for text in texts), name


def findings_in_source() -> set[tuple[str, str]]:
    """Read control and code of every finding from the calls that make them."""
    found = set()
    for path in (ROOT / "recon" / "review" / "findings").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "findings":
                control, code = node.args[1], node.args[2]
                assert isinstance(control, ast.Constant)
                # Of a gap the code is made of what is numbered.
                codes = (
                    [code.value]
                    if isinstance(code, ast.Constant)
                    else ["decision_gap", "event_gap"]
                )
                found |= {(one, control.value) for one in codes}
    return found


def test_every_finding_is_explained_with_what_to_do_and_no_other():
    assert len(FINDINGS) >= 20
    assert {(code, control) for code, control, _, _ in FINDINGS} == findings_in_source()
    for code, _, meaning, next_step in FINDINGS:
        assert meaning.strip().endswith("."), code
        assert next_step.strip().endswith("."), code


def test_every_limit_that_reviewing_keeps_is_named_on_the_page():
    # The share of items concerns loading, not reviewing.
    keys = {*msgspec.structs.asdict(Controls())} - {"least_items_percent"}

    assert {key for key in keys if key not in PAGE} == set()
    assert "write_off_limit" in User.__struct_fields__
