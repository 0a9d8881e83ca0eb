from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon.money import (
    AMOUNT_LIMIT,
    AmountError,
    exponent,
    exponents,
    format_minor,
    format_minor_expr,
    format_scaled,
    parse_minor,
    parse_minor_expr,
    to_decimal,
)

MINOR = st.integers(-AMOUNT_LIMIT, AMOUNT_LIMIT)
CURRENCIES = st.sampled_from(sorted(exponents()))


def parse_in_column(texts, decimals):
    frame = pl.DataFrame(
        {"text": texts, "decimals": decimals}, schema={"text": pl.String, "decimals": pl.Int64}
    )
    return frame.select(minor=parse_minor_expr(pl.col("text"), pl.col("decimals")))[
        "minor"
    ].to_list()


def parse_or_none(text, decimals):
    try:
        return parse_minor(text, decimals)
    except AmountError:
        return None


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [
        ("EUR", 2),
        ("USD", 2),
        ("JPY", 0),
        ("KWD", 3),
        ("CLF", 4),
        ("BGN", 2),
        ("HRK", 2),
        ("DEM", 2),
        ("ITL", 0),
    ],
)
def test_currencies_have_the_decimals_of_iso_4217(currency, decimals):
    assert exponent(currency) == decimals


@pytest.mark.parametrize("code", ["", "eur", "EURO", "XXQ", "XAU", "€"])
def test_a_code_that_is_no_currency_with_minor_units_is_an_error(code):
    with pytest.raises(AmountError, match="no ISO 4217 currency"):
        exponent(code)


@pytest.mark.parametrize(
    ("text", "decimals", "minor"),
    [
        ("0", 2, 0),
        ("-0", 2, 0),
        ("+1", 2, 100),
        ("1.5", 2, 150),
        ("1.", 2, 100),
        ("0001.50", 2, 150),
        ("1.500000", 2, 150),
        ("12", 0, 12),
        ("12.0", 0, 12),
        ("1.234", 3, 1234),
        ("-0.01", 2, -1),
        ("10000000000000.00", 2, AMOUNT_LIMIT),
    ],
)
def test_plain_text_is_an_amount(text, decimals, minor):
    assert parse_minor(text, decimals) == minor
    assert parse_in_column([text], [decimals]) == [minor]


@pytest.mark.parametrize(
    ("text", "decimals"),
    [
        ("", 2),
        (" 1", 2),
        ("1 ", 2),
        ("1\n", 2),
        ("1,50", 2),
        ("1.234,56", 2),
        ("1'000", 2),
        (".5", 2),
        ("1e3", 2),
        ("--1", 2),
        ("1-", 2),
        ("0x10", 2),
        ("NaN", 2),
        ("inf", 2),
        ("1.005", 2),  # nothing is rounded
        ("12.5", 0),
        ("12.1410065408", 0),  # ten to the tenth, cut to 32 bits
        ("1.2345", 3),
        ("10000000000000.01", 2),
        ("99999999999999999999", 2),
        ("١٢", 2),  # digits of other scripts are no amount
        ("１２", 2),  # noqa: RUF001 - full-width digits are the point
        ("1.00000000000", 2),  # more decimals than any currency or rate needs
    ],
)
def test_text_that_is_no_amount_is_an_error_and_never_a_default(text, decimals):
    with pytest.raises(AmountError):
        parse_minor(text, decimals)

    assert parse_in_column([text], [decimals]) == [None]


@given(MINOR, CURRENCIES)
def test_what_is_written_is_read_back(minor, currency):
    assert parse_minor(format_minor(minor, currency), exponent(currency)) == minor


@given(MINOR, CURRENCIES)
def test_a_column_writes_like_a_single_amount(minor, currency):
    frame = pl.DataFrame(
        {"minor": [minor, None], "currency": [currency, currency]},
        schema={"minor": pl.Int64, "currency": pl.String},
    )
    written = frame.select(text=format_minor_expr(pl.col("minor"), pl.col("currency")))[
        "text"
    ].to_list()

    assert written == [format_minor(minor, currency), None]


AMOUNT_LIKE = st.from_regex(r"[+-]?[0-9]{0,20}\.?[0-9]{0,12}", fullmatch=True)


@given(
    st.lists(
        st.tuples(AMOUNT_LIKE | st.text(max_size=12), st.integers(0, 4)), min_size=1, max_size=30
    )
)
def test_a_column_reads_like_a_single_amount(pairs):
    texts, decimals = [text for text, _ in pairs], [count for _, count in pairs]

    assert parse_in_column(texts, decimals) == [parse_or_none(text, count) for text, count in pairs]


@given(AMOUNT_LIKE, st.integers(0, 4))
def test_an_amount_read_is_exactly_what_decimal_reads(text, decimals):
    minor = parse_or_none(text, decimals)

    assert minor is None or Decimal(minor).scaleb(-decimals) == Decimal(text)


@given(MINOR, CURRENCIES)
def test_a_decimal_keeps_the_scale_of_the_currency(minor, currency):
    decimal = to_decimal(minor, currency)

    assert decimal.as_tuple().exponent == -exponent(currency)
    assert decimal == Decimal(format_scaled(minor, exponent(currency)))


def test_missing_text_stays_missing_in_a_column():
    assert parse_in_column([None, "1"], [2, 2]) == [None, 100]


def test_a_column_of_amounts_keeps_the_name_of_its_text():
    frame = pl.DataFrame({"size": ["1.50"]})

    assert frame.with_columns(parse_minor_expr(pl.col("size"), pl.lit(2))).to_dict(
        as_series=False
    ) == {"size": [150]}
