"""The summaries of an account (record 03): balances, totals, and what the bank said beyond them.

In: the records 03. Out: balances in whole minor units as written, one row a summary. Summaries stand in groups of type
code, amount, item count and funds type; a funds type S, V or D brings further fields, so the width varies. NAI has
pairs of type code and amount, with the sign behind the digits.

Source: BAI Cash Management Balance Reporting Specifications, Version 2: record 03, funds type, type codes 010 to 099.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon_bai2.records import without_marks
from recon_bai2.structure import NAI

OPENING, CLOSING = "010", "015"

# D is followed by how many pairs of days and amount there are; a report has no more than these.
DISTRIBUTIONS: Final = "|".join(rf"0*{count}(?:,[^,]*){{{2 * count}}}" for count in range(1, 16))
FUNDS: Final = rf"(?:[Ss](?:,[^,]*){{3}}|[Vv](?:,[^,]*){{2}}|[Dd],(?:{DISTRIBUTIONS})|[Zz012]|)"
_SUMMARY: Final = rf"([0-9]{{3}}),([+-]?[0-9]*)(?:,([0-9]*)(?:,({FUNDS}))?)?"
_PAIR: Final = r"([0-9]{3}),([+-]?[0-9]*-?)"
WRITTEN: Final = r"^[+-]?[0-9]{1,18}$"


def summaries(accounts: pl.DataFrame) -> pl.DataFrame:
    """Read the summaries of all accounts.

    Args:
        accounts: statement_index, dialect, rest: what stands behind account and currency in record 03.

    Returns:
        statement_index, type_code, written (digits with the sign before them), items, funds; and one row with null
        type_code for each account whose summaries cannot be read to their end.
    """
    frame = accounts.select("statement_index", "dialect", rest=without_marks(pl.col("rest")))
    is_nai = pl.col("dialect") == NAI
    read = [_read(frame.filter(~is_nai), _SUMMARY, ("type_code", "written", "items", "funds"))]
    nai = frame.filter(is_nai)
    if not nai.is_empty():
        read.append(_read(nai, _PAIR, ("type_code", "written")))
    return pl.concat(read, how="diagonal").sort("statement_index", maintain_order=True)


def _read(frame: pl.DataFrame, pattern: str, names: tuple[str, ...]) -> pl.DataFrame:
    one = rf"{pattern}(?:,|$)"
    # Banks differ in whether an empty funds type is written before a continuation: a comma more or less.
    is_whole = pl.col("rest").str.replace_all(one, "").str.contains(r"^,*$")
    sound = frame.filter(is_whole)
    read = (
        sound.with_columns(found=pl.col("rest").str.extract_all(one))
        .explode("found", empty_as_null=False)
        .select(
            "statement_index",
            *(pl.col("found").str.extract(pattern, at + 1).alias(n) for at, n in enumerate(names)),
        )
        .with_columns(written=_sign_first(pl.col("written")))
    )
    broken = frame.filter(~is_whole).select("statement_index", type_code=pl.lit(None, pl.String))
    return pl.concat([read, broken], how="diagonal")


def _sign_first(written: pl.Expr) -> pl.Expr:
    is_behind = written.str.ends_with("-") & (written.str.len_chars() > 1)
    return (
        pl.when(is_behind)
        .then(pl.concat_str(pl.lit("-"), written.str.strip_suffix("-")))
        .otherwise(written)
    )


def minor(written: pl.Expr, limit: int) -> pl.Expr:
    """Turn digits into whole minor units (the decimals are implied); null beyond the limit or where they are none."""
    value = pl.when(written.str.contains(WRITTEN)).then(written.str.strip_prefix("+"))
    number = value.cast(pl.Int64, strict=False)
    return pl.when(number.abs() <= limit).then(number)


def balances(read: pl.DataFrame, limit: int) -> pl.DataFrame:
    """Give each statement its balances: statement_index, opening_balance, closing_balance, is_whole.

    A balance that is written twice with two values is none.
    """
    amount = minor(pl.col("written"), limit)

    def only(code: str) -> pl.Expr:
        stated = pl.col("amount").filter(pl.col("type_code") == code).drop_nulls()
        return pl.when(stated.n_unique() == 1).then(stated.first())

    return (
        read.with_columns(amount=amount)
        .group_by("statement_index", maintain_order=True)
        .agg(
            opening_balance=only(OPENING),
            closing_balance=only(CLOSING),
            is_whole=pl.col("type_code").is_not_null().all(),
        )
    )
