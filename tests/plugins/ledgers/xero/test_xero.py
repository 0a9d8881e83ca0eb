"""Xero by its published interface: one payment, or several documents of which only the last tells that all are there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from recon.api import ReconError
from tests.plugins.ledgers.contract import BANK, DISCOUNTS, RECEIVABLE, LedgerContract, told
from tests.plugins.ledgers.oracles import entries_of, entry_rows
from tests.plugins.ledgers.serving import serving
from tests.plugins.ledgers.xero import fake
from tests.plugins.ledgers.xero.fake import Refused
from tests.plugins.ledgers.xero.system import XERO


class TestXero(LedgerContract):
    system = XERO
    writes = ("PUT Payments", "PUT BankTransactions")

    def test_a_plain_receipt_is_one_payment_and_one_call(self, ledger, books):
        ledger.post(entries_of(XERO.paid("K1", 1)))

        assert books.writes() == ["PUT /Payments"]

    def test_many_plain_receipts_share_calls_and_a_refused_one_is_refused_alone(self):
        books = XERO.books(120)
        entries = [XERO.paid(f"K{n:03}", n) for n in range(1, 121)]
        pay = books.pay

        def refusing(row):
            if row["Reference"] == "K007":
                raise Refused("The document date cannot be before the period lock date")
            return pay(row)

        books.pay = refusing
        with serving(books.answer) as url:
            outcomes = XERO.connect(url).post(entries_of(*entries))

        assert books.writes() == ["PUT /Payments"] * 3
        refused = outcomes.filter(outcome="rejected")
        assert refused["entry_key"].to_list() == ["K007"]
        assert "lock date" in refused["reason"][0]
        assert len(books.standing()) == 119

    def test_a_credit_note_is_refunded_out_of_the_bank_account(self, ledger, books):
        rows = [("cash", BANK, 81_00, "EUR"), ("receivable", RECEIVABLE, -101_00, "EUR")]
        entry = entry_rows(
            "K1", [*rows, ("receivable", RECEIVABLE, 20_00, "EUR")], item_number="INV/1"
        )
        entry[2] |= {"item_number": "CN/1"}

        assert told(ledger.post(entries_of(entry))) == {"K1": "accepted"}
        assert books.left(1) == 0
        assert books.cash() == Decimal(81)
        assert next(iter(books.tables["CreditNotes"].values()))["RemainingCredit"] == 0

    def test_a_small_gain_is_received_money_on_its_account(self, ledger, books):
        rows = [("cash", BANK, 101_02, "EUR"), ("receivable", RECEIVABLE, -101_00, "EUR")]
        entry = entry_rows(
            "K1", [*rows, ("write_off", "Income:Gains", -2, "EUR")], item_number="INV/1"
        )

        assert told(ledger.post(entries_of(entry))) == {"K1": "accepted"}
        assert books.cash() == Decimal("101.02")
        assert {row["Reference"] for row in books.documents()} == {"K1", "K1+"}

    def test_a_discount_is_shared_by_invoices_in_turn(self, ledger, books):
        rows = [("cash", BANK, 200_00, "EUR"), ("receivable", RECEIVABLE, -101_00, "EUR")]
        rows += [("receivable", RECEIVABLE, -102_00, "EUR"), ("discount", DISCOUNTS, 3_00, "EUR")]
        entry = entry_rows("K1", rows, item_number="INV/1")
        entry[2] |= {"item_number": "INV/2"}

        assert told(ledger.post(entries_of(entry))) == {"K1": "accepted"}
        assert [books.left(1), books.left(2), books.cash()] == [0, 0, 200]

    def test_money_for_no_invoice_is_received_on_its_account_or_told_to_need_one(self, books):
        rows = [("cash", BANK, 50_00, "EUR"), ("on_account", "Liabilities:X", -50_00, "EUR")]
        entry = entries_of(entry_rows("K1", rows, item_number=None, customer_id="C5"))
        with serving(books.answer) as url:
            refused = XERO.connect(url).post(entry)
            accounts = {**XERO.options["accounts"], "Liabilities:X": fake.GAINS}
            ledger = XERO.connect(url, accounts=accounts)
            receipts = ledger.post(entry)
            assert told(ledger.post(entry)) == {"K1": "duplicate"}
            assert [told(refused), told(receipts)] == [{"K1": "rejected"}, {"K1": "accepted"}]
            assert "Liabilities:X" in refused["reason"][0]
            assert books.cash() == Decimal(50)
            assert told(ledger.reverse(receipts)) == {"K1": "accepted"}
        assert books.cash() == 0

    def test_an_overpayment_is_refunded_when_the_last_payment_is_refused(self, ledger, books):
        """It cannot be deleted; sent again it is made anew."""
        entry = XERO.paid("K1", 1, on_account=5_00)
        pay, refusals = books.pay, [True]

        def refusing(row):
            if row["Reference"] == "K1" and refusals:
                raise Refused(f"{refusals.pop()}")
            return pay(row)

        books.pay = refusing
        assert told(ledger.post(entries_of(entry))) == {"K1": "rejected"}
        assert [books.cash(), books.left(1)] == [0, Decimal(101)]
        books.answers.clear()

        assert told(ledger.post(entries_of(entry))) == {"K1": "accepted"}
        assert [books.cash(), books.left(1)] == [Decimal(106), 0]

    def test_what_xero_refuses_half_way_is_deleted_again(self, ledger, books):
        """Somebody pays the second invoice while the entry is on its way."""
        rows = [("cash", BANK, 203_00, "EUR"), ("receivable", RECEIVABLE, -101_00, "EUR")]
        entry = entry_rows(
            "K1", [*rows, ("receivable", RECEIVABLE, -102_00, "EUR")], item_number="INV/1"
        )
        entry[2] |= {"item_number": "INV/2"}
        pay = books.pay

        def meanwhile(row):
            books.pay = pay
            made = pay(row)
            for invoice in books.tables["Invoices"].values():
                if invoice["InvoiceNumber"] == "INV/2":
                    invoice["AmountDue"] = Decimal(1)
            return made

        books.pay = meanwhile
        outcomes = ledger.post(entries_of(entry))

        assert told(outcomes) == {"K1": "rejected"}
        assert "exceeds the amount outstanding" in outcomes["reason"][0]
        assert books.documents() == []
        assert books.left(1) == Decimal(101)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"account": "Income:Gains"}, "not enabled for payments"),
            ({"role": "on_account", "account": "Liabilities:X", "customer_id": "C99"}, "C99"),
        ],
    )
    def test_what_xero_would_refuse_is_told_before(self, ledger, books, change, reason):
        rows = XERO.paid("K1", 1, discount=1_00)
        rows[2] |= change
        outcomes = ledger.post(entries_of(rows))

        assert told(outcomes) == {"K1": "rejected"}
        assert reason in outcomes["reason"][0]
        assert books.writes() == []

    def test_only_a_bank_account_takes_money_for_no_invoice(self, books):
        books.accounts[0] |= {"Type": "CURRENT", "EnablePaymentsToAccount": True}
        entries = entries_of(XERO.paid("K1", 1), XERO.paid("K2", 2, on_account=5_00))
        with serving(books.answer) as url:
            outcomes = XERO.connect(url).post(entries)

        assert told(outcomes) == {"K1": "accepted", "K2": "rejected"}
        assert "no bank account" in outcomes.filter(entry_key="K2")["reason"][0]
        assert books.standing() == ["K1"]

    def test_a_key_that_xero_has_forgotten_books_nothing_twice(self, ledger, books):
        """The answer is lost, and "too many requests" lasts longer than the six minutes for which a key is known."""
        entries = entries_of(XERO.paid("K1", 1, cash=10_00))
        books.dropped, books.passes = ["PUT Payments"], 400
        pay = books.pay

        def busy(row):
            books.pay, books.busy = pay, 1
            return pay(row)

        books.pay = busy
        assert told(ledger.post(entries)) == {"K1": "accepted"}
        assert books.clock == 400
        assert books.cash() == Decimal(10)
        assert told(ledger.post(entries)) == {"K1": "duplicate"}

    def test_a_day_whose_calls_are_used_up_is_told_and_not_waited_for(self, ledger, books):
        books.busy, books.wait = 1, 40_000

        with pytest.raises(ReconError, match="429"):
            ledger.find(["K1"])

    def test_money_in_the_currency_of_its_invoice_and_account_is_posted(self, ledger, books):
        """The organisation's base currency is another; Xero books what the rate has done since."""
        books.accounts[0]["CurrencyCode"] = "USD"
        for invoice in books.tables["Invoices"].values():
            invoice["CurrencyCode"] = "USD"
        rows = [row | {"currency": "USD"} for row in XERO.paid("K1", 1)]

        assert told(ledger.post(entries_of(rows))) == {"K1": "accepted"}
        assert [books.left(1), books.cash()] == [0, Decimal(101)]

    @pytest.mark.parametrize(
        ("account", "invoice", "reason"),
        [("EUR", "USD", "is in EUR, and the money in USD"), ("USD", "EUR", "INV/1 is not in USD")],
    )
    def test_money_in_another_currency_than_its_account_or_invoice_is_rejected(
        self, ledger, books, account, invoice, reason
    ):
        books.accounts[0]["CurrencyCode"] = account
        for row in books.tables["Invoices"].values():
            row["CurrencyCode"] = invoice
        rows = [row | {"currency": "USD"} for row in XERO.paid("K1", 1)]

        assert reason in ledger.post(entries_of(rows))["reason"][0]
        assert books.writes() == []

    def test_too_many_requests_are_waited_for_and_not_lost(self, ledger, books):
        books.busy = 2

        assert told(ledger.post(entries_of(XERO.paid("K1", 1)))) == {"K1": "accepted"}

    def test_a_number_with_a_quote_is_not_asked_for(self, ledger):
        rows = XERO.paid("K1", 1)
        rows[1]["item_number"] = 'x" OR Status=="AUTHORISED'

        assert told(ledger.post(entries_of(rows))) == {"K1": "rejected"}

    def test_many_rows_are_read_page_by_page(self, books):
        with serving(books.answer) as url:
            ledger = XERO.connect(url)
            for n in range(250):
                books.add("Payments", {"Reference": f"P{n}", "Status": "DELETED"})
            rows = list(ledger._gateway._xero.rows("Payments", 'Status=="DELETED"'))

        assert len(rows) == 250
        assert books.calls == ["GET /Payments"] * 3
