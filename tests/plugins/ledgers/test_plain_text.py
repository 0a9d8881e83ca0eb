"""A grammar is all that one more plain-text program needs: the one in the page for plugin authors is run here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from recon.api import Ledger
from recon.api.plain_text import PlainTextLedger
from tests.plugins.ledgers.oracles import balances_of, check_with_hledger, entries_of, entry_rows

PAGE = (Path(__file__).parents[3] / "plugins" / "README.md").read_text(encoding="utf-8")

EXPECTED = """\
; Entries of bank reconciliation

2026/01/15 * ACME GmbH, invoice INV-1001
    ; recon-key: K1
    ; line-id: Labcdefghijklmnop
    ; evidence: exact amount
    Assets:Bank:X1  123.45 EUR
    Assets:Receivable  -123.45 EUR
    Expenses:Rounding  0.00 EUR
"""
REVERSED = """
2026/01/15 * ACME GmbH, invoice INV-1001
    ; recon-key: reversal-of-K1
    ; line-id: Labcdefghijklmnop
    ; evidence: exact amount
    Assets:Bank:X1  -123.45 EUR
    Assets:Receivable  123.45 EUR
    Expenses:Rounding  0.00 EUR
"""
POSTINGS = [
    ("cash", "Assets:Bank:X1", 123_45, "EUR"),
    ("receivable", "Assets:Receivable", -123_45, "EUR"),
    ("fx_difference", "Expenses:Rounding", 0, "EUR"),
]
ENTRY = entry_rows("K1", POSTINGS, evidence="exact amount")


@pytest.fixture(scope="module")
def grammar():
    (block,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    names = {}
    exec(compile(block, "plugins/README.md", "exec"), names)
    return names["GRAMMAR"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.dat"


@pytest.fixture
def ledger(grammar, path):
    return PlainTextLedger(path, grammar)


def test_the_grammar_of_the_page_makes_a_ledger(ledger, path):
    outcomes = ledger.post(entries_of(ENTRY))

    assert isinstance(ledger, Ledger)
    assert outcomes["outcome"].to_list() == ["accepted"]
    assert path.read_text(encoding="utf-8") == EXPECTED
    assert ledger.find(["K1", "K2"]) == {"K1": "K1"}
    assert ledger.post(entries_of(ENTRY))["outcome"].to_list() == ["duplicate"]


def test_a_reversal_has_its_own_key_and_every_amount_with_the_other_sign(ledger, path):
    receipts = ledger.post(entries_of(ENTRY))
    outcomes = ledger.reverse(receipts)

    assert outcomes.row(0) == ("K1", "accepted", None, "reversal-of-K1")
    assert path.read_text(encoding="utf-8") == EXPECTED + REVERSED
    assert ledger.reverse(receipts)["outcome"].to_list() == ["duplicate"]


def test_an_entry_with_an_account_that_the_program_cannot_have_is_rejected_alone(ledger):
    spaced = [("cash", "Assets:Bank  X", 1, "EUR"), ("receivable", "Assets:Receivable", -1, "EUR")]
    outcomes = ledger.post(entries_of(ENTRY, entry_rows("K2", spaced)))

    assert outcomes.row(0)[1] == "accepted"
    assert outcomes.row(1) == (
        "K2", "rejected", "ledger-cli gets no account 'Assets:Bank  X'", None,
    )  # fmt: skip


def test_an_entry_that_stands_twice_needs_a_person(ledger, path):
    receipts = ledger.post(entries_of(ENTRY))
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n{text}", encoding="utf-8")

    assert ledger.verify(receipts).row(0) == ("K1", "needs_confirmation", "it stands 2 times", "K1")


def test_what_the_grammar_of_the_page_writes_is_text_that_a_real_program_reads(ledger, path):
    hostile = 'x; "y"\n2026/01/01 z\n    ; recon-key: K9\n    Assets:Hacked  1.00 EUR'
    entries = entries_of(
        ENTRY, entry_rows("K2", description=hostile, evidence=hostile, line_id=hostile)
    )
    accounts = entries["account"].unique().sort()
    declared = "".join(f"account {account}\n" for account in accounts)
    path.write_text(f"commodity 1000.00 EUR\n{declared}", encoding="utf-8")
    ledger.post(entries)

    assert ledger.find(["K1", "K2", "K9"]) == {"K1": "K1", "K2": "K2"}
    # hledger reads journals of ledger-cli too.
    assert check_with_hledger(path) == balances_of(entries)
