"""Real CODA files: each is read with its expected facts; what the index counts otherwise is listed with its reason."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from recon.api import ParsedStatements, SourceFile, format_minor
from recon_coda.plugin import Coda
from tests.corpus_facts import differences
from tests.corpus_index import Case, cases

CASES = cases("coda/")
OTHERS = [case for case in cases("") if case.format != "coda"]

pytestmark = pytest.mark.skipif(not CASES, reason="the corpus of real files is not present")


def read(case: Case) -> ParsedStatements:
    return Coda().read(SourceFile(case.path.name, case.path.read_bytes()), {})


def bookings(parsed: ParsedStatements) -> int:
    """Count what the bank booked: the lines of a batch were one booking."""
    lines = parsed.lines
    single = lines.filter(pl.col("batch").is_null()).height
    return single + lines["batch"].drop_nulls().n_unique()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_file_is_read_with_its_facts(case: Case) -> None:
    """The index counts bookings; a line is a detail where the bank gives details of a total."""
    parsed = read(case)
    others = {name: fact for name, fact in case.facts.items() if name != "tx"}

    assert bookings(parsed) == case.number("tx")
    assert differences(dataclasses.replace(case, facts=others), parsed) == []
    assert parsed.rejects.is_empty()


def test_details_stand_for_their_booking_where_they_add_up() -> None:
    [case] = cases("coda/pypi__febelfin-coda/coda__CODA.txt")
    lines = read(case).lines
    batches = lines.filter(pl.col("batch").is_not_null()).with_columns(
        stated=pl.col("extras").str.json_path_match("$.booking.amount")
    )
    totals = batches.group_by("batch").agg(pl.col("amount").sum(), pl.col("stated").unique())

    assert len(lines) == 67
    assert len(totals) == 4
    for _, amount, stated in totals.iter_rows():
        assert stated == [format_minor(amount, "EUR")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_raw_record_is_found_where_the_line_says(case: Case) -> None:
    data = case.path.read_bytes()
    for row in read(case).lines.iter_rows(named=True):
        raw = data[row["byte_offset"] : row["byte_offset"] + row["byte_length"]]

        assert raw.startswith(b"21")
        assert all(len(line.rstrip(b"\r")) == 128 for line in raw.split(b"\n"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_real_file_is_claimed_by_its_content(case: Case) -> None:
    assert Coda().sniff(case.path.read_bytes()[:65536], "statement")


def test_no_file_of_another_format_is_claimed() -> None:
    claimed = [
        case.name for case in OTHERS if Coda().sniff(case.path.read_bytes()[:65536], case.path.name)
    ]

    assert len(OTHERS) > 400
    assert claimed == []
