"""GnuCash itself says that invoices are paid, whatever was killed; piecash reads every transaction back."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest

from recon.api import ReconError, opposite_key
from tests.plugins.ledgers.gnucash.book import ask, change
from tests.plugins.ledgers.gnucash.cases import connect, every_kind, paid, told
from tests.plugins.ledgers.gnucash.real import SYSTEM, with_gnucash, with_piecash
from tests.plugins.ledgers.killing import deliver
from tests.plugins.ledgers.oracles import entries_of

CHART = {"Assets:Bank": 397_10, "Expenses:Discounts": 3_00, "Deposits": -20_00}
DYING = """
import os, sys
from recon_gnucash import database, ledger
from tests.plugins.ledgers.gnucash.cases import connect, every_kind
write, left = ledger._write, int(sys.argv[2])
def dying(*request):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), 9)
    write(*request)
ledger._write = dying
connect(sys.argv[1]).post(every_kind())
"""

HOLDING = """
import sys
from gnucash import Session, SessionOpenMode
session = Session(sys.argv[1], SessionOpenMode.SESSION_NORMAL_OPEN)
print("open", flush=True)
sys.stdin.read()
session.end()
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "books.gnucash"
    with_gnucash("make", path, 10)
    return path


@pytest.mark.slow
def test_gnucash_says_that_the_invoices_are_paid_and_our_balances_to_the_cent(path):
    ledger = connect(path)
    outcomes = ledger.post(every_kind())
    assert set(told(outcomes).values()) == {"accepted"}, outcomes["reason"].to_list()
    assert set(told(ledger.post(every_kind())).values()) == {"duplicate"}
    says = with_gnucash("read", path)

    assert {n: says["invoices"][f"INV-{n}"] for n in (1, 2, 3, 4, 5)} == {
        1: {"paid": True, "left": 0},
        2: {"paid": False, "left": 29_90},
        3: {"paid": True, "left": 0},
        4: {"paid": True, "left": 0},
        5: {"paid": False, "left": 105_00},
    }
    assert {name: says["accounts"][name] for name in CHART} == CHART
    # GnuCash has opened and closed the book since; what it keeps is still what was posted.
    assert set(told(connect(path).verify(outcomes)).values()) == {"accepted"}


@pytest.mark.slow
def test_gnucash_opens_an_invoice_again_that_was_taken_back(path):
    entry = paid("K1", 1)
    ledger = connect(path)
    ledger.post(entries_of(entry))
    key = opposite_key("K1")
    back = [row | {"entry_key": key, "amount": -row["amount"]} for row in entry]

    assert told(ledger.post(entries_of(back))) == {key: "accepted"}
    assert with_gnucash("read", path)["invoices"]["INV-1"] == {"paid": False, "left": 101_00}
    assert told(ledger.post(entries_of(paid("K2", 1)))) == {"K2": "accepted"}
    assert with_gnucash("read", path)["invoices"]["INV-1"] == {"paid": True, "left": 0}


@pytest.mark.nightly
def test_a_book_that_gnucash_has_open_is_left_alone_until_it_is_closed(path):
    holding = subprocess.Popen(
        [SYSTEM, "-c", HOLDING, f"sqlite3://{path}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holding.stdout.readline() == "open\n"
    with pytest.raises(ReconError, match="open in GnuCash"):
        connect(path).post(every_kind())
    holding.communicate("")

    assert set(told(connect(path).post(every_kind())).values()) == {"accepted"}


@pytest.mark.nightly
def test_a_kill_at_any_write_loses_nothing_and_posts_nothing_twice(path):
    """The process is killed for good, in the middle of its transaction."""
    for at in (1, 5, 12, 20, 28):
        done = subprocess.run(
            [sys.executable, "-c", DYING, str(path), str(at)], check=False, capture_output=True
        )
        assert done.returncode == -9, done.stderr
        assert ask(path, "SELECT num FROM transactions WHERE num IN ('FULL', 'OVER')") == []
    assert deliver(connect(path), every_kind()) == set(every_kind()["entry_key"])
    says = with_gnucash("read", path)

    assert {name: says["accounts"][name] for name in CHART} == CHART


@pytest.mark.nightly
def test_piecash_reads_back_what_was_written_and_its_own_books_are_written(tmp_path):
    path = tmp_path / "plain.gnucash"
    with_piecash("make", path)
    accounts = {"Assets:Bank:DE02120300000000202051": "Assets:Bank"}
    ledger = connect(path, accounts=accounts | {"Liabilities:OnAccount": "Deposits"})
    outcomes = ledger.post(every_kind())
    assert set(told(outcomes).values()) == {"accepted"}, outcomes["reason"].to_list()
    says = with_piecash("read", path)

    assert says["transactions"]["DISCOUNT"] == {
        "day": "2026-01-15",
        "notes": "LDISCOUNT: number INV-1001 (20.1 bits); exact amount (9.3 bits)",
        "splits": {
            "Assets:Bank": "100",
            "Assets:Receivable": "-103",
            "Expenses:Discounts": "3",
        },
    }
    assert Decimal(says["accounts"]["Assets:Bank"]) == Decimal("397.10")
    assert set(told(ledger.verify(outcomes)).values()) == {"accepted"}


@pytest.mark.nightly
def test_an_amount_that_was_changed_in_the_book_is_seen(path):
    receipts = connect(path).post(entries_of(paid("K1", 1)))
    change(path, "UPDATE splits SET value_num = 1 WHERE action = 'Payment' AND value_num > 0")

    assert told(connect(path).verify(receipts)) == {"K1": "needs_confirmation"}
