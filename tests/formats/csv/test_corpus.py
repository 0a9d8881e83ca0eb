"""Real exports: every file is read with the source's facts or with a proof, or refused with a reason; none is read wrongly."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest

from recon.api import MalformedFile
from tests.corpus_csv import is_proven, judge, outcome, running_balance
from tests.corpus_csv_facts import PROVEN
from tests.corpus_index import Case, cases, corpus_root

pytestmark = pytest.mark.skipif(
    corpus_root() is None, reason="the corpus of real files is not present"
)
CASES = cases("csv/")
BY_NAME = {case.name: case for case in CASES}
LEAST_READ = 222


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_export_is_read_right_or_refused_with_its_reason(case: Case):
    found = outcome(case.path)
    if isinstance(found, MalformedFile):
        assert found.message
        assert found.place is not None
        assert case.name not in PROVEN
        return

    assert found.statements["line_count"].sum() == found.lines.height + found.rejects.height
    assert judge(case, found) != "wrong"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_balance_contradicts_the_amounts_of_a_guess(case: Case):
    found = outcome(case.path)

    if not isinstance(found, MalformedFile) and found.reader == "csv-guess":
        assert running_balance(case.path, found)[1] == 0


@pytest.mark.parametrize("name", PROVEN if CASES else [])
def test_a_reading_beside_the_index_has_its_proof(name: str):
    proven, found = PROVEN[name], outcome(BY_NAME[name].path)

    assert not isinstance(found, MalformedFile)
    assert proven.links or proven.ends or proven.why
    assert is_proven(BY_NAME[name], found, proven)


def test_a_proof_fails_when_one_amount_is_changed():
    name = next(name for name, proven in PROVEN.items() if proven.links > 100)
    found = outcome(BY_NAME[name].path)
    assert not isinstance(found, MalformedFile)
    amounts = found.lines["amount"].to_list()
    amounts[50] += 1
    changed = found.lines.with_columns(amount=pl.Series(amounts))

    assert running_balance(BY_NAME[name].path, replace(found, lines=changed))[1] == 1


def test_most_of_the_real_exports_are_read_without_a_declared_profile():
    states = Counter(
        "refused" if isinstance(found := outcome(case.path), MalformedFile) else judge(case, found)
        for case in CASES
    )

    assert states["wrong"] == 0
    assert states.total() - states["refused"] >= LEAST_READ
