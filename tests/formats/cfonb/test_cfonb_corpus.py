"""Real CFONB files: each is read with its expected facts; what the index counts otherwise is listed with its reason."""

from __future__ import annotations

import dataclasses

import pytest

from recon.api import MalformedFile, ParsedStatements, SourceFile
from recon_cfonb.plugin import Cfonb
from tests.corpus_facts import differences
from tests.corpus_index import Case, cases

FOLDER = "cfonb/pennylane-hq__cfonb/"
# A lone complement and nothing else.
REFUSED = {FOLDER + "operation_unstarted.txt": "no balance"}
# The index counts old balances. We give a new balance without an old one, and movements before any, a statement of
# their own: they are of another account, or nothing says what they belong to.
STATEMENTS = {
    FOLDER + "end_of_statement_without_beginning.txt": "2",
    FOLDER + "invalid_date.txt": "2",
    FOLDER + "operation_out_of_statement.txt": "2",
}
# The index does not count complements that belong to no movement; here each tells of a movement that was lost.
REJECTED = {FOLDER + "operation_detail_without_operation.txt": ["no-movement"]}

CASES = cases("cfonb/")
OTHERS = [case for case in cases("") if case.format != "cfonb"]

pytestmark = pytest.mark.skipif(not CASES, reason="the corpus of real files is not present")


def read(case: Case) -> ParsedStatements:
    return Cfonb().read(SourceFile(case.path.name, case.path.read_bytes()), {})


def expected(case: Case) -> Case:
    facts = dict(case.facts)
    if case.name in STATEMENTS:
        facts["stmts"] = STATEMENTS[case.name]
        # The first statement is then not the one with the first old balance.
        facts.pop("open", None)
    if case.name in REJECTED:
        facts["tx"] = str(int(facts["tx"]) + len(REJECTED[case.name]))
    return dataclasses.replace(case, facts=facts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_file_is_read_with_its_facts_or_refused_with_its_reason(case: Case) -> None:
    if case.name in REFUSED:
        with pytest.raises(MalformedFile, match=REFUSED[case.name]):
            read(case)
        return

    parsed = read(case)

    assert differences(expected(case), parsed) == []
    assert parsed.rejects["code"].to_list() == REJECTED.get(case.name, [])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_real_file_is_claimed_by_its_content(case: Case) -> None:
    assert Cfonb().sniff(case.path.read_bytes()[:65536], "statement")


def test_no_file_of_another_format_is_claimed() -> None:
    claimed = [
        case.name
        for case in OTHERS
        if Cfonb().sniff(case.path.read_bytes()[:65536], case.path.name)
    ]

    assert len(OTHERS) > 400
    assert claimed == []
