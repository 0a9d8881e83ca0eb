"""What is told of a statement that speaks against itself; nothing is held for it."""

from __future__ import annotations

import pytest

from recon.ingest.doubts import find_doubts
from tests.ingest.deliveries import Booked, Stated, delivery, ingest


def doubts(*stated):
    statements, lines, _ = ingest(delivery("a.sta", *stated))

    assert not statements["is_held"].any()
    return find_doubts(statements, lines)


def test_a_sound_statement_leaves_no_doubt():
    assert doubts(Stated((Booked(1, 100), Booked(20, 5)), opened_on=1, closed_on=20)) == []


@pytest.mark.parametrize(("day", "is_told"), [(36, False), (37, True), (-28, True), (365, True)])
def test_an_entry_far_from_the_days_of_its_statement_is_told(day, is_told):
    found = doubts(Stated((Booked(4, 100), Booked(day, 5)), opened_on=4, closed_on=5))

    assert bool(found) == is_told
    if found:
        ((file, text),) = found
        assert file == "a.sta"
        assert "1 entries are booked more than 31 days outside" in text
        assert "record 2 on " in text
