"""Statements: accounts, periods, balances and the bank's own totals.

In: records with their structure. Out: a row a statement with its heading, and what is wrong with it.

Source: AEB, Cuaderno 43, records 11 and 33.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from recon.api import cut, exponent_expr, json_members, json_object, plain
from recon_norma43.fields import currency, day, signed, size
from recon_norma43.structure import HEAD, TOTALS

_HEAD_WIDTH: Final = 50
_TOTALS_WIDTH: Final = 73


def read_statements(records: pl.DataFrame) -> pl.DataFrame:
    """Read the heads and totals of all statements.

    Returns:
        a row a statement, in file order: account, currency (null if unknown), balances and stated totals in minor
        units, `is_closed`, and the text lines of its records.
    """
    every = records.select("statement").unique().sort("statement")
    joined = every.join(_heads(records), on="statement", how="left").join(
        _totals(records), on="statement", how="left"
    )
    known = joined.with_columns(
        account=pl.coalesce("account", "account_totals"),
        currency=pl.coalesce("currency", "currency_totals"),
        is_closed=(pl.col("is_closed") & (pl.col("account") == pl.col("account_totals")))
        .fill_null(pl.col("account").is_null() & pl.col("is_closed"))
        .fill_null(value=False),
    )
    amounts = ("opening_size", "debits", "credits", "closing_size")
    scaled = known.with_columns(decimals=exponent_expr(pl.col("currency")))
    return _balanced(
        scaled.with_columns(size(pl.col(name), pl.col("decimals")) for name in amounts)
    )


def _heads(records: pl.DataFrame) -> pl.DataFrame:
    return (
        records.filter(pl.col("kind") == HEAD)
        .unique("statement", keep="first", maintain_order=True)
        .select("statement", **_of_head())
    )


@cache
def _of_head() -> dict[str, pl.Expr | str]:
    return {
        "head_line": "line_number",
        "account": _account(),
        "currency": pl.when(
            pl.col("is_clean"),
            pl.col("width").is_between(_HEAD_WIDTH, 80),
            cut(33, 33).is_in(("0", "1", "2")),
            day(cut(21, 26)).is_not_null(),
        ).then(currency(cut(48, 50))),
        "opening_date": day(cut(21, 26)),
        "closing_date": day(cut(27, 32)),
        "opening_key": cut(33, 33),
        "opening_size": cut(34, 47),
        "extras": json_object(
            json_members({"information_mode": plain(cut(51, 51)), "holder": plain(cut(52, 77))})
        ),
    }


def _totals(records: pl.DataFrame) -> pl.DataFrame:
    return (
        records.filter(pl.col("kind") == TOTALS)
        .unique("statement", keep="first", maintain_order=True)
        .select("statement", **_of_totals())
    )


@cache
def _of_totals() -> dict[str, pl.Expr | str]:
    return {
        "totals_line": "line_number",
        "account_totals": _account(),
        "currency_totals": currency(cut(74, 76)),
        "debit_count": cut(21, 25).cast(pl.Int64, strict=False),
        "debits": cut(26, 39),
        "credit_count": cut(40, 44).cast(pl.Int64, strict=False),
        "credits": cut(45, 58),
        "closing_key": cut(59, 59),
        "closing_size": cut(60, 73),
        "is_closed": pl.col("is_clean") & pl.col("width").is_between(_TOTALS_WIDTH, 80),
    }


@cache
def _account() -> pl.Expr:
    """Bank, branch and account; they carry no check digits, so no IBAN is made up from them."""
    return plain(cut(3, 20)).str.replace_all(" ", "", literal=True)


def _balanced(statements: pl.DataFrame) -> pl.DataFrame:
    """Give balances their signs.

    A closing balance whose key is neither debit nor credit has the sign that the record's own totals prove, if they do.
    """
    opened = statements.with_columns(
        opening_balance=signed(pl.col("opening_key"), pl.col("opening_size"))
    )
    stated = signed(pl.col("closing_key"), pl.col("closing_size"))
    expected = pl.col("opening_balance") - pl.col("debits") + pl.col("credits")
    proven = pl.when(expected.abs() == pl.col("closing_size")).then(expected)
    return opened.with_columns(
        is_sign_proven=stated.is_null() & proven.is_not_null(),
        closing_balance=pl.when("is_closed").then(pl.coalesce(stated, proven)),
    )
