"""Real files of Norma 43: each is read with its expected facts; what the index writes otherwise has its reason."""

from __future__ import annotations

import dataclasses

import pytest

from recon.api import ParsedStatements, SourceFile
from recon_norma43.plugin import Norma43
from tests.corpus_facts import differences
from tests.corpus_index import Case, cases

CASES = cases("n43/")
OTHERS = [case for case in cases("") if case.format != "n43"]

pytestmark = pytest.mark.skipif(not CASES, reason="the corpus of real files is not present")


def read(case: Case) -> ParsedStatements:
    return Norma43().read(SourceFile(case.path.name, case.path.read_bytes()), {})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_file_is_read_with_its_facts(case: Case) -> None:
    """The index gives the currency as its number."""
    assert case.facts["ccy"] == "978"
    expected = dataclasses.replace(case, facts=case.facts | {"ccy": "EUR"})
    parsed = read(case)

    assert differences(expected, parsed) == []
    assert parsed.rejects.is_empty()


def test_a_balance_without_sign_has_the_one_that_its_totals_prove() -> None:
    [case] = cases("n43/OCA__l10n-spain/test.n43")
    parsed = read(case)

    assert parsed.statements["closing_balance"].to_list() == [10196]
    assert any("has no sign" in finding for finding in parsed.findings)


def test_a_file_without_totals_is_read_and_said_to_be_open() -> None:
    [case] = cases("n43/sequra__norma43_parser/example2.n43")
    parsed = read(case)

    assert parsed.lines["amount"].to_list() == [9726, 7433, 8225, 8894]
    assert parsed.statements["closing_balance"].to_list() == [None]
    assert any("may be cut off" in finding for finding in parsed.findings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_real_file_is_claimed_by_its_content(case: Case) -> None:
    assert Norma43().sniff(case.path.read_bytes()[:65536], "statement")


def test_no_file_of_another_format_is_claimed() -> None:
    claimed = [
        case.name
        for case in OTHERS
        if Norma43().sniff(case.path.read_bytes()[:65536], case.path.name)
    ]

    assert len(OTHERS) > 400
    assert claimed == []
