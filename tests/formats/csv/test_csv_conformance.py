"""The format keeps the contract of formats."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from recon.testing import FormatConformance
from recon_csv.plugin import CsvFormat

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "statements" / "csv"
SAMPLES = ("batch_with_parts", "dutch_af_bij", "swiss_apostrophe")


class TestCsv(FormatConformance):
    format = CsvFormat()
    samples = tuple(FIXTURES / f"{name}.csv" for name in SAMPLES)
    damages = 16


class TestCsvWithACurrency(FormatConformance):
    format = CsvFormat()
    samples = (FIXTURES / "us_month_day.csv",)
    options = MappingProxyType({"currency": "USD"})
    damages = 16
