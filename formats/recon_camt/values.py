"""Exact reading of amounts and dates, column by column. In: text. Out: minor units or dates; null if not certain.

Source: W3C XML Schema part 2, decimal, date and dateTime; ISO 20022 ActiveOrHistoricCurrencyAndAmount.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.api import exponents, parse_minor_expr

# To read so many costs less than to look which are the same.
_FEW: Final = 1000


def decimals(currency: pl.Series) -> pl.Series:
    """Give the decimals of currencies, of which a file has few; null where one is none of ISO 4217."""
    known = {code: exponents()[code] for code in currency.unique() if code in exponents()}
    if len(known) == 1 and not currency.null_count() and currency.n_unique() == 1:
        return pl.Series(list(known.values()), dtype=pl.Int64).new_from_index(0, len(currency))
    return currency.replace_strict(known, default=None, return_dtype=pl.Int64)


def minor(text: pl.Series, currency: pl.Series) -> pl.Series:
    """Read amounts without sign.

    Zeros behind the currency's decimals are no decimals; anything else there is not certain.

    Args:
        text: the amounts as written.
        currency: ISO 4217 code of each.

    Returns:
        minor units; null where the text is no amount of the currency, or where it is null.
    """
    if text.null_count() == len(text):
        return pl.Series(text.name, [None], dtype=pl.Int64).new_from_index(0, len(text))
    amount = pl.col("text")
    read = pl.DataFrame({"text": text, "currency": currency}).with_columns(
        decimals=decimals(currency),
        # Nearly all amounts are whole hundredths: their digits are the number.
        is_usual=amount.str.contains(r"^[0-9]{1,12}\.[0-9]{2}$").fill_null(value=False),
        digits=amount.str.replace(".", "", literal=True).cast(pl.Int64, strict=False),
    )
    is_usual = (pl.col("is_usual") & (pl.col("decimals") == 2)).fill_null(value=False)
    usual = read.select(pl.when(is_usual).then("digits")).to_series()
    if not usual.null_count():
        return usual
    rows = usual.is_null()
    others = read.filter(rows).with_columns(text=_plain(amount))
    exact = others.select(parse_minor_expr(amount, pl.col("decimals"))).to_series()
    return usual.scatter(rows.arg_true(), exact)


def _plain(text: pl.Expr) -> pl.Expr:
    """Write a decimal of XML Schema in our own grammar: a digit before the point, no zeros without meaning, no sign."""
    plain = text.str.replace(r"^\.([0-9])", "0.$1").str.replace(r"(\.[0-9]{2,}?)0+$", "$1")
    return pl.when(plain.str.contains(r"^[0-9]")).then(plain)


def sign(indicator: pl.Expr) -> pl.Expr:
    """Give 1 for a credit, -1 for a debit, null for anything else."""
    return pl.when(indicator == "CRDT").then(1).when(indicator == "DBIT").then(-1).cast(pl.Int64)


def date(text: pl.Expr) -> pl.Expr:
    """Read the day of a date or a date with time, as it is written: no time zone shifts it."""
    is_day = text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T Z+-].*)?$")
    day = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    return pl.when(is_day).then(day)


def days(text: pl.Series) -> pl.Series:
    """Read dates of which many are the same: each different one is read once."""
    if len(text) <= _FEW:
        return text.to_frame("text").select(date(pl.col("text"))).to_series()
    written = pl.DataFrame({"text": text.unique()}).with_columns(day=date(pl.col("text")))
    every = pl.DataFrame({"text": text})
    return every.join(written, on="text", how="left", maintain_order="left")["day"]
