"""What a text says of its own amount: deductions and instalments."""

from __future__ import annotations

import polars as pl
import pytest

from recon.match.evidence.stated import name_stated_parts, stated_amounts


def texts(text, currency="EUR"):
    return pl.DataFrame({"line": [0], "currency": [currency], "text": [text]})


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("ABZGL. 12,50", [1250]),
        ("LESS 12.50", [1250]),
        ("1.234,56 LESS 1,234.57", [123456, 123457]),
        ("1'234.50 CHF", [123450]),
        ("12.50 AND 12,50", [1250]),
        ("112.50", [11250]),
        ("12.5", []),
        ("12.500", []),
        ("12.03.2026", []),
        ("1.23.456,00", []),
        ("RE-2026-00412", []),
        ("0,00", [0]),
        ("1234567890123456,00", []),
    ],
)
def test_amounts_are_read_whole_with_two_decimals(text, stated):
    assert stated_amounts(texts(text))["stated"].to_list() == stated


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_currencies_of_other_decimals_are_not_read(currency):
    assert stated_amounts(texts("LESS 12.50", currency)).is_empty()


def settlement(text, amount, opened, settled="part"):
    pairs = pl.DataFrame(
        {
            "line": [0],
            "item": [0],
            "currency": ["EUR"],
            "amount": [amount],
            "open": [opened],
            "difference": [opened - amount],
            "settlement": [settled],
            "band": pl.Series([1], dtype=pl.Int64),
        }
    )
    named = name_stated_parts(pairs, texts(text))
    return named["settlement"].item()


@pytest.mark.parametrize(
    ("text", "amount", "name"),
    [
        ("INV RATE 1/3", 3333, "instalment"),
        ("INV RATE 3/3", 3334, "instalment"),
        ("INV RATE 1/ 3", 3334, "instalment"),
        ("INV (2/3)", 3333, "instalment"),
        ("INV RATE 2/3", 5000, "instalment"),  # of what the first one left open
        ("INV RATE 1/3", 5000, "part"),
        ("INV RATE 1/3", 3300, "part"),
        ("INV RATE 4/3", 3333, "part"),
        ("INV RATE 1/1", 3333, "part"),
        ("INV 2026/1/3", 3333, "part"),
        ("INV 11/33", 3333, "part"),
        ("INV A1/3", 3333, "part"),
        ("INV 1/3-4", 3333, "part"),
    ],
)
def test_an_instalment_is_the_part_that_the_text_says(text, amount, name):
    assert settlement(text, amount, 10_000) == name


def test_the_difference_must_be_the_one_stated():
    assert settlement("LESS 12,50", 98_750, 100_000) == "stated_deduction"
    assert settlement("LESS 12,50", 98_749, 100_000) == "part"


def test_a_stated_deduction_goes_before_nothing_else_that_is_said():
    # Half of it, and the difference is stated as well: the turn is the rarer thing to say.
    assert settlement("RATE 1/2, REST 50,00", 5_000, 10_000) == "instalment"


def test_only_part_payments_are_renamed():
    assert settlement("LESS 12,50", 98_750, 100_000, "write_off") == "write_off"
