"""No two different sets of rows have one digest: fields stand behind their lengths, null is not the empty text."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.store.digest import digests_by_event, event_digest, rows_digest

BEFORE = "0" * 64
TEXT = st.text(max_size=6) | st.sampled_from(["", "0:,", "-,", "1:a,", "a,", ",", ":"])
ROWS = st.lists(st.tuples(st.none() | TEXT, st.none() | TEXT), min_size=1, max_size=4)


def digest(rows, names=("a", "b"), table="t"):
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return rows_digest(table, frame)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([("A|B", "C")], [("A", "B|C")]),
        ([("AB", "C")], [("A", "BC")]),
        ([("1:a,", "")], [("", "1:a,")]),
        ([("a", None)], [("a", "")]),
        ([("a", "-,")], [("a", None)]),
        ([(None, "a")], [("a", None)]),
        ([(None, None)], [(None, None), (None, None)]),
        ([("a", "b"), ("c", "d")], [("c", "d"), ("a", "b")]),
        ([("a", "b"), ("c", "d")], [("a", "d"), ("c", "b")]),
        ([("a", "b")], [("a", "b"), ("a", "b")]),
        ([("é", "")], [("e\u0301", "")]),
    ],
)
def test_text_that_is_shifted_swapped_or_null_gives_another_digest(one, other):
    assert digest(one) != digest(other)


def test_the_names_of_table_and_columns_are_part_of_the_digest():
    rows = [("a", "b")]

    assert len({digest(rows), digest(rows, ("b", "a")), digest(rows, table="u")}) == 3


@given(ROWS, ROWS)
def test_two_sets_of_rows_have_one_digest_only_if_they_are_one(one, other):
    assert (digest(one) == digest(other)) == (one == other)


def test_the_digest_of_many_rows_is_that_of_all_of_them():
    rows = [(str(number), "x") for number in range(250_000)]
    changed = [*rows[:-1], ("249999", "y")]

    assert digest(rows) != digest(changed)


def test_an_event_is_hashed_with_every_field_in_its_place_and_with_what_was_before_it():
    told = [1, "decided", None, "payload"]
    others = [
        [1, "decided", "", "payload"],
        [1, "decidedpayload", None, ""],
        [11, "decided", None, "payload"],
        [1, None, "decided", "payload"],
    ]
    digests = {event_digest(BEFORE, fields) for fields in (told, *others)}

    assert len(digests | {event_digest("1" * 64, told)}) == len(others) + 2


def test_an_event_never_has_the_digest_of_rows():
    assert event_digest(BEFORE, []) != rows_digest("", pl.DataFrame())


@given(st.lists(st.tuples(st.integers(1, 3), st.none() | TEXT, st.none() | TEXT), min_size=1))
def test_the_rows_of_many_events_have_the_digests_that_they_have_alone(rows):
    schema = {"seq": pl.Int64, "a": pl.String, "b": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    alone = {
        seq: (part.height, rows_digest("t", part))
        for (seq,), part in frame.partition_by("seq", as_dict=True).items()
    }

    assert digests_by_event("t", frame) == alone
