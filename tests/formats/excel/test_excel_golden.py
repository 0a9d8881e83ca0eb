"""Golden parses of every shipped workbook; RECON_UPDATE_GOLDEN=1 writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from recon_csv.excel import ExcelFormat
from tests.statement_golden import check_golden

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "statements" / "excel"
FILES = sorted(FIXTURES.glob("*.xlsx"))


def test_a_workbook_ships():
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_fixture_is_read_as_its_golden_file_says(path: Path):
    assert ExcelFormat().sniff(path.read_bytes()[:65536], path.name)

    check_golden(ExcelFormat(), path)
