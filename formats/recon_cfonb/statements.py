"""Statements: accounts and balances. In: records with their structure. Out: a row a statement with its heading.

Source: CFONB 120, records 01 and 07.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from recon.api import cut, exponent_expr, exponents, json_members, json_object, plain
from recon_cfonb.fields import day, is_odd_sign, signed
from recon_cfonb.structure import MOVEMENT, NEW_BALANCE, OLD_BALANCE

_LEAST_WIDTH: Final = 104


def read_statements(records: pl.DataFrame) -> pl.DataFrame:
    """Read the balances of all statements.

    Some banks leave the currency out of the balances: it is then that of the statement's movements, if they agree.

    Returns:
        a row a statement, in file order: account (bank, branch and number), number, currency (null if unknown),
        decimals, balances in minor units, `is_closed`, and the text lines of its balances.
    """
    every = records.select("statement").unique().sort("statement")
    parts = {"": OLD_BALANCE, "_new": NEW_BALANCE}
    joined = every
    for suffix, kind in parts.items():
        joined = joined.join(
            _balances(records, kind, suffix), on="statement", how="left", maintain_order="left"
        )
    joined = joined.join(_of_movements(records), on="statement", how="left", maintain_order="left")
    sources = ("", "_new", "_moved")
    known = joined.with_columns(
        pl.coalesce(f"{name}{suffix}" for suffix in sources).alias(name)
        for name in ("account", "number", "currency", "decimals")
    )
    scaled = known.with_columns(exponent=exponent_expr(pl.col("currency")))
    return scaled.with_columns(
        opening_balance=signed(pl.col("amount"), pl.col("decimals"), pl.col("exponent")),
        closing_balance=pl.when(pl.col("number") == pl.col("number_new")).then(
            signed(pl.col("amount_new"), pl.col("decimals"), pl.col("exponent"))
        ),
        has_odd_sign=is_odd_sign(pl.col("amount")).fill_null(value=False)
        | is_odd_sign(pl.col("amount_new")).fill_null(value=False),
    ).with_columns(is_closed=pl.col("closing_balance").is_not_null())


@cache
def account_columns() -> dict[str, pl.Expr]:
    """Give the columns that every record has: account, its number, currency and decimals, null where they are none."""
    currency = cut(17, 19)
    return {
        "account": plain(pl.concat_str(cut(3, 7), cut(12, 16), cut(22, 32))).str.replace_all(
            " ", "", literal=True
        ),
        "number": plain(cut(22, 32)),
        "currency": pl.when(currency.is_in(list(exponents()))).then(currency),
        "decimals": cut(20, 20).cast(pl.Int64, strict=False),
    }


def _balances(records: pl.DataFrame, kind: str, suffix: str) -> pl.DataFrame:
    sound = pl.col("is_clean") & pl.col("width").is_between(_LEAST_WIDTH, 120)
    columns = {
        **account_columns(),
        "line": pl.col("line_number"),
        "date": day(cut(35, 40)),
        "amount": pl.when(sound).then(cut(91, 104)),
        "extras": json_members({f"zone_{kind}": plain(cut(105, 120)), f"free_{kind}": plain(cut(41, 90))}),
    }  # fmt: skip
    return (
        records.filter(pl.col("kind") == kind)
        .unique("statement", keep="first", maintain_order=True)
        .select("statement", **{f"{name}{suffix}": value for name, value in columns.items()})
    )


def _of_movements(records: pl.DataFrame) -> pl.DataFrame:
    values = {
        name: value for name, value in account_columns().items() if name in {"currency", "decimals"}
    }
    first = {f"{name}_moved": value for name, value in account_columns().items()}
    agrees = pl.all_horizontal(value.n_unique() == 1 for value in values.values())
    return (
        records.filter(pl.col("kind") == MOVEMENT)
        .group_by("statement", maintain_order=True)
        .agg(agrees=agrees, **{name: value.first() for name, value in first.items()})
        .with_columns(
            pl.when("agrees").then(f"{name}_moved").alias(f"{name}_moved") for name in values
        )
    )


@cache
def statement_extras() -> pl.Expr:
    """Give what the balance records say beyond the frame."""
    return json_object(pl.col("extras").fill_null(""), pl.col("extras_new").fill_null(""))
