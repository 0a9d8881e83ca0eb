"""Golden parses of every shipped fixture; RECON_UPDATE_GOLDEN=1 writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from recon_csv.plugin import CsvFormat
from tests.statement_golden import check_golden

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "statements" / "csv"
# What the user must say because the file does not.
SETTLED = {
    "us_month_day": {"currency": "USD"},
    "uk_paid_in_out": {"currency": "GBP"},
    "polish_balance": {"currency": "PLN"},
}
FILES = sorted(FIXTURES.glob("*.csv"))


def test_the_fixtures_come_from_eight_layouts_or_more():
    assert len(FILES) >= 8


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_fixture_is_read_as_its_golden_file_says(path: Path):
    assert CsvFormat().sniff(path.read_bytes()[:65536], path.name)

    check_golden(CsvFormat(), path, SETTLED.get(path.stem))
