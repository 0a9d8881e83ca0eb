"""QuickBooks Online by its documented interface: a payment a customer, and journal entries for what nobody paid."""

from __future__ import annotations

from decimal import Decimal

import pytest

from recon.api import ReconError, opposite_key
from recon_quickbooks.documents import reference_of
from tests.plugins.ledgers.contract import (
    BANK,
    DISCOUNTS,
    RECEIVABLE,
    LedgerContract,
    opposite,
    told,
)
from tests.plugins.ledgers.killing import deliver, post_killed
from tests.plugins.ledgers.oracles import entries_of, entry_rows
from tests.plugins.ledgers.quickbooks.fake import BANK as BANK_ID
from tests.plugins.ledgers.quickbooks.fake import Refused
from tests.plugins.ledgers.quickbooks.system import QUICKBOOKS
from tests.plugins.ledgers.serving import serving


def receipt(key, *postings, cash):
    """A receipt whose postings are (role, account, amount, item number, customer)."""
    rows = [("cash", BANK, cash, "EUR")]
    rows += [(role, account, amount, "EUR") for role, account, amount, _, _ in postings]
    entry = entry_rows(key, rows, item_number=None, customer_id=None)
    for row, (_, _, _, number, customer) in zip(entry[1:], postings, strict=True):
        row |= {"item_number": number, "customer_id": customer}
    return entry


def two_customers(key="K1"):
    return receipt(
        key,
        ("receivable", RECEIVABLE, -101_00, "INV/1", "C1"),
        ("receivable", RECEIVABLE, -102_00, "INV/2", "C2"),
        ("discount", DISCOUNTS, 2_00, "INV/2", "C2"),
        cash=201_00,
    )


class TestQuickBooks(LedgerContract):
    system = QUICKBOOKS
    writes = ("POST payment", "POST journalentry")

    def test_a_plain_receipt_is_one_payment_and_one_call(self, ledger, books):
        ledger.post(entries_of(QUICKBOOKS.paid("K1", 1)))

        assert books.writes() == ["POST payment"]

    def test_a_credit_note_is_linked_beside_the_invoice(self, ledger, books):
        entry = receipt(
            "K1",
            ("receivable", RECEIVABLE, -101_00, "INV/1", "C1"),
            ("receivable", RECEIVABLE, 20_00, "CN/1", "C1"),
            cash=81_00,
        )

        assert told(ledger.post(entries_of(entry))) == {"K1": "accepted"}
        assert books.left(1) == 0
        assert books.cash() == Decimal(81)

    def test_a_small_gain_is_a_journal_entry_too(self, ledger, books):
        entry = receipt(
            "K1",
            ("receivable", RECEIVABLE, -101_00, "INV/1", "C1"),
            ("write_off", "Income:Gains", -2, "INV/1", "C1"),
            cash=101_02,
        )

        assert told(ledger.post(entries_of(entry))) == {"K1": "accepted"}
        assert [books.left(1), books.cash()] == [0, Decimal("101.02")]

    def test_a_receipt_for_two_customers_is_a_payment_each(self, ledger, books):
        outcomes = ledger.post(entries_of(two_customers()))

        assert told(outcomes) == {"K1": "accepted"}
        assert [books.left(1), books.left(2), books.cash()] == [0, 0, Decimal(201)]
        assert sorted(row["PaymentRefNum"] for row in books.tables["Payment"].values()) == [
            "K1",
            "P0-K1",
        ]
        assert told(ledger.post(entries_of(opposite(two_customers())))) == {
            opposite_key("K1"): "accepted"
        }
        assert [books.left(1), books.left(2), books.cash()] == [101, 102, 0]
        assert books.tables["JournalEntry"] == {}

    def test_a_kill_between_the_payments_of_two_customers_is_gone_on_with(self):
        entries = entries_of(two_customers())
        for number in range(1, 40):
            books = QUICKBOOKS.books()
            with serving(books.answer) as url:
                ledger = QUICKBOOKS.connect(url)
                was_killed = post_killed(ledger, QUICKBOOKS.remote(ledger), entries, number)
                assert deliver(QUICKBOOKS.connect(url), entries) == {"K1"}
            assert [books.left(1), books.left(2), books.cash()] == [0, 0, Decimal(201)]
            assert len(books.tables["JournalEntry"]) == 1
            if not was_killed:
                break
        assert 5 < number < 39

    def test_what_is_refused_half_way_is_deleted_again(self, ledger, books):
        """Somebody pays the second invoice while the entry is on its way."""
        save = books.save_journalentry

        def meanwhile(row):
            for invoice in books.tables["Invoice"].values():
                if invoice["DocNumber"] == "INV/2":
                    invoice["Balance"] = Decimal(1)
            return save(row)

        books.save_journalentry = meanwhile
        outcomes = ledger.post(entries_of(two_customers()))

        assert told(outcomes) == {"K1": "rejected"}
        assert "more than the open balance" in outcomes["reason"][0]
        assert books.tables["Payment"] == books.tables["JournalEntry"] == {}
        assert books.left(1) == Decimal(101)

    def test_what_was_refused_is_asked_anew_when_its_invoice_has_changed(self, ledger, books):
        """The first refusal stands under its request id; it must not be told for ever."""
        (invoice,) = [r for r in books.tables["Invoice"].values() if r["DocNumber"] == "INV/1"]
        check = books.check

        def refuse(_row):
            raise Refused("Account Period Closed")

        books.check = refuse
        assert told(ledger.post(entries_of(QUICKBOOKS.paid("K1", 1)))) == {"K1": "rejected"}
        books.check = check
        invoice["SyncToken"] = "1"

        assert told(ledger.post(entries_of(QUICKBOOKS.paid("K1", 1)))) == {"K1": "accepted"}

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"role": "on_account", "customer_id": "C99"}, "C99"),
            ({"item_number": "o'clock \\"}, "o'clock"),
        ],
    )
    def test_what_quickbooks_would_refuse_is_told_before(self, ledger, books, change, reason):
        rows = QUICKBOOKS.paid("K1", 1)
        rows[1] |= change
        outcomes = ledger.post(entries_of(rows))

        assert told(outcomes) == {"K1": "rejected"}
        assert reason in outcomes["reason"][0]
        assert books.writes() == []

    def test_a_discount_without_an_account_of_what_is_owed_is_rejected(self, books):
        with serving(books.answer) as url:
            ledger = QUICKBOOKS.connect(url, accounts={BANK: "35", DISCOUNTS: "86"})
            outcomes = ledger.post(entries_of(QUICKBOOKS.paid("K1", 1, discount=1_00)))

        assert RECEIVABLE in outcomes["reason"][0]

    def test_money_in_the_currency_of_its_invoice_and_account_is_posted(self, ledger, books):
        """The home currency is another; QuickBooks books what the rate has done since."""
        dollar = {"CurrencyRef": {"value": "USD"}}
        books.tables["Account"][BANK_ID] |= dollar
        for invoice in books.tables["Invoice"].values():
            invoice.update(dollar)
        rows = [row | {"currency": "USD"} for row in QUICKBOOKS.paid("K1", 1)]

        assert told(ledger.post(entries_of(rows))) == {"K1": "accepted"}
        assert [books.left(1), books.cash()] == [0, Decimal(101)]

    @pytest.mark.parametrize(
        ("account", "reason"),
        [
            ({"CurrencyRef": {"value": "USD"}}, "is in USD, and the money in EUR"),
            ({"AccountType": "Income"}, "no bank account"),
            ({"Id": "36"}, "no account with the id 35"),
        ],
    )
    def test_money_that_does_not_fit_its_account_is_rejected(self, ledger, books, account, reason):
        books.tables["Account"][BANK_ID] |= account
        outcomes = ledger.post(entries_of(QUICKBOOKS.paid("K1", 1)))

        assert told(outcomes) == {"K1": "rejected"}
        assert reason in outcomes["reason"][0]
        assert books.writes() == []

    def test_an_exchange_difference_is_left_to_quickbooks(self, ledger, books):
        rows = QUICKBOOKS.paid("K1", 1, discount=1_00)
        rows[2] |= {"role": "fx_difference"}
        outcomes = ledger.post(entries_of(rows))

        assert told(outcomes) == {"K1": "rejected"}
        assert "exchange differences itself" in outcomes["reason"][0]
        assert books.writes() == []

    def test_a_fault_that_comes_with_status_200_is_a_refusal(self, ledger, books):
        def refuse(_row):
            raise Refused("Account Period Closed")

        books.faults_are_200, books.check = True, refuse
        outcomes = ledger.post(entries_of(QUICKBOOKS.paid("K1", 1)))

        assert told(outcomes) == {"K1": "rejected"}
        assert "Account Period Closed" in outcomes["reason"][0]

    def test_a_query_that_is_refused_is_an_error_with_its_words(self):
        fault = {"Fault": {"Error": [{"Message": "Error parsing query"}]}}
        with serving(lambda *_request: (200, fault)) as url, pytest.raises(ReconError) as caught:
            QUICKBOOKS.connect(url).find(["K1"])

        assert "Error parsing query" in caught.value.message

    def test_too_many_requests_are_waited_for(self, ledger, books):
        books.busy = 2

        assert told(ledger.post(entries_of(QUICKBOOKS.paid("K1", 1)))) == {"K1": "accepted"}


def test_references_fit_and_tell_keys_and_parts_apart():
    key = "0123456789abcdef0123456789abcdef"
    made = [reference_of(key), reference_of(f"reversal-of-{key}"), reference_of(key, "P19-")]

    assert len(set(made)) == 3
    assert {len(one) for one in made} == {20}
