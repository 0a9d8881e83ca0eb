"""What stands now is what the facts make it, whatever came in which order, and wherever a run was cut off."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recon.store.projections import catch_up
from recon.store.reading import fetch
from recon.store.tables import LINE_STATES
from recon.store.verify import verify
from tests.store.memory import Memory, receive
from tests.store.statements import told_statements

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

MEMORY = Memory()


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(told_statements(), st.booleans()), min_size=1, max_size=7))
def test_keeping_up_gives_what_making_anew_gives(steps):
    with MEMORY as connection:
        for number, (told, is_cut_off) in enumerate(steps):
            receive(connection, told, number)
            # A run that is killed here has not caught up; the next one does.
            if not is_cut_off:
                catch_up(connection)
        catch_up(connection)

        assert verify(connection).findings == ()


@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(told_statements(), min_size=3, max_size=3))
def test_the_order_in_which_statements_come_decides_nothing(three):
    found = []
    for order in permutations(range(3)):
        with MEMORY as connection:
            for number in order:
                receive(connection, three[number], number)
                catch_up(connection)
            found.append(fetch(connection, LINE_STATES))

    assert all(one.equals(found[0]) for one in found)
