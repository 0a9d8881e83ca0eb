"""Whatever prefix of the events is read: every cent has one place, and what was known then is read the same for ever."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from recon.frames.allocations import CASH_KINDS
from recon.store.chain import head
from recon.store.standing import standing
from tests.simulation.simulate import World

_FRAMES = ("lines", "decisions", "allocations", "items", "entries")


def as_known(world, event=None):
    """The record after an event; None: the newest."""
    with world.store.engine.connect() as connection:
        newest = head(connection).seq
        found = standing(connection, known=event) if newest else None
        connection.rollback()
    return newest, found


def check_conserved(state):
    """Each line has one fate at most, its cash is all of its amount or none of it, and no item is paid beyond what was open."""
    assert state.lines["line_id"].is_unique().all()
    assert state.decisions["line_id"].is_unique().all()
    assert state.decisions.join(state.lines, on="line_id", how="anti").is_empty()

    is_cash = pl.col("kind").is_in(CASH_KINDS) & (pl.col("status") == "applied")
    cash = state.allocations.filter(is_cash).group_by("line_id").agg(cash=pl.col("amount").sum())
    settled = pl.col("fate").is_in(["applied", "on_account"])
    compared = state.lines.join(
        state.decisions.select("line_id", "fate"), on="line_id", how="left"
    ).join(cash, on="line_id", how="left")
    expected = pl.when(settled.fill_null(value=False)).then("amount").otherwise(0)
    broken = compared.filter(pl.col("cash").fill_null(0) != expected)
    assert broken.is_empty(), broken

    assert (state.items["open_amount"] >= 0).all()
    sums = state.entries.group_by("entry_key", "currency").agg(pl.col("amount").sum())
    assert (sums["amount"] == 0).all()


@pytest.mark.parametrize("seed", [3, 8])
def test_money_is_conserved_at_every_prefix_of_the_events_and_stays_as_it_was_known(seed):
    world = World(seed)
    try:
        then = {}
        for _ in range(25):
            world.step()
            newest, state = as_known(world)
            if newest:
                then[newest] = state

        last, _ = as_known(world)
        for event in range(1, last + 1):
            _, state = as_known(world, event)
            check_conserved(state)
            for name in _FRAMES if event in then else ():
                assert_frame_equal(
                    getattr(state, name), getattr(then[event], name), check_row_order=False
                )
        decided = [state for state in then.values() if state.allocations.height]
        assert last > 10
        assert decided, "nothing was ever allocated: the test would prove nothing"
    finally:
        world.store.close()
