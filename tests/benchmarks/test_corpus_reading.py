"""Every real file, but CSV with tests of its own: read through the engine, with its facts, and balanced where the index says so.

Slow, since each format's own tests read the same files with the format alone.
"""

from __future__ import annotations

from functools import cache

import pytest

from benchmarks.bench.corpus_judge import Judged, judge
from recon.plugins import Plugins
from tests.corpus_index import Case, cases

CASES = [case for case in cases("") if case.format != "csv"]
BALANCED = [case for case in CASES if "balances" in case.facts]
# Of the 211 files whose balances the index checks: two state balances that are no amounts, one has no legible closing balance.
LEAST_CHECKED = 208

pytestmark = [
    pytest.mark.skipif(not CASES, reason="the corpus of real files is not present"),
    pytest.mark.slow,
]


@cache
def plugins() -> Plugins:
    return Plugins.discover()


@cache
def judged(name: str) -> Judged:
    [case] = [case for case in CASES if case.name == name]
    return judge(case, plugins())


def checks(one: Judged) -> str | None:
    """Count the engine's verdicts as the index writes them; None where the file, or something that is no entry, was refused."""
    if one.read is None or one.read.parsed.rejects["record"].null_count():
        return None
    verdicts = one.read.statements["balance_check"].to_list()
    return f"{verdicts.count('ok')} ok/{verdicts.count('broken')} bad"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_real_file_is_read_wrongly_or_claimed_twice(case: Case) -> None:
    one = judged(case.name)

    assert one.state != "wrong", one.reason


@pytest.mark.parametrize("case", BALANCED, ids=lambda case: case.name)
def test_the_engine_finds_balanced_what_balances_by_the_index(case: Case) -> None:
    found = checks(judged(case.name))
    if found == "0 ok/0 bad":
        # An entry in another currency moves the balance by an amount that the file does not say.
        assert "," in case.facts["ccy"]
    else:
        assert found in {None, case.facts["balances"]}


def test_the_balances_of_nearly_all_files_are_checked() -> None:
    checked = [case for case in BALANCED if checks(judged(case.name)) is not None]

    assert len(checked) >= LEAST_CHECKED
