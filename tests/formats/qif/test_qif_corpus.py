"""Real QIF files: read with their expected facts, once the policy names the currency."""

from __future__ import annotations

import pytest

from recon_qif.plugin import Qif
from tests.corpus_facts import differences
from tests.corpus_index import Case, cases
from tests.formats.qif.qif_reading import read

# The index counts every `^`; that of each `!Account` record ends no transaction.
MISCOUNTED = {
    "qif/reubano__csv2ofx/creditunion.qif": "tx: 9, 8",
    "qif/reubano__csv2ofx/default.qif": "tx: 10, 8",
    "qif/reubano__csv2ofx/default_w_splits.qif": "tx: 10, 8",
    "qif/reubano__csv2ofx/mint.qif": "tx: 6, 4",
    "qif/reubano__csv2ofx/mint_alt.qif": "tx: 3, 2",
    "qif/reubano__csv2ofx/mint_extra.qif": "tx: 5, 3",
    "qif/reubano__csv2ofx/stripe-all.qif": "tx: 6, 5",
    "qif/reubano__csv2ofx/stripe-default.qif": "tx: 6, 5",
}

CASES = cases("qif/")
OTHERS = [case for case in cases("") if case.format != "qif"]

pytestmark = pytest.mark.skipif(not CASES, reason="the corpus of real files is not present")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_file_is_read_rightly(case: Case) -> None:
    parsed = read(case.path.read_bytes())
    stated = MISCOUNTED.get(case.name)

    assert differences(case, parsed) == ([stated] if stated else [])
    assert parsed.rejects.is_empty()
    assert parsed.findings == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_real_file_is_claimed_by_its_content(case: Case) -> None:
    assert Qif().sniff(case.path.read_bytes()[:65536], "statement")


def test_no_file_of_another_format_is_claimed() -> None:
    claimed = [
        case.name for case in OTHERS if Qif().sniff(case.path.read_bytes()[:65536], case.path.name)
    ]

    assert len(OTHERS) > 400
    assert claimed == []
