"""What each delivery says by itself, though all are gathered at once."""

from __future__ import annotations

from recon.ingest.balance import check_balances
from recon.ingest.read import gather, rows_by_delivery
from tests.ingest.deliveries import Booked, Stated, delivery

DELIVERIES = [
    delivery("c.sta", Stated((Booked(5, 100), Booked(5, 100)))),
    delivery("a.sta", Stated((Booked(5, 100),)), Stated((Booked(6, 7),), opening=100, closing=1)),
    delivery("b.sta", Stated(())),
    delivery("c.sta", Stated((Booked(9, 1),))),
]


def test_deliveries_are_told_apart_as_if_each_came_alone():
    together = rows_by_delivery(DELIVERIES)

    for one, found in zip(DELIVERIES, together, strict=True):
        alone = gather([one])
        assert found.lines.equals(alone.lines)
        assert found.rejects.equals(alone.rejects)
        assert found.statements.equals(check_balances(alone.statements, alone.lines))
    assert [one.statements.height for one in together] == [1, 2, 1, 1]
    assert together[1].statements["balance_check"].to_list() == ["ok", "broken"]


def test_no_delivery_gives_nothing():
    assert rows_by_delivery([]) == []
