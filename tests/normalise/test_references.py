from __future__ import annotations

from itertools import zip_longest

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.normalise.references import FIELD_BREAK, item_keys, letters_of, line_keys
from recon.normalise.text import fold


def keys_of_line(text):
    texts = pl.DataFrame(
        {"line": [0], "text": fold(pl.Series("text", [text]))}, schema_overrides={"line": pl.Int64}
    )
    return set(line_keys(texts)["key"])


def keys_of_item(number, role="number"):
    numbers = pl.DataFrame(
        {"item": [0], "text": fold(pl.Series("text", [number])), "role": [role]},
        schema_overrides={"item": pl.Int64},
    )
    return dict(item_keys(numbers).select("key", "kind").rows())


def meet(text, number):
    """Give how the line quotes the item: the best kind, or None."""
    kinds = [kind for key, kind in keys_of_item(number).items() if key in keys_of_line(text)]
    order = ["number", "number_without_zeros", "number_without_letters", "number_tail"]
    return min(kinds, key=order.index, default=None)


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("INV-1001", "INV-1001", "number"),
        ("inv 1001", "INV-1001", "number"),
        ("Inv.Nr. INV1001, danke", "INV-1001", "number"),
        ("(INV/1001)", "INV-1001", "number"),
        ("INV-2024-00123", "INV-2024-00123", "number"),
        ("inv 2024 123", "INV-2024-00123", "number"),
        ("INV202400123", "INV-2024-00123", "number"),
        ("INV2024/123", "INV-202400123", "number_without_zeros"),
        ("00004711", "4711", "number"),
        ("4711", "00004711", "number"),
        ("RECHNUNG4711", "4711", "number"),
        ("47 11", "4711", "number"),
        ("4711.0234", "47110234", "number"),
        ("20240012", "INV-20240012", "number_without_letters"),
        ("4711023", "RE-2026/4711023", "number_tail"),
        ("RE 2024 4711", "2024-4711", "number"),
        ("Rchg. Ä-4711", "Ä-4711", "number"),
        ("１００１", "1001", "number"),  # noqa: RUF001 - full-width digits are the point
    ],
)
def test_a_line_quotes_an_item_in_these_ways(text, number, kind):
    assert meet(text, number) == kind


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1814", "14"),
        ("14", "1814"),
        ("INV-10011", "INV-1001"),
        ("INV-1001", "INV-10011"),
        ("A1001B", "1001"),
        ("INV-1002", "INV-1001"),
        ("INV-100 1", "INV-1002"),
        ("1001", "INV-1001-2024"),
        ("", "INV-1001"),
        ("thank you", "INV-1001"),
        ("7", "7"),  # one digit stands in every text
        ("ABC", "ABC"),  # letters alone are a word, no number
        ("INV - 1001", "INV-001001A"),
    ],
)
def test_a_line_does_not_quote_an_item_in_these_ways(text, number):
    assert meet(text, number) is None


def test_a_number_does_not_run_from_one_field_into_the_next():
    assert meet("INV 10 01", "INV-1001") == "number"
    assert meet(f"INV 10{FIELD_BREAK}01", "INV-1001") is None


def test_a_number_does_not_run_from_one_line_into_the_next():
    texts = pl.DataFrame({"line": [0, 1], "text": ["INV 10", "01"]})
    keys = line_keys(texts)

    assert "INV1001" not in keys["key"].to_list()


def test_a_structured_reference_in_groups_of_four_is_one_key():
    assert "RF18539007547034" in keys_of_line("RF18 5390 0754 7034")
    assert "210000000003139471430009017" in keys_of_line("21 00000 00003 13947 14300 09017")


def test_the_span_is_the_text_as_it_was_read():
    keys = line_keys(pl.DataFrame({"line": [0], "text": ["PAY INV-2024-00123 NOW"]}))
    spans = keys.filter(pl.col("key") == "INV2024123")["span"].to_list()

    assert spans == ["INV 2024 00123"]


@pytest.mark.parametrize("role", ["payment_reference", "purchase_order"])
def test_only_numbers_are_quoted_without_their_letters(role):
    assert keys_of_item("PO-778120", role) == {"PO778120": role}


def test_the_whole_number_is_the_best_kind_of_a_key():
    assert keys_of_item("12345")["12345"] == "number"
    assert keys_of_item("X/12345") == {
        "X12345": "number",
        "12345": "number_without_letters",
    }


def test_no_key_is_shorter_than_two_or_without_a_digit():
    assert keys_of_item("A-1") == {"A1": "number"}
    assert keys_of_item("1") == {}
    assert keys_of_item("ABC") == {}


@given(st.text(max_size=60))
def test_any_text_gives_keys_of_plain_letters_and_digits(text):
    for key in keys_of_line(text):
        assert key.isascii()
        assert key.isalnum()
        assert key == key.upper()
        assert any(character.isdigit() for character in key)


@given(
    st.from_regex(r"[A-Z]{2,3}-[1-9][0-9]{3,7}", fullmatch=True),
    st.text("abc xyz.,:;+", max_size=15),
)
def test_a_number_between_words_is_always_found(number, words):
    assert meet(f"{words} {number} {words}", number) == "number"


@given(
    numbers=st.lists(
        st.from_regex(r"\A[A-Z]{0,3}[-/ ]?[0-9]{2,6}[A-Z]?([-/][0-9]{1,4})?\Z"),
        min_size=1,
        max_size=4,
    ),
    words=st.lists(
        st.sampled_from(["RECHNUNG", "NR", "ORDER 55", "VOM 3.1.", "DANKE"]), max_size=4
    ),
)
def test_words_of_no_number_are_left_out_and_no_number_is_lost(numbers, words):
    text = " ".join(part for pair in zip_longest(words, numbers, fillvalue="") for part in pair)
    texts = pl.DataFrame({"line": [0], "text": [text]})
    quotable = pl.DataFrame(
        {"item": list(range(len(numbers))), "text": numbers, "role": ["number"] * len(numbers)}
    )
    wanted = item_keys(quotable)["key"].implode()
    every, few = line_keys(texts), line_keys(texts, letters_of(pl.Series(numbers)))
    found = pl.col("key").is_in(wanted)
    assert set(few.filter(found)["key"]) == set(every.filter(found)["key"])
    assert few.height <= every.height
