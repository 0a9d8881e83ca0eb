"""Our own fixtures, one a dialect, are read as the JSON beside each says; the sound ones keep the whole contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest

from recon.testing.format_conformance import FormatConformance
from recon_coda.plugin import Coda
from tests.corpus_index import ROOT
from tests.statement_golden import check_golden

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "fixtures" / "statements" / "coda"
FIXTURES = sorted(FOLDER.glob("*.cod"))


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.name)
def test_a_fixture_is_read_as_its_golden_file_says(fixture: Path) -> None:
    check_golden(Coda(), fixture)


def test_every_golden_file_has_its_fixture() -> None:
    orphans = {path.name for path in FOLDER.glob("*.json")} - {f"{p.name}.json" for p in FIXTURES}

    assert FIXTURES
    assert not orphans


class TestCoda(FormatConformance):
    format = Coda()
    samples: ClassVar[list[Path]] = [path for path in FIXTURES if "rejected" not in path.name]
    damages = 2
