"""docs/controls.md says what the code says: the role matrix."""

from __future__ import annotations

from typing import get_args

import pytest

from recon.authority import Role
from recon.review.allowed import MATRIX, MEANING
from tests.docs.calling import ROOT

PAGE = (ROOT / "docs" / "controls.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("action", MATRIX)
def test_the_page_shows_who_may_do_what(action):
    marks = "".join(" yes |" if role in MATRIX[action] else " |" for role in get_args(Role))

    assert f"\n| `{action}` | {MEANING[action]} |{marks}\n" in PAGE
