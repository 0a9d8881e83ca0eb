"""Real MT940 and MT942 files: read with their expected facts, or refused with a reason that is listed here."""

from __future__ import annotations

import pytest

from recon.api import MalformedFile, SourceFile
from recon_mt940.plugin import Mt940
from tests.corpus_facts import differences
from tests.corpus_index import Case, cases

FRAGMENT = "names no account"
# Single fields and cut statements that the sources use to test field parsers; with what the policy can say of them.
REFUSED = {
    # The closing balance is dated 13/87 and has a blank inside its amount.
    "mt940/railslove__cmxl/mt940-headers.txt": "cannot be read",
    "mt940/my-flow__mt940/missing_closing_record_62F.sta": "no opening balance",
    "mt940/my-flow__mt940/existing_booking_date.sta": FRAGMENT,
    "mt940/my-flow__mt940/missing_booking_date.sta": FRAGMENT,
    "mt940/railslove__cmxl/statement-details-mt940.txt": FRAGMENT,
    "mt940/railslove__cmxl/statement-mt940.txt": FRAGMENT,
    "mt940/wolph__mt940/missing_crlf_at_end.sta": FRAGMENT,
    "mt940/wolph__mt940/sparkassen.sta": FRAGMENT,
    "mt942/railslove__cmxl/statement-details-mt942.txt": FRAGMENT,
}
READ_BY_OPTION = {"account": "1", "currency": "EUR", "closing_balance": "optional"}
NEVER_READ = {"mt940/railslove__cmxl/mt940-headers.txt"}
# An entry behind the closing balance, and the last entry of a text that ends without one.
REJECTED = {
    "mt940/wolph__mt940/multiline.sta": ["outside-statement"],
    "mt940/ccavanaugh__jgnash/multiaccounts.sta": ["cut-off"],
    "mt940/railslove__cmxl/mt940-with-colon-after-line-break.txt": ["cut-off"],
    "mt940/wolph__mt940/gv_codes.sta": ["cut-off"],
}

CASES = [*cases("mt940/"), *cases("mt942/")]
OTHERS = [case for case in cases("") if not case.format.startswith("mt94")]

pytestmark = pytest.mark.skipif(not CASES, reason="the corpus of real files is not present")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_file_is_read_rightly_or_refused_with_its_reason(case: Case) -> None:
    source = SourceFile(case.path.name, case.path.read_bytes())
    if case.name in REFUSED:
        with pytest.raises(MalformedFile, match=REFUSED[case.name]):
            Mt940().read(source, {})
        return

    parsed = Mt940().read(source, {})

    assert differences(case, parsed) == []
    assert parsed.rejects["code"].to_list() == REJECTED.get(case.name, [])


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in (*REFUSED, *REJECTED)
        if name not in NEVER_READ and REJECTED.get(name) != ["outside-statement"]
    ],
)
def test_a_fragment_is_read_whole_where_the_policy_says_what_it_lacks(name: str) -> None:
    [case] = cases(name)
    source = SourceFile(case.path.name, case.path.read_bytes())
    parsed = Mt940().read(source, READ_BY_OPTION)

    assert differences(case, parsed) == []
    assert parsed.rejects.is_empty()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_real_file_is_claimed_by_its_content(case: Case) -> None:
    assert Mt940().sniff(case.path.read_bytes()[:65536], "statement")


def test_no_file_of_another_format_is_claimed() -> None:
    claimed = [
        case.name
        for case in OTHERS
        if Mt940().sniff(case.path.read_bytes()[:65536], case.path.name)
    ]

    assert len(OTHERS) > 400
    assert claimed == []
