"""Statements that come in any order end in the same record; an order that does not is named."""

from __future__ import annotations

import pytest

from tests.faults import orders
from tests.faults.orders import try_orders


def test_six_orders_of_six_statements_end_in_the_same_record():
    totals = try_orders(6, 1)

    assert totals["wrong"] == []
    assert (totals["orders"], totals["verified"]) == (6, 1)
    assert totals["lines"] > totals["held"] > 0


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 8))
def test_orders_of_other_stories_end_in_the_same_record(seed):
    assert try_orders(24, seed)["wrong"] == []


def test_an_order_that_decides_something_is_named(monkeypatch):
    def later_is_lost(connection, told, number):
        if number or not lost:
            receive(connection, told, number)
        lost.append(number)

    lost, receive = [], orders.receive
    monkeypatch.setattr(orders, "receive", later_is_lost)

    assert len(try_orders(2, 1)["wrong"]) == 1
