"""ERPNext by its documented interface: a payment a customer, made and submitted in one call, and cancelled."""

from __future__ import annotations

from decimal import Decimal

import pytest

from recon.api import opposite_key
from tests.plugins.ledgers.contract import (
    BANK,
    DISCOUNTS,
    RECEIVABLE,
    LedgerContract,
    opposite,
    told,
)
from tests.plugins.ledgers.erpnext.system import ERPNEXT
from tests.plugins.ledgers.killing import deliver, post_killed
from tests.plugins.ledgers.oracles import entries_of, entry_rows
from tests.plugins.ledgers.serving import serving


def two_customers():
    rows = [("cash", BANK, 208_00, "EUR"), ("receivable", RECEIVABLE, -101_00, "EUR")]
    rows += [("receivable", RECEIVABLE, -102_00, "EUR"), ("discount", DISCOUNTS, 2_00, "EUR")]
    rows += [("on_account", "Liabilities:X", -7_00, "EUR")]
    entry = entry_rows("K1", rows, item_number="SINV-1", customer_id="C1", line_id="LK1")
    for row in entry[2:4]:
        row |= {"item_number": "SINV-2", "customer_id": "C2"}
    entry[4] |= {"item_number": None, "customer_id": "C3"}
    return entry


class TestErpnext(LedgerContract):
    system = ERPNEXT
    writes = ("create",)

    def test_a_rest_stays_unallocated_with_the_customer(self, ledger, books):
        ledger.post(entries_of(ERPNEXT.paid("K1", 4, on_account=20_00)))
        (payment,) = books.tables["Payment Entry"].values()

        assert (payment["party"], payment["unallocated_amount"]) == ("C4", Decimal(20))

    def test_money_for_no_invoice_is_a_payment_on_the_usual_account(self, ledger, books):
        rows = [("cash", BANK, 50_00, "EUR"), ("on_account", "Liabilities:X", -50_00, "EUR")]
        entry = entry_rows("K1", rows, item_number=None, customer_id="C5")

        assert told(ledger.post(entries_of(entry))) == {"K1": "accepted"}
        (payment,) = books.tables["Payment Entry"].values()
        assert (payment["party"], payment["paid_from"]) == ("C5", "Debtors - X")

    def test_a_receipt_for_several_customers_is_a_payment_each_under_one_key(self, ledger, books):
        entry = two_customers()

        assert told(ledger.post(entries_of(entry))) == {"K1": "accepted"}
        assert [books.left(1), books.left(2), books.cash()] == [0, 0, Decimal(208)]
        payments = books.tables["Payment Entry"].values()
        assert sorted((row["party"], row["reference_no"]) for row in payments) == [
            ("C1", "K1"),
            ("C2", "K1+"),
            ("C3", "K1+"),
        ]
        assert told(ledger.post(entries_of(opposite(entry)))) == {opposite_key("K1"): "accepted"}
        assert [books.left(1), books.left(2), books.cash()] == [101, 102, 0]

    def test_a_kill_between_the_payments_of_one_receipt_is_gone_on_with(self):
        entries = entries_of(two_customers())
        for number in range(1, 30):
            books = ERPNEXT.books()
            with serving(books.answer) as url:
                ledger = ERPNEXT.connect(url)
                was_killed = post_killed(ledger, ERPNEXT.remote(ledger), entries, number)
                assert deliver(ERPNEXT.connect(url), entries) == {"K1"}
            assert [books.left(1), books.left(2), books.cash()] == [0, 0, Decimal(208)]
            assert len(books.tables["Payment Entry"]) == 3
            if not was_killed:
                break
        assert 8 < number < 29

    def test_what_is_refused_half_way_is_cancelled_again(self, ledger, books):
        """The last of three payments finds its invoice paid by somebody else."""
        create = books.create

        def meanwhile(row):
            books.tables["Sales Invoice"]["SINV-1"]["outstanding_amount"] = Decimal(1)
            return create(row)

        books.create = meanwhile
        outcomes = ledger.post(entries_of(two_customers()))

        assert told(outcomes) == {"K1": "rejected"}
        assert "greater than outstanding" in outcomes["reason"][0]
        assert books.cash() == 0
        assert books.left(2) == Decimal(102)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"role": "on_account", "customer_id": "C99"}, "no customer C99"),
            ({"item_number": "SINV-99"}, "no submitted invoice SINV-99"),
        ],
    )
    def test_what_erpnext_does_not_have_is_told_before(self, ledger, books, change, reason):
        rows = ERPNEXT.paid("K1", 1)
        rows[1] |= change
        outcomes = ledger.post(entries_of(rows))

        assert reason in outcomes["reason"][0]
        assert books.writes() == []

    def test_another_currency_is_rejected(self, ledger):
        rows = [row | {"currency": "USD"} for row in ERPNEXT.paid("K1", 1)]

        assert "not in USD" in ledger.post(entries_of(rows))["reason"][0]

    def test_what_was_cancelled_is_in_doubt(self, ledger):
        receipts = ledger.post(entries_of(ERPNEXT.paid("K1", 1)))
        ledger.reverse(receipts)

        assert told(ledger.verify(receipts)) == {"K1": "needs_confirmation"}

    @pytest.mark.parametrize("verb", ["create", "cancel"])
    def test_what_was_done_without_an_answer_is_found_and_not_done_again(self, ledger, books, verb):
        entry = ERPNEXT.paid("K1", 1)
        books.dropped = [verb]

        assert told(ledger.post(entries_of(entry))) == {"K1": "accepted"}
        assert told(ledger.post(entries_of(opposite(entry)))) == {opposite_key("K1"): "accepted"}
        assert len(books.writes()) == 2
