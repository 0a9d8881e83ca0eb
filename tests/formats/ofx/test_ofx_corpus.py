"""Real OFX files: read with their expected facts, or refused with a reason that is listed here."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from recon.api import MalformedFile, SourceFile
from recon_ofx.plugin import Ofx
from tests.corpus_facts import differences
from tests.corpus_index import Case, cases

NO_STATEMENT = "no bank, card or cash statement"
UNBALANCED = "closes nothing"
REFUSED = {
    # Sign-up and transfer responses, and one that is no response at all: there is no statement to read.
    "ofx/libofx__libofx/ofx-2.1.1-sect-8.5.5.ofx": NO_STATEMENT,
    "ofx/reubano__csv2ofx/default_w_splits.ofx": NO_STATEMENT,
    "ofx/stoicflame__ofx4j/whitespace-example.ofx": NO_STATEMENT,
    "ofx/jseutter__ofxparse/error_message.ofx": "error 2000",
    "ofx/jseutter__ofxparse/signon_fail.ofx": "error 15500",
    # CURDEF is empty and no transaction names a currency; the option `currency` says it.
    "ofx/pypi__bankfile/unnamed-bank_empty-tags-curdef-fitid-name.ofx": "names no currency",
    # Files made to crash parsers, and a file cut in the middle.
    "ofx/libofx__libofx/downcast.ofx": UNBALANCED,
    "ofx/libofx__libofx/failing-ofx-file2.xml": UNBALANCED,
    "ofx/libofx__libofx/heap-buffer-overflow-1.ofx": "names no currency",
    "ofx/libofx__libofx/null-ptr-deref-1.ofx": UNBALANCED,
    "ofx/libofx__libofx/use-after-free.ofx": "no <OFX> document",
    "ofx/stoicflame__ofx4j/example-response2.ofx": "cut off",
}
# One of two statements has its currency in a comment: its four transactions are told, and rejected.
DIFFERENT = {"ofx/OCA__bank-statement-import/test_ofx_wrong.ofx": ["ccy: USD, USD,XXX"]}
# Amounts with up to 14 decimals, `*snipped*`, `$120`, missing days: each counted and rejected with its place.
REJECTED = {
    "ofx/OCA__bank-statement-import/test_ofx_wrong.ofx": [
        "no-currency",
        "no-amount",
        "no-currency",
        "no-currency",
        "no-currency",
    ],
    "ofx/aclindsa__ofxgo/inv_v202.ofx": ["no-amount"] * 4,
    "ofx/aclindsa__ofxgo/ira_v202.ofx": ["no-amount"],
    "ofx/aclindsa__ofxgo/moneymrkt1_v103.ofx": ["no-amount"] * 4,
    "ofx/aclindsa__ofxgo/moneymrkt1_v103_TYPE1.ofx": ["no-amount"] * 4,
    "ofx/asgrim__ofxparser/ofxdata-banking-xml200.ofx": ["no-amount"],
    "ofx/jbms__beancount-import/investment_buy_sell_income.ofx": ["no-amount"],
    "ofx/jbms__beancount-import/ofx__investment_buy_sell_income.ofx": ["no-amount"],
    "ofx/jseutter__ofxparse/date_missing.ofx": ["no-date"] * 3,
    "ofx/jseutter__ofxparse/decimal_error.ofx": ["no-date"],
}
MONEY_MARKET = ["close: 2607.1664944585727, 2607.17", "sumtx: 2863.2522955731815, 2863.25"]
BROKERS_FEE = ["sumtx: -8.4850, -8.49"]
# Read with `finer_amounts = "rounded"`: what the index adds up as written, we add up as rounded.
ROUNDED = {
    "ofx/aclindsa__ofxgo/inv_v202.ofx": ["sumtx: 1266.56372960083246, 1266.57"],
    "ofx/aclindsa__ofxgo/ira_v202.ofx": ["sumtx: 3730.7633832701704, 3730.76"],
    "ofx/aclindsa__ofxgo/moneymrkt1_v103.ofx": MONEY_MARKET,
    "ofx/aclindsa__ofxgo/moneymrkt1_v103_TYPE1.ofx": MONEY_MARKET,
    "ofx/jbms__beancount-import/investment_buy_sell_income.ofx": BROKERS_FEE,
    "ofx/jbms__beancount-import/ofx__investment_buy_sell_income.ofx": BROKERS_FEE,
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

    assert differences(case, parsed) == DIFFERENT.get(case.name, [])
    assert parsed.rejects["code"].to_list() == REJECTED.get(case.name, [])


@pytest.mark.parametrize(
    ("name", "transactions"),
    [
        ("ofx/OCA__bank-statement-import/test_ofx_wrong.ofx", 3),  # a fourth has no date
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


@pytest.mark.parametrize("name", ROUNDED)
def test_amounts_finer_than_their_currency_are_rounded_and_kept_as_written(name: str) -> None:
    [case] = cases(name)
    source = SourceFile(case.path.name, case.path.read_bytes())
    parsed = Ofx().read(source, {"finer_amounts": "rounded"})
    extras = [json.loads(said or "{}") for said in parsed.lines["extras"]]
    written = [
        Decimal(said.get("TRNAMT") or Decimal(minor) / 100)
        for said, minor in zip(extras, parsed.lines["amount"], strict=True)
    ]

    assert differences(case, parsed) == ROUNDED[name]
    assert sum(written) == Decimal(case.facts["sumtx"])
    assert all(
        abs(exact * 100 - minor) <= Decimal("0.5")
        for exact, minor in zip(written, parsed.lines["amount"], strict=True)
    )


def test_a_statement_takes_the_currency_that_all_its_transactions_name() -> None:
    for case in cases("ofx/jseutter__ofxparse/ofx-v102-empty-tags.ofx"):
        parsed = Ofx().read(SourceFile(case.path.name, case.path.read_bytes()), {})

        assert parsed.statements["currency"].to_list() == ["AUD"]
        assert parsed.lines["amount"].to_list() == [1234]


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
