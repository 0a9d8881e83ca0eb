"""Real BAI2 files: read with their expected facts, or refused with a reason that is listed here."""

from __future__ import annotations

import pytest

from recon.api import MalformedFile, SourceFile
from recon_bai2.plugin import Bai2
from tests.corpus_facts import differences
from tests.corpus_index import Case, cases

REFUSED = {
    # A record 00 of a test for errors: there is no file header, group or account.
    "bai2/moov-io__bai2/sample-parseError.txt": "does not begin with a file header",
}
# One transaction of 2004 has no type code (`16,,115,450000`).
REJECTED = {"bai2/kenwilcox__BankFileParsers/BAI-sample.txt": ["no-type-code"]}
# The index counts records at the start of a line; in this file 14 stand behind others on a line, and its own trailers
# count 74 records and 15 accounts.
MISCOUNTED = {"bai2/moov-io__bai2/testdata__sample3.txt": ["tx: 24, 26", "stmts: 13, 15"]}

CASES = cases("bai2/")
OTHERS = [case for case in cases("") if case.format != "bai2"]

pytestmark = pytest.mark.skipif(not CASES, reason="the corpus of real files is not present")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_file_is_read_rightly_or_refused_with_its_reason(case: Case) -> None:
    source = SourceFile(case.path.name, case.path.read_bytes())
    if case.name in REFUSED:
        with pytest.raises(MalformedFile, match=REFUSED[case.name]):
            Bai2().read(source, {})
        return

    parsed = Bai2().read(source, {})

    assert differences(case, parsed) == MISCOUNTED.get(case.name, [])
    assert parsed.rejects["code"].to_list() == REJECTED.get(case.name, [])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_raw_record_of_every_line_is_found_again(case: Case) -> None:
    if case.name in REFUSED:
        return
    data = case.path.read_bytes()
    parsed = Bai2().read(SourceFile(case.path.name, data), {})
    places = parsed.lines.select("byte_offset", "byte_length").iter_rows()

    assert all(data[offset : offset + length].startswith(b"16,") for offset, length in places)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_real_file_is_claimed_by_its_content(case: Case) -> None:
    assert Bai2().sniff(case.path.read_bytes()[:65536], "statement") == (case.name not in REFUSED)


def test_no_file_of_another_format_is_claimed() -> None:
    claimed = [
        case.name for case in OTHERS if Bai2().sniff(case.path.read_bytes()[:65536], case.path.name)
    ]

    assert len(OTHERS) > 400
    assert claimed == []
