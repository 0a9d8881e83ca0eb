"""What is left of an item, once books and decisions have spoken in any order: identities of any story."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from recon.apply.carry import differences, empty_states, load, settle, versions_of
from recon.frames.items import Items


class Story:
    """Books and decisions, one after the other."""

    def __init__(self):
        self.states = empty_states()
        self.seq = 0
        self.differing = []

    def books(self, **open_amounts):
        """An extract lists these items with what is open of each."""
        self.seq += 1
        extract = items(open_amounts)
        versions = versions_of(self.states, extract, self.seq)
        found = differences(self.states, versions, self.seq)
        self.differing = found.select("item_id", "kind", "amount").rows()
        self.states = load(self.states, versions).sort("item_id")
        return self

    def settled(self, **moved):
        """Decisions settle so much of these items here; below 0: taken back."""
        moves = pl.DataFrame(
            list(moved.items()), schema={"item_id": pl.String, "moved": pl.Int64}, orient="row"
        )
        self.states = settle(self.states, moves)
        return self


def items(open_amounts):
    rows = [
        {
            **dict.fromkeys(Items.column_names()),
            "item_id": name,
            "number": name,
            "kind": "invoice" if amount > 0 else "credit_note",
            "currency": "EUR",
            "open_amount": amount,
        }
        for name, amount in open_amounts.items()
    ]
    return Items.validate(pl.DataFrame(rows, schema=Items.create_empty().schema, orient="row"))


AMOUNTS = st.dictionaries(st.sampled_from("ABC"), st.integers(-300, 300).filter(bool), max_size=3)
STEPS = st.lists(st.tuples(st.booleans(), AMOUNTS), max_size=8)


def told(steps):
    story = Story()
    for is_extract, amounts in steps:
        if is_extract:
            story.books(**amounts)
            continue
        known = set(story.states["item_id"])
        story.settled(**{name: amount for name, amount in amounts.items() if name in known})
    return story


@given(STEPS)
def test_what_is_left_is_always_what_the_books_have_open_less_what_they_have_not_seen(steps):
    states = told(steps).states

    assert (states["open_amount"] == states["book_amount"] - states["unseen"]).all()


@given(AMOUNTS, st.integers(0, 100))
def test_books_that_show_exactly_what_was_settled_have_seen_all_of_it(listed, percent):
    moved = {name: int(amount * percent / 100) for name, amount in listed.items()}
    story = Story().books(**listed).settled(**moved)
    left = {name: amount - moved[name] for name, amount in listed.items()}
    story.books(**{name: amount for name, amount in left.items() if amount})

    assert story.states["unseen"].to_list() == [0] * len(listed)
    assert story.differing == []


@given(STEPS, st.integers(-300, 300))
def test_what_happens_to_one_item_changes_no_other(steps, moved):
    alone = told(
        [
            (is_extract, {**amounts, "Z": 7} if is_extract else amounts)
            for is_extract, amounts in steps
        ]
    )
    both = told(
        [
            (is_extract, {**amounts, "Z": 7 if is_extract else moved})
            for is_extract, amounts in steps
        ]
    )
    others = pl.col("item_id") != "Z"

    assert alone.states.filter(others).equals(both.states.filter(others))


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_settling_at_once_or_one_by_one_is_the_same(listed, first, second):
    one = {name: amount for name, amount in first.items() if name in listed}
    two = {name: amount for name, amount in second.items() if name in listed}
    both = {name: one.get(name, 0) + two.get(name, 0) for name in {*one, *two}}

    assert (
        Story()
        .books(**listed)
        .settled(**one)
        .settled(**two)
        .states.equals(Story().books(**listed).settled(**both).states)
    )
