"""Real OFX files: read with their expected facts, or refused with a reason that is listed here."""

from __future__ import annotations

import pytest

from recon.api import MalformedFile, SourceFile
from recon_ofx.plugin import Ofx
from tests.corpus_facts import differences
from tests.corpus_index import Case, cases

NO_STATEMENT = "no bank, card or cash statement"
NO_CURRENCY = "names no currency"
UNBALANCED = "closes nothing"
REFUSED = {
    # Sign-on, sign-up and transfer responses: there is no statement to read.
    "ofx/jseutter__ofxparse/bank_small.ofx": NO_STATEMENT,
    "ofx/jseutter__ofxparse/signon_success.ofx": NO_STATEMENT,
    "ofx/jseutter__ofxparse/signon_success_no_message.ofx": NO_STATEMENT,
    "ofx/libofx__libofx/ofx-2.1.1-sect-8.5.5.ofx": NO_STATEMENT,
    "ofx/reubano__csv2ofx/default_w_splits.ofx": NO_STATEMENT,
    "ofx/stoicflame__ofx4j/simple.ofx": NO_STATEMENT,
    "ofx/stoicflame__ofx4j/whitespace-example.ofx": NO_STATEMENT,
    "ofx/jseutter__ofxparse/error_message.ofx": "error 2000",
    "ofx/jseutter__ofxparse/signon_fail.ofx": "error 15500",
    # CURDEF is missing or empty; the option `currency` says it.
    "ofx/OCA__bank-statement-import/test_ofx_wrong.ofx": NO_CURRENCY,
    "ofx/jseutter__ofxparse/ofx-v102-empty-tags.ofx": NO_CURRENCY,
    "ofx/pypi__bankfile/unnamed-bank_empty-tags-curdef-fitid-name.ofx": NO_CURRENCY,
    # Files made to crash parsers, a file cut in the middle, and one edited by hand (BANKTRANLIST closed twice).
    "ofx/libofx__libofx/downcast.ofx": UNBALANCED,
    "ofx/libofx__libofx/failing-ofx-file2.xml": UNBALANCED,
    "ofx/libofx__libofx/heap-buffer-overflow-1.ofx": NO_CURRENCY,
    "ofx/libofx__libofx/null-ptr-deref-1.ofx": UNBALANCED,
    "ofx/libofx__libofx/use-after-free.ofx": UNBALANCED,
    "ofx/redstreet__beancount_reds_importers/transactions.qfx": UNBALANCED,
    "ofx/redstreet__beancount_reds_importers/smart__transactions.qfx": UNBALANCED,
    "ofx/stoicflame__ofx4j/example-response2.ofx": "cut off",
}
# Amounts with up to 14 decimals, `*snipped*`, `$120`, missing days: each counted and rejected with its place.
REJECTED = {
    "ofx/aclindsa__ofxgo/inv_v202.ofx": ["no-amount"] * 4,
    "ofx/aclindsa__ofxgo/ira_v202.ofx": ["no-amount"],
    "ofx/aclindsa__ofxgo/moneymrkt1_v103.ofx": ["no-amount"] * 4,
    "ofx/aclindsa__ofxgo/moneymrkt1_v103_TYPE1.ofx": ["no-amount"] * 4,
    "ofx/asgrim__ofxparser/ofxdata-banking-xml200.ofx": ["no-amount"],
    "ofx/jbms__beancount-import/investment_buy_sell_income.ofx": ["no-amount"],
    "ofx/jbms__beancount-import/ofx__investment_buy_sell_income.ofx": ["no-amount"],
    "ofx/jseutter__ofxparse/date_missing.ofx": ["no-date"] * 3,
    "ofx/jseutter__ofxparse/decimal_error.ofx": ["no-amount"],
}
ILLEGIBLE = {"ofx/libofx__libofx/use-after-free.ofx"}

CASES = [*cases("ofx/"), *cases("ofx-investment/")]
OTHERS = [case for case in cases("") if not case.format.startswith("ofx")]

pytestmark = pytest.mark.skipif(not CASES, reason="the corpus of real files is not present")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_file_is_read_rightly_or_refused_with_its_reason(case: Case) -> None:
    source = SourceFile(case.path.name, case.path.read_bytes())
    if case.name in REFUSED:
        with pytest.raises(MalformedFile, match=REFUSED[case.name]):
            Ofx().read(source, {})
        return

    parsed = Ofx().read(source, {})

    assert differences(case, parsed) == []
    assert parsed.rejects["code"].to_list() == REJECTED.get(case.name, [])


@pytest.mark.parametrize(
    ("name", "transactions"),
    [
        ("ofx/OCA__bank-statement-import/test_ofx_wrong.ofx", 3),  # a fourth has no date
        ("ofx/jseutter__ofxparse/ofx-v102-empty-tags.ofx", 1),
        ("ofx/pypi__bankfile/unnamed-bank_empty-tags-curdef-fitid-name.ofx", 1),
    ],
)
def test_a_file_without_currency_is_read_where_the_policy_names_it(
    name: str, transactions: int
) -> None:
    [case] = cases(name)
    parsed = Ofx().read(SourceFile(case.path.name, case.path.read_bytes()), {"currency": "USD"})

    assert differences(case, parsed) == []
    assert len(parsed.lines) == transactions


@pytest.mark.parametrize("case", cases("ofx-investment/"), ids=lambda case: case.name)
def test_securities_without_cash_lines_are_skipped_with_a_finding(case: Case) -> None:
    parsed = Ofx().read(SourceFile(case.path.name, case.path.read_bytes()), {})

    assert parsed.lines.is_empty()
    assert any("securities transactions are not read" in finding for finding in parsed.findings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_legible_real_file_is_claimed_by_its_content(case: Case) -> None:
    claimed = Ofx().sniff(case.path.read_bytes()[:65536], "statement")

    assert claimed == (case.name not in ILLEGIBLE)


def test_no_file_of_another_format_is_claimed() -> None:
    claimed = [
        case.name for case in OTHERS if Ofx().sniff(case.path.read_bytes()[:65536], case.path.name)
    ]

    assert len(OTHERS) > 400
    assert claimed == []
