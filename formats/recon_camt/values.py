"""Exact reading of amounts and dates, as column expressions. In: text. Out: minor units or dates; null if not certain.

Source: W3C XML Schema part 2, decimal, date and dateTime; ISO 20022 ActiveOrHistoricCurrencyAndAmount.
"""

from __future__ import annotations

import polars as pl

from recon.api import exponent_expr, parse_minor_expr


def minor(text: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Read an amount without sign; zeros behind the currency's decimals are no decimals, anything else there is an error."""
    # `.5` is a decimal of XML Schema; our own grammar wants a digit before the point.
    plain = text.str.replace(r"^\.([0-9])", "0.$1").str.replace(r"(\.[0-9]{2,}?)0+$", "$1")
    unsigned = pl.when(plain.str.contains(r"^[0-9]")).then(plain)
    return parse_minor_expr(unsigned, exponent_expr(currency))


def sign(indicator: pl.Expr) -> pl.Expr:
    """Give 1 for a credit, -1 for a debit, null for anything else."""
    return pl.when(indicator == "CRDT").then(1).when(indicator == "DBIT").then(-1).cast(pl.Int64)


def date(text: pl.Expr) -> pl.Expr:
    """Read the day of a date or a date with time, as it is written: no time zone shifts it."""
    day = text.str.extract(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T Z+-].*)?$", 1)
    return day.str.to_date("%Y-%m-%d", strict=False)
