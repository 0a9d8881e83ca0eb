"""Odoo by its documented interface: a posted move whose receivable lines are matched with the invoices."""

from __future__ import annotations

import pytest

from tests.plugins.ledgers.contract import LedgerContract, told
from tests.plugins.ledgers.killing import deliver
from tests.plugins.ledgers.odoo.system import ODOO
from tests.plugins.ledgers.oracles import entries_of


class TestOdoo(LedgerContract):
    system = ODOO
    writes = ("create", "action_post", "js_assign_outstanding_line")

    def test_a_customer_that_odoo_does_not_have_is_named(self, ledger, books):
        rows = ODOO.paid("K1", 1, on_account=1_00)
        rows[2] |= {"customer_id": "C99"}
        outcomes = ledger.post(entries_of(rows))

        assert "C99" in outcomes["reason"][0]
        assert books.writes() == []

    def test_what_is_left_of_an_invoice_is_told(self, ledger):
        ledger.post(entries_of(ODOO.paid("K1", 1)))
        outcomes = ledger.post(entries_of(ODOO.paid("K2", 1)))

        assert outcomes["reason"].to_list() == ["only 0.0 of invoice INV/1 are open"]

    def test_an_invoice_that_was_paid_meanwhile_leaves_a_posting_for_a_person(self, ledger, books):
        """Two entries of one batch pay the same invoice: each alone has its place."""
        outcomes = ledger.post(entries_of(ODOO.paid("K1", 1), ODOO.paid("K2", 1)))

        assert told(outcomes) == {"K1": "accepted", "K2": "needs_confirmation"}
        assert books.standing() == ["K1", "K2"]

    def test_a_reversal_is_a_move_of_its_own(self, ledger, books):
        ledger.reverse(ledger.post(entries_of(ODOO.paid("K1", 1))))

        assert books.standing() == ["K1", "reversal-of-K1"]

    @pytest.mark.parametrize("method", ["create", "action_post", "js_assign_outstanding_line"])
    def test_a_step_that_was_not_heard_of_is_gone_on_with_by_the_next_call(
        self, ledger, books, method
    ):
        """Odoo would take the same entry twice, so nothing is sent again before a look-up in a later call."""
        books.dropped = [method]
        entries = entries_of(ODOO.paid("K1", 1))
        first = told(ledger.post(entries))

        assert first == {"K1": "accepted" if method.startswith("js") else "unknown"}
        assert deliver(ledger, entries) == {"K1"}
        assert books.standing() == ["K1"]
        assert books.calls.count("account.move.create") == 1
        assert books.left(1) == 0
