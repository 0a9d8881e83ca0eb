"""The record as it was known then stays as it was, whatever came later, and shows what no projection has caught up with."""

from __future__ import annotations

import datetime as dt

from recon.store.chain import Happening, append
from recon.store.connect import open_store
from recon.store.migrate import upgrade
from recon.store.projections import catch_up
from recon.store.standing import standing
from tests.store.statements import Told, event_rows

NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
DAY = Told("final", "A", 0, 0, 0, is_broken=False, lines=((0, 5, "a"), (0, 7, "b")))
# Two days, the first of which is known; what they say of their balance is wrong, so all of it is held.
LATER = Told("final", "A", 0, 1, 0, is_broken=True, lines=((0, 5, "a"), (0, 7, "b"), (1, 9, "c")))


def told_by(*statements, catches_up):
    """Record statements one after the other; gives the store and the number of each event."""
    store = open_store("sqlite:///:memory:")
    upgrade(store)
    seqs = []
    for number, told in enumerate(statements):
        with store.writing() as connection:
            rows = event_rows(told, number)
            happening = Happening(kind="file_received", actor="a", at=NOW, facts={}, rows=rows)
            seqs.append(append(connection, happening))
            if catches_up:
                catch_up(connection)
    return store, seqs


def lines_at(store, seq):
    with store.reading() as connection:
        return standing(connection, None, seq).lines


def test_what_was_known_of_a_line_then_is_not_changed_by_a_later_delivery():
    store, (first,) = told_by(DAY, catches_up=True)
    then = lines_at(store, first)
    store.close()
    store, (first, second) = told_by(DAY, LATER, catches_up=True)
    again, now = lines_at(store, first), lines_at(store, second)
    store.close()

    assert now["copies"].sum() == 2
    assert again.equals(then)


def test_lines_that_no_projection_has_caught_up_with_are_shown():
    store, (_, second) = told_by(DAY, LATER, catches_up=False)
    found = lines_at(store, second)
    store.close()

    assert found["amount"].sort().to_list() == [5, 7, 9]
