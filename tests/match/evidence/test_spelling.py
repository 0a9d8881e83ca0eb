"""Numbers that a payer spelled otherwise."""

from __future__ import annotations

import polars as pl
import pytest

from recon.match.evidence.spelling import glued, letters_for_digits, of_other_series


def _line_keys(*keys: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "line": list(range(len(keys))),
            "key": keys,
            "span": keys,
            "chunks": [1] * len(keys),
            "is_digits": [key.isdigit() for key in keys],
        }
    )


def _numbers(*numbers: str) -> pl.DataFrame:
    return pl.DataFrame({"key": numbers})


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("RE2O26O71O5", "RE202607105"),
        ("2O26OO418", "202600418"),
        ("INV2O240I23", "INV20240123"),
        ("LA2026OOO46", "LA202600046"),
    ],
)
def test_letters_among_digits_are_read_as_the_digits_they_look_like(written, number):
    found = letters_for_digits(_line_keys(written), _numbers(number, "XX999999"))
    assert found.select("line", "key").rows() == [(0, number)]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("SOLO55", "501055"),  # two digits of its own: a word
        ("SO15", "5015"),  # short
        ("RE202607105", "RE202607105"),  # right as it is
        ("RE2X26071O5", "RE202607105"),  # X looks like no digit
    ],
)
def test_a_word_or_another_error_is_not_read_as_digits(written, number):
    assert letters_for_digits(_line_keys(written), _numbers(number)).is_empty()


def test_a_number_is_found_behind_the_word_that_is_glued_to_it():
    found = glued(_line_keys("INVOICEINV202500388", "XINV2025003"), _numbers("INV202500388"))
    assert found.select("line", "key").rows() == [(0, "INV202500388")]


@pytest.mark.parametrize(
    ("span", "unknown", "is_other"),
    [
        ("2026 00046", "RG 2026 00046", True),
        ("RG202600046", "RG202600046", True),
        # The item's own letters, shortened.
        ("2026 00046", "LA 2026 00046", False),
        # Letters in front of other digits.
        ("2026 00046", "RG 4711 2026 00046", False),
    ],
)
def test_digits_behind_the_letters_of_another_series_are_no_number_of_ours(span, unknown, is_other):
    hits = pl.DataFrame(
        {"line": [0], "item": [7], "kind": ["number_without_letters"], "span": [span]}
    )
    strays = pl.DataFrame({"line": [0], "key": [unknown.replace(" ", "")], "span": [unknown]})
    numbers = pl.DataFrame({"item": [7], "number_text": ["LA-2026-00046"]})
    assert of_other_series(hits, strays, numbers).rows() == ([(0, 7)] if is_other else [])
