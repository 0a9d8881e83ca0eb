"""Our own fixtures, one a dialect, are read as the JSON beside each says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recon_bai2.plugin import Bai2
from tests.corpus_index import ROOT
from tests.statement_golden import check_golden

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "fixtures" / "statements" / "bai2"
FIXTURES = sorted([*FOLDER.glob("*.bai"), *FOLDER.glob("*.nai")])


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.name)
def test_a_fixture_is_read_as_its_golden_file_says(fixture: Path) -> None:
    check_golden(Bai2(), fixture)


def test_every_golden_file_has_its_fixture() -> None:
    orphans = {path.name for path in FOLDER.glob("*.json")} - {f"{p.name}.json" for p in FIXTURES}

    assert FIXTURES
    assert not orphans
