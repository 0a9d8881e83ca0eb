"""Events that came together stand in the record as if they had come one by one: same chain, same rows."""

from __future__ import annotations

import datetime as dt

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recon.store.chain import Happening, append, append_all, head
from recon.store.connect import open_store
from recon.store.migrate import upgrade
from recon.store.projections import catch_up
from recon.store.reading import fetch
from recon.store.tables import FACTS
from recon.store.verify import verify
from tests.store.statements import event_rows, told_statements

NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)


def record(how, happenings):
    """Give the hash of the newest event, all facts, and what is wrong, in a store of its own."""
    store = open_store("sqlite:///:memory:")
    upgrade(store)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        how(connection, happenings)
        catch_up(connection)
        facts = {kept.name: fetch(connection, kept) for kept in FACTS}
        found = head(connection), verify(connection).findings
        connection.rollback()
    store.close()
    return found, facts


def one_by_one(connection, happenings):
    for happening in happenings:
        append(connection, happening)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(told_statements(), min_size=1, max_size=4))
def test_events_that_came_together_are_recorded_as_if_one_by_one(statements):
    happenings = [
        Happening(
            kind="file_received", actor="anna", at=NOW, facts={}, rows=event_rows(told, number)
        )
        for number, told in enumerate(statements)
    ]
    together, facts = record(append_all, happenings)
    alone, facts_alone = record(one_by_one, happenings)

    assert together == alone
    assert together[1] == ()
    assert all(frame.equals(facts_alone[name]) for name, frame in facts.items())
