"""Open items over time: what the books say, what was settled here, and what one side has not seen of the other."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.apply.carry import differences, empty_states, load, settle, versions_of
from tests.scenarios.build import items_frame

EXTRACT = 7


def extract(**open_amounts):
    """All items that are open in the books: number to open amount in minor units."""
    rows = [
        {"number": name, "open_amount": amount, "amount": 10_000 if amount > 0 else -10_000}
        for name, amount in open_amounts.items()
    ]
    return items_frame(rows)


def loaded(states, **open_amounts):
    """The states after an extract."""
    return load(states, versions_of(states, extract(**open_amounts), EXTRACT))


def settled(states, **moved):
    """The states after decisions settled so much of the items (negative: took back)."""
    ids = dict(states.select("number", "item_id").rows())
    moves = pl.DataFrame(
        [{"item_id": ids[name], "moved": amount} for name, amount in moved.items()]
    )
    return settle(states, moves)


def of(states, name="A"):
    """What is open in the books, unseen there, and left here."""
    return (
        states.filter(pl.col("number") == name)
        .select("book_amount", "unseen", "open_amount")
        .row(0)
    )


def disagreements(states, **open_amounts):
    """Kind and amount of each difference that an extract shows."""
    versions = versions_of(states, extract(**open_amounts), EXTRACT)
    found = differences(states, versions, EXTRACT)
    return dict(found.select("kind", "amount").rows())


def test_what_was_settled_here_is_not_open_again_because_the_books_have_not_seen_it():
    states = settled(loaded(empty_states(), A=10_000), A=10_000)

    assert of(loaded(states, A=10_000)) == (10_000, 10_000, 0)
    assert disagreements(states, A=10_000) == {"still_open_in_books": 10_000}


def test_an_item_that_the_books_close_was_seen():
    states = settled(loaded(empty_states(), A=10_000), A=10_000)
    closed = loaded(states, B=500)

    assert of(closed) == (0, 0, 0)
    assert not closed.filter(pl.col("number") == "A")["is_in_books"].item()
    assert disagreements(states, B=500) == {}


def test_the_books_that_show_a_part_have_seen_a_part():
    states = settled(loaded(empty_states(), A=10_000), A=6_000)

    assert of(loaded(states, A=8_000)) == (8_000, 4_000, 4_000)
    assert disagreements(states, A=8_000) == {"still_open_in_books": 4_000}


def test_what_goes_beyond_was_settled_in_the_books_alone():
    states = settled(loaded(empty_states(), A=10_000), A=3_000)

    assert of(loaded(states, A=2_000)) == (2_000, 0, 2_000)
    assert disagreements(states, A=2_000) == {"settled_in_books_only": 5_000}


def test_what_is_taken_back_is_open_here_until_the_books_open_it_too():
    seen = loaded(settled(loaded(empty_states(), A=10_000), A=10_000), B=500)
    taken_back = settled(seen, A=-10_000)

    assert of(taken_back) == (0, -10_000, 10_000)
    assert disagreements(taken_back, B=500) == {"still_settled_in_books": -10_000}
    assert of(loaded(taken_back, A=10_000, B=500)) == (10_000, 0, 10_000)


def test_a_credit_note_is_the_same_with_the_opposite_sign():
    states = settled(loaded(empty_states(), A=-10_000), A=-4_000)

    assert of(states) == (-10_000, -4_000, -6_000)
    assert of(loaded(states, A=-6_000)) == (-6_000, 0, -6_000)
    assert disagreements(states, A=-10_000) == {"still_open_in_books": -4_000}


def test_an_item_that_the_books_raise_is_a_change_and_no_settlement():
    states = loaded(empty_states(), A=5_000)

    assert of(loaded(states, A=7_000)) == (7_000, 0, 7_000)
    assert disagreements(states, A=7_000) == {}


def test_the_same_extract_again_changes_nothing():
    states = loaded(empty_states(), A=5_000, B=-700)

    assert versions_of(states, extract(A=5_000, B=-700), EXTRACT).is_empty()


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ({}, {"A": 1}, "added"),
        ({"A": 1}, {"A": 2}, "changed"),
        ({"A": 1, "B": 1}, {"B": 1}, "closed"),
    ],
)
def test_a_version_says_what_the_extract_did(before, after, change):
    versions = versions_of(loaded(empty_states(), **before), extract(**after), EXTRACT)

    assert versions.select("number", "change").rows() == [("A", change)]


steps = st.lists(
    st.tuples(st.sampled_from(["books", "here"]), st.sampled_from("ABC"), st.integers(1, 10_000)),
    max_size=12,
)


@given(steps)
def test_left_here_is_always_the_books_less_what_they_have_not_seen(history):
    books = {"A": 10_000, "B": 10_000, "C": 10_000}
    states = loaded(empty_states(), **books)
    for side, name, amount in history:
        if side == "books":
            books[name] = amount
            states = loaded(states, **books)
        else:
            states = settled(states, **{name: min(amount, of(states, name)[2])})

    left = states["book_amount"] - states["unseen"]
    assert states["open_amount"].to_list() == left.to_list()
    assert states["open_amount"].min() >= 0, "no more is settled than is open"


@given(st.integers(1, 10_000))
def test_books_that_show_what_was_settled_here_have_nothing_left_to_see(amount):
    states = settled(loaded(empty_states(), A=10_000), A=amount)
    shown = {"A": 10_000 - amount} if amount < 10_000 else {"B": 1}

    assert of(loaded(states, **shown))[1] == 0
    assert disagreements(states, **shown) == {}
