"""Accounts (records 03) as statements: account, currency, balances, kind; and what else the bank said of each.

In: records with their headers. Out: a frame with the columns of ReadStatements but the count of lines, and findings.

Source: BAI Cash Management Balance Reporting Specifications, Version 2: records 02 and 03, group status, as-of date
modifier; the currency of an account is that of its group, which is USD where it names none.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import AMOUNT_LIMIT, NO_CURRENCY, exponents, json_members, json_object
from recon_bai2 import summary
from recon_bai2.records import without_marks
from recon_bai2.structure import BAI2, read_date

if TYPE_CHECKING:
    from collections.abc import Mapping

STANDARD_CURRENCY: Final = "USD"
COLUMNS: Final = (
    "statement_index", "account", "currency", "kind", "opening_balance", "opening_date",
    "closing_balance", "closing_date", "dialect", "extras",
)  # fmt: skip
# As-of date modifiers: interim and final of the day before, interim and final of the same day.
_INTERIM: Final = ("1", "3")
# A report on an older day than this is a damaged date, if not an old file sent again.
_OLDEST_DAYS: Final = 366
_STATUS_NAMES: Final[Mapping[str, str]] = {"2": "a deletion", "3": "a correction"}
_KEPT: Final = (
    "as_of_time", "file_date", "file_id", "file_receiver", "file_sender", "file_time",
    "group_status", "modifier", "originator", "receiver",
)  # fmt: skip


def accounts(records: pl.DataFrame, currency: str | None) -> pl.DataFrame:
    """Read the heads of the records 03, with the headers of their groups beside them.

    Args:
        records: placed records with file and group headers.
        currency: what stands in where neither account nor group names one; None: the standard's.
    """
    fields = pl.col("body").str.splitn(",", 3).struct
    named = without_marks(fields.field("field_1")).fill_null("").str.strip_chars()
    stated = pl.coalesce(
        pl.when(named != "").then(named),
        pl.when(pl.col("group_currency") != "").then(pl.col("group_currency")),
    ).str.to_uppercase()
    standard = pl.when(pl.col("dialect") == BAI2).then(pl.lit(STANDARD_CURRENCY))
    assumed = pl.lit(currency) if currency else standard
    given = pl.coalesce(stated, assumed, pl.lit(NO_CURRENCY))
    is_known = given.is_in(list(exponents()))
    account = without_marks(fields.field("field_0")).str.replace_all(r"\s+", "")
    return (
        records.filter(pl.col("code") == "03")
        .with_columns(
            account=account,
            currency=pl.when(is_known).then(given).otherwise(pl.lit(NO_CURRENCY)),
            is_assumed=stated.is_null(),
            rest=fields.field("field_2").fill_null(""),
        )
        .drop("code", "body", "byte_offset", "byte_length", "inside")
    )


def statements(heads: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """Complete the statements with balances and extras.

    Args:
        heads: see `accounts`.
        read: see `summary.summaries`.

    Returns:
        COLUMNS, and is_whole: all summaries could be read.
    """
    joined = heads.join(
        summary.balances(read, AMOUNT_LIMIT),
        on="statement_index",
        how="left",
        maintain_order="left",
    ).join(_listed(read), on="statement_index", how="left", maintain_order="left")
    # A deletion or correction restates balances that another group gave; only a person can say which are right.
    has_balances = (
        pl.col("group_status").is_in(["", "1"])
        & (pl.col("currency") != NO_CURRENCY)
        & pl.col("is_whole").fill_null(value=True)
    )
    is_interim = pl.col("modifier").is_in(_INTERIM)
    return joined.with_columns(
        kind=pl.when(is_interim).then(pl.lit("interim")).otherwise(pl.lit("final")),
        opening_balance=pl.when(has_balances).then(pl.col("opening_balance")),
        closing_balance=pl.when(has_balances).then(pl.col("closing_balance")),
        opening_date=pl.col("date"),
        closing_date=pl.col("date"),
        is_whole=pl.col("is_whole").fill_null(value=True),
        extras=_extras(),
    )


@cache
def _extras() -> pl.Expr:
    kept = {name: pl.when(pl.col(name) != "").then(pl.col(name)) for name in _KEPT}
    return json_object(json_members({**kept, "summaries": pl.col("summaries")}))


def _listed(read: pl.DataFrame) -> pl.DataFrame:
    """Write the summaries of each account as one text: type code, amount, item count and funds type of each."""
    parts = [pl.col(name).fill_null("") for name in ("type_code", "written", "items", "funds")]
    one = pl.concat_str(parts, separator=" ").str.strip_chars_end(" ")
    return (
        read.filter(pl.col("type_code").is_not_null())
        .group_by("statement_index", maintain_order=True)
        .agg(summaries=one.str.join("; "))
    )


def findings(told: pl.DataFrame, currency: str | None) -> list[str]:
    """Say what was assumed of statements, and which of them a person must look at."""
    found = []
    assumed = told.filter(pl.col("is_assumed"), pl.col("currency") != NO_CURRENCY)
    if not assumed.is_empty():
        source = "the policy's" if currency else "the standard's"
        found.append(
            f"{len(assumed)} accounts name no currency; {source} stands: {assumed['currency'][0]}"
        )
    for status, name in _STATUS_NAMES.items():
        marked = told.filter(pl.col("group_status") == status)
        if not marked.is_empty():
            found.append(
                f"{len(marked)} accounts stand in groups that are {name} (status {status}) of an earlier report; "
                f"their lines are information, and count in no balance; the first is line {marked['line_number'][0]}"
            )
    unknown = told.filter(~pl.col("group_status").is_in(["", "1", *_STATUS_NAMES]))
    if not unknown.is_empty():
        found.append(
            f"{len(unknown)} accounts stand in groups of no known status ({unknown['group_status'][0]}); "
            f"their lines are information, and count in no balance; the first is line {unknown['line_number'][0]}"
        )
    # Nothing else in a file bears out its dates. A day's tolerance is for time zones.
    age = (read_date(pl.col("file_date")) - pl.col("date")).dt.total_days()
    odd = told.filter(~age.is_between(-1, _OLDEST_DAYS))
    if not odd.is_empty():
        found.append(
            f"the as-of dates of {len(odd)} accounts do not fit the day the file was made; "
            f"the first is line {odd['line_number'][0]}: {odd['as_of_date'][0]}, made {odd['file_date'][0]}"
        )
    unread = told.filter(~pl.col("is_whole"))
    if not unread.is_empty():
        found.append(
            f"the summaries of {len(unread)} accounts cannot be read to their end, so they have no balances; "
            f"the first is line {unread['line_number'][0]}"
        )
    return found
