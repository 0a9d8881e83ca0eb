from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recon.match.evidence.lists import neighbours, open_lists
from tests.examples import examples

_QUOTED = 8_000


def opened(text, head, span, numbers, customers=None):
    """Open one text in which `span` quotes the number `head`; the numbers are those of open items."""
    items = pl.DataFrame(
        {
            "item": range(len(numbers)),
            "customer": customers or [7] * len(numbers),
            "number_text": numbers,
        },
        schema_overrides={"item": pl.Int64, "customer": pl.Int64},
    )
    hits = pl.DataFrame(
        {
            "line": [0],
            "item": [numbers.index(head)],
            "kind": ["number"],
            "millibits": [20_000],
            "span": [span],
            "key": [span.replace(" ", "")],
        }
    )
    texts = pl.DataFrame({"line": [0], "text": [text]})
    return open_lists(texts, hits, items, _QUOTED)


def quoted(text, head, span, numbers, customers=None):
    found = opened(text, head, span, numbers, customers).hits
    return sorted(numbers[item] for item in found["item"])


_FIVE = ["RE-1001", "RE-1002", "RE-1003", "RE-1004", "RE-1005"]


@pytest.mark.parametrize(
    "text",
    [
        "RE 1001-1005",
        "RE 1001 - 1005",
        "RE 1001..1005",
        "RE 1001-05",
        "RE 1001-005",
        "RE 1001 BIS 1005",
        "RE 1001 TO 1005 THANKS",
        "RE 1001/02/03/04/05",
        "RE 1001, 1002, 1003, 1004 AND 1005",
        "RE 1001/02-05",
        "RE 1001, 02, 03-05",
    ],
)
def test_a_folded_list_quotes_each_of_its_numbers(text):
    assert quoted(text, "RE-1001", "RE 1001", _FIVE) == _FIVE[1:]


@pytest.mark.parametrize(
    "text",
    [
        "RE 1001",
        "RE 1001 02",  # nothing says that 02 goes with the number
        "RE 1001/02.2026",  # a month
        "RE 1001-1500,00 EUR",  # an amount
        "RE 1001-2026",  # a year, and wider than any list
        "RE 1001/2",  # one digit says too little
        "RE 1005-1001",
        "RE 1001 X 1005",
    ],
)
def test_other_digits_behind_a_number_open_nothing(text):
    assert quoted(text, "RE-1001", "RE 1001", _FIVE) == []


def test_the_digits_of_another_customer_are_not_opened():
    assert quoted("RE 1001-1003", "RE-1001", "RE 1001", _FIVE, [7, 8, 7, 7, 7]) == ["RE-1003"]


def test_a_number_with_other_letters_is_not_opened():
    assert quoted("RE 1001/02", "RE-1001", "RE 1001", ["RE-1001", "CN-1002"]) == []


def test_a_range_wider_than_any_list_is_not_opened():
    numbers = [f"RE-{number}" for number in range(1001, 1100)]

    assert quoted("RE 1001-1099", "RE-1001", "RE 1001", numbers) == []


def test_a_range_with_numbers_missing_is_worth_less_and_says_so():
    whole = opened("RE 1001-1005", "RE-1001", "RE 1001", _FIVE).hits
    gapped = opened("RE 1001-1005", "RE-1001", "RE 1001", _FIVE[:3]).hits

    assert whole["span"].to_list()[0] == "1001..1005 (1 of 4)"
    assert gapped["span"].to_list()[0] == "1001..1005 (1 of 4, open 2)"
    assert gapped["millibits"].sum() < whole["millibits"].sum()


def test_no_folded_number_is_worth_more_than_the_number_before_it():
    hits = opened("RE 1001/02", "RE-1001", "RE 1001", _FIVE).hits

    assert hits["millibits"].to_list() <= [20_000]
    assert hits["millibits"].min() >= _QUOTED


def test_a_tail_that_is_no_open_number_is_told():
    found = opened("RE 1001/02/77", "RE-1001", "RE 1001", _FIVE)

    assert found.unknown["span"].to_list() == ["1001/77"]
    assert found.used["span"].to_list() == ["02"]


def test_both_ends_in_full_open_what_lies_between():
    numbers = ["RE-0998", "RE-0999", "RE-1000"]
    items = pl.DataFrame({"item": [0, 1, 2], "customer": [7, 7, 7], "number_text": numbers})
    hits = pl.DataFrame(
        {
            "line": [0, 0],
            "item": [0, 2],
            "kind": ["number", "number"],
            "millibits": [20_000, 20_000],
            "span": ["RE 0998", "RE 1000"],
            "key": ["RE0998", "RE1000"],
        }
    )
    texts = pl.DataFrame({"line": [0], "text": ["RE-0998 - RE-1000"]})

    assert open_lists(texts, hits, items, _QUOTED).hits["item"].to_list() == [1, 2]


_NUMBER = st.tuples(st.integers(1, 2), st.sampled_from(["", "RE"]), st.integers(0, 400))
_TAIL = st.tuples(_NUMBER, st.sampled_from([10, 60, 100]))


@given(st.lists(_NUMBER, unique=True), st.sets(_TAIL))
@settings(max_examples=examples(60))
def test_the_density_around_a_tail_counts_the_numbers_it_could_have_said(numbers, tails):
    frame = pl.DataFrame(numbers, schema=["customer", "stem", "value"], orient="row")
    schema = {"customer": pl.Int64, "stem": pl.String, "last": pl.Int64, "block": pl.Int64}
    asked = pl.DataFrame([(*tail, block) for tail, block in tails], schema=schema, orient="row")
    counts = {
        (*tail, block): sum(
            number[:2] == tail[:2] and number[2] // block == tail[2] // block for number in numbers
        )
        for tail, block in tails
    }

    found = neighbours(
        asked, frame.cast({"customer": pl.Int64, "value": pl.Int64, "stem": pl.String})
    )

    assert {row[:4]: row[4] for row in found.rows()} == {
        tail: count for tail, count in counts.items() if count
    }
