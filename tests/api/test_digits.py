"""Fields of digits are read exactly or not at all."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.api import (
    AMOUNT_LIMIT,
    is_nothing,
    parse_minor,
    rescaled_minor,
    six_digit_day,
    whole_number,
)
from recon.money import AmountError

if TYPE_CHECKING:
    from typing import Any


def value(expression: pl.Expr) -> Any:
    return pl.select(expression).item()


@given(
    size=st.integers(0, 9_999_999_999_999_999),
    decimals=st.integers(0, 9),
    exponent=st.integers(0, 4),
)
def test_implied_decimals_give_what_the_amount_with_its_point_gives(
    size: int, decimals: int, exponent: int
) -> None:
    digits = f"{size:0{decimals + 1}}"
    point = len(digits) - decimals
    text = f"{digits[:point]}.{digits[point:]}".rstrip(".") if decimals else digits
    try:
        expected = parse_minor(text, exponent)
    except AmountError:
        expected = None

    read = value(rescaled_minor(pl.lit(size), decimals, pl.lit(exponent)))

    assert read == expected


def test_an_amount_beyond_the_limit_is_none() -> None:
    assert value(rescaled_minor(pl.lit(AMOUNT_LIMIT), 2, pl.lit(2))) == AMOUNT_LIMIT
    assert value(rescaled_minor(pl.lit(AMOUNT_LIMIT), 2, pl.lit(3))) is None


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("050126", "%d%m%y", dt.date(2026, 1, 5)),
        ("260105", "%y%m%d", dt.date(2026, 1, 5)),
        ("310226", "%d%m%y", None),
        ("000000", "%d%m%y", None),
        (" 50126", "%d%m%y", None),
        ("0501261", "%d%m%y", None),
    ],
)
def test_a_day_of_six_digits_is_a_day_of_the_calendar(
    text: str, order: str, day: dt.date | None
) -> None:
    assert value(six_digit_day(pl.lit(text), order)) == day


@pytest.mark.parametrize(
    ("text", "number"), [("0012", 12), ("12", None), ("00 12", None), ("+012", None), ("", None)]
)
def test_a_whole_number_fills_its_field(text: str, number: int | None) -> None:
    assert value(whole_number(pl.lit(text), 4)) == number


@pytest.mark.parametrize(("text", "says"), [("000 ", True), ("", True), ("0010", False)])
def test_zeros_and_blanks_say_nothing(text: str, says: bool) -> None:
    assert value(is_nothing(pl.lit(text))) is says
