"""Statements: accounts, balances, the bank's own totals. In: records with their structure. Out: a row a statement.

Source: Febelfin CODA 2.6, records 0, 1, 8, 4 and 9.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from recon.api import cut, exponents, is_nothing, json_members, json_object, plain
from recon_coda.fields import day, signed, size
from recon_coda.structure import FREE, HEADER, NEW_BALANCE, OLD_BALANCE, TRAILER

# Movements of a separate application stand in the account's own statement too.
_MAIN_APPLICATION: Final = "00000"


def read_statements(records: pl.DataFrame) -> pl.DataFrame:
    """Read headers, balances and trailers.

    Returns:
        a row a statement, in file order: account, currency (null if unknown), balances in minor units, stated totals
        in thousandths, `is_closed`, `is_separate`, and the text lines of its records.
    """
    joined = records.select("statement").unique().sort("statement")
    for part in (_headers, _old_balances, _new_balances, _trailers, _free_texts):
        joined = joined.join(part(records), on="statement", how="left", maintain_order="left")
    is_known = pl.col("currency").is_in(list(exponents()))
    return (
        joined.with_columns(currency=pl.when(is_known).then("currency"))
        .with_columns(
            opening_balance=signed(
                pl.col("opening_key"), size(pl.col("opening_size"), pl.col("currency"))
            ),
            closing_balance=signed(
                pl.col("closing_key"), size(pl.col("closing_size"), pl.col("currency"))
            ),
            is_separate=(pl.col("application") != _MAIN_APPLICATION).fill_null(value=False),
            is_closed=pl.col("trailer_line").is_not_null() | pl.col("closing_line").is_not_null(),
        )
        .with_columns(
            extras=json_object(
                pl.col("extras_header").fill_null(""),
                pl.col("extras_old").fill_null(""),
                json_members({"free_communication": pl.col("free_communication")}),
            )
        )
    )


def _first(records: pl.DataFrame, kind: str) -> pl.DataFrame:
    return records.filter((pl.col("kind") == kind) & pl.col("is_whole")).unique(
        "statement", keep="first", maintain_order=True
    )


def _headers(records: pl.DataFrame) -> pl.DataFrame:
    return _first(records, HEADER).select("statement", **_of_header())


@cache
def _of_header() -> dict[str, pl.Expr | str]:
    return {
        "header_line": "line_number",
        "version": cut(128, 128),
        "is_duplicate": cut(17, 17) == "D",
        "application": pl.when(cut(84, 88).str.contains("^[0-9]{5}$")).then(cut(84, 88)),
        "extras_header": json_members(
            {
                "created": cut(6, 11),
                "bank": plain(cut(12, 14)),
                "file_reference": plain(cut(25, 34)),
                "addressee": plain(cut(35, 60)),
                "bic": plain(cut(61, 71)),
                "company_number": plain(cut(72, 82)),
                "application": _unless_zero(84, 88),
                "transaction_reference": plain(cut(89, 104)),
                "related_reference": plain(cut(105, 120)),
            }
        ),
    }


def _old_balances(records: pl.DataFrame) -> pl.DataFrame:
    """Read account and old balance; column 2 tells how the account is written."""
    return _first(records, OLD_BALANCE).select("statement", **_of_old_balance())


@cache
def _of_old_balance() -> dict[str, pl.Expr | str]:
    is_short = cut(2, 2) == "0"
    return {
        "opening_line": "line_number",
        "account": _bare(pl.when(is_short).then(cut(6, 17)).otherwise(cut(6, 39))),
        "currency": pl.when(is_short).then(cut(19, 21)).otherwise(cut(40, 42)),
        "opening_key": cut(43, 43),
        "opening_size": cut(44, 58),
        "opening_date": day(cut(59, 64)),
        "statement_number": pl.coalesce(_unless_zero(126, 128), _unless_zero(3, 5)),
        "extras_old": json_members(
            {
                "holder": plain(cut(65, 90)),
                "description": plain(cut(91, 125)),
                "paper_number": _unless_zero(3, 5),
                "country": pl.when(is_short).then(plain(cut(23, 24))),
            }
        ),
    }


def _new_balances(records: pl.DataFrame) -> pl.DataFrame:
    return _first(records, NEW_BALANCE).select("statement", **_of_new_balance())


@cache
def _of_new_balance() -> dict[str, pl.Expr | str]:
    is_short = cut(5, 16).str.contains("^[0-9]{12}$") & (cut(17, 17) == " ")
    return {
        "closing_line": "line_number",
        "closing_account": _bare(pl.when(is_short).then(cut(5, 16)).otherwise(cut(5, 38))),
        "closing_key": cut(42, 42),
        "closing_size": cut(43, 57),
        "closing_date": day(cut(58, 63)),
    }


def _trailers(records: pl.DataFrame) -> pl.DataFrame:
    return _first(records, TRAILER).select("statement", **_of_trailer())


@cache
def _of_trailer() -> dict[str, pl.Expr | str]:
    return {
        "trailer_line": "line_number",
        "stated_records": cut(17, 22).cast(pl.Int64, strict=False),
        "stated_debits": cut(23, 37).cast(pl.Int64, strict=False),
        "stated_credits": cut(38, 52).cast(pl.Int64, strict=False),
        "goes_on": cut(128, 128) == "1",
    }


def _free_texts(records: pl.DataFrame) -> pl.DataFrame:
    texts = records.filter(pl.col("kind") == FREE)
    return texts.group_by("statement", maintain_order=True).agg(
        free_communication=cut(33, 112).str.join("")
    ).with_columns(free_communication=plain(pl.col("free_communication")))  # fmt: skip


def _bare(text: pl.Expr) -> pl.Expr:
    return plain(text).str.replace_all(" ", "", literal=True)


def _unless_zero(first: int, last: int) -> pl.Expr:
    text = cut(first, last)
    return pl.when(~is_nothing(text)).then(plain(text))
