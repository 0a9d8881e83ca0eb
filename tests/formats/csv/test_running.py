"""The running balance over what was read: order within a day, gaps, ends."""

from __future__ import annotations

import datetime as dt
from itertools import accumulate

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from recon_csv.proof import chain, holds
from recon_csv.running import arrange, follow_balance

MONDAY = dt.date(2026, 1, 12)
MOVES = st.lists(st.tuples(st.integers(0, 3), st.integers(-50, 50)), min_size=1, max_size=12)


def booked(moves: list[tuple[int, int]], opening: int) -> list[tuple[dt.date, int, int]]:
    moves = sorted(moves, key=lambda move: move[0])
    held = list(accumulate((amount for _, amount in moves), initial=opening))[1:]
    return [
        (MONDAY + dt.timedelta(day), amount, balance)
        for (day, amount), balance in zip(moves, held, strict=True)
    ]


def frame(rows: list[tuple[dt.date, int, int]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "record": list(range(1, len(rows) + 1)),
            "booked": [day for day, _, _ in rows],
            "amount_read": [amount for _, amount, _ in rows],
            "balance_units": [held for _, _, held in rows],
        }
    )


@given(moves=MOVES, opening=st.integers(-100, 100), data=st.data())
def test_the_order_of_rows_within_a_day_changes_no_balance(
    moves: list[tuple[int, int]], opening: int, data: st.DataObject
):
    rows = booked(moves, opening)
    shuffled = sorted(data.draw(st.permutations(rows)), key=lambda row: row[0])
    found = arrange([row[1:] for row in shuffled], [row[0] for row in shuffled])

    # A first day that ends as it began does not say with which row it begins.
    if found is not None:
        assert not chain(found).breaks
        assert sorted(found) == sorted(row[1:] for row in rows)
        assert found[-1][1] == rows[-1][2]
    else:
        first = [row for row in rows if row[0] == rows[0][0]]
        assert first[-1][2] == opening


@given(moves=MOVES, opening=st.integers(-100, 100), at=st.integers(0, 11), by=st.integers(1, 9))
def test_a_changed_amount_is_never_arranged_away(
    moves: list[tuple[int, int]], opening: int, at: int, by: int
):
    rows = booked(moves, opening)
    at %= len(rows)
    day, amount, held = rows[at]
    rows[at] = (day, amount + by, held)
    found = follow_balance(frame(rows), [])

    # Nothing stands before the first row of a day that would contradict it, if it is the first day.
    assert found.breaks or rows[at][0] == rows[0][0] or len(rows) == 1


def test_both_ends_are_taken_from_the_arranged_rows():
    rows = [(MONDAY, -2, 7), (MONDAY, -1, 9), (MONDAY + dt.timedelta(1), 5, 12)]
    found = follow_balance(frame(rows), [])

    assert (found.ends, found.breaks) == ((10, 12), 0)


def test_a_refused_record_parts_the_chain_and_the_rest_must_still_hold():
    rows = [(MONDAY + dt.timedelta(day), 1, held) for day, held in enumerate((1, 2, 3, 9, 10))]
    part = frame(rows).with_columns(record=pl.Series([1, 2, 3, 5, 6]))

    assert follow_balance(part, [4]).breaks == 0
    assert follow_balance(part, []).break_row == 3
    assert follow_balance(part, [2]).break_row == 3


@given(at=st.integers(1, 4999), is_newest_first=st.booleans())
def test_one_balance_that_is_off_anywhere_in_a_long_table_proves_nothing(
    at: int, is_newest_first: bool
):
    amounts = [place % 7 + 1 for place in range(5000)]
    pairs = list(zip(amounts, accumulate(amounts), strict=True))
    broken = [*pairs[:at], (pairs[at][0], pairs[at][1] + 1), *pairs[at + 1 :]]
    step = -1 if is_newest_first else 1
    order = "newest_first" if is_newest_first else "oldest_first"

    assert holds([pairs[::step]], order)
    assert not holds([broken[::step]], order)
