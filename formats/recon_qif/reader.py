"""From a QIF file to frames: a statement a section of transactions, a line a record.

In: one file. Out: ParsedStatements. A QIF file has no currency and no balances, so nothing in it proves that it is whole:
it is the format of the lowest trust.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import (
    ConfigurationError,
    Delivered,
    MalformedFile,
    Place,
    chosen,
    chosen_currency,
    deliver,
    refuse_unknown,
)
from recon_qif.records import ACCOUNT, MONEY, read_contents
from recon_qif.transactions import COLUMNS, read_transactions
from recon_qif.values import DAY_FIRST, MONTH_FIRST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from recon.api import ParsedStatements, SourceFile
    from recon_qif.records import Contents

READER: Final = "qif"
_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "date_order": (DAY_FIRST, MONTH_FIRST),
    "decimal_mark": (".", ","),
}
_OPTIONS: Final = frozenset({"encoding", "currency", "account", *_VALUES})
_SWITCHES: Final = ("!option:", "!clear:")


def read(source: SourceFile, options: Mapping[str, Any]) -> ParsedStatements:
    """Read one QIF file.

    Raises:
        MalformedFile: no currency is named by the policy, no section holds transactions, or order of dates or decimal
            mark are not certain.
        ConfigurationError: an option is unknown or has a value it cannot have.
    """
    _check_options(options)
    contents = read_contents(source, options.get("encoding"))
    found = _statements(source, contents, options)
    statements = found.select("section", "statement_index", "currency")
    rows = read_transactions(source.name, contents, statements, options)
    counted = (
        contents.records.join(statements, on="section")
        .group_by("statement_index")
        .agg(line_count=pl.len().cast(pl.Int64))
    )
    told = found.join(counted, on="statement_index", how="left", maintain_order="left")
    columns = ("statement_index", "account", "currency", "dialect")
    return deliver(
        source,
        Delivered(
            told.select(*columns, pl.col("line_count").fill_null(0)),
            rows.with_columns(hint=_hint()),
            COLUMNS,
        ),
        reader=READER,
        counted=int(counted["line_count"].sum()),
        findings=(*contents.findings, *_skipped(contents), *_openings(rows)),
    )


def _check_options(options: Mapping[str, Any]) -> None:
    refuse_unknown(READER, options, _OPTIONS)
    for name, values in _VALUES.items():
        chosen(READER, options, name, values)
    chosen_currency(READER, options)
    if not isinstance(options.get("account", ""), str):
        message = "`account` of [formats.qif] is the number of one account"
        raise ConfigurationError(message)


def _statements(source: SourceFile, contents: Contents, options: Mapping[str, Any]) -> pl.DataFrame:
    """Give each section of transactions its account: the one named before it, or what the policy says.

    Source: Quicken Interchange Format: an `!Account` record with the name N goes before the transactions of its account.
    """
    named = contents.fields.filter(pl.col("tag") == "N").select(
        "section", name=pl.col("value").str.replace_all(r"\s+", "")
    )
    is_account = pl.col("header").str.to_lowercase() == ACCOUNT
    sections = contents.sections.join(
        # A list of accounts may stand before all transactions; the last one named is meant.
        named.unique("section", keep="last", maintain_order=True),
        on="section",
        how="left",
        maintain_order="left",
    ).with_columns(account=pl.when(is_account).then(pl.col("name").fill_null("")).forward_fill())
    money = sections.filter(pl.col("kind").is_in(MONEY)).with_columns(
        statement_index=pl.int_range(pl.len(), dtype=pl.Int64),
        account=pl.col("account").fill_null(""),
        dialect=pl.col("kind"),
    )
    if money.is_empty():
        raise MalformedFile(
            "the file holds no transactions of a bank, cash or card account",
            place=Place(source.name, 1),
            excerpt=sections["header"][0] if len(sections) else None,
        )
    if "currency" not in options:
        raise MalformedFile(
            "a QIF file names no currency",
            place=Place(source.name),
            hint='set `currency = "USD"` (or whichever it is) under [formats.qif]',
        )
    account = options.get("account")
    if account and money["account"].n_unique() > 1:
        raise MalformedFile(
            f"`account` names one account, and the file reports on {money['account'].n_unique()}",
            place=Place(source.name, money["line_number"][1]),
            hint="leave `account` out: the accounts then have the names of the file",
        )
    return money.with_columns(
        account=pl.lit(account.replace(" ", "")) if account else pl.col("account"),
        currency=pl.lit(options["currency"]),
    )


def _skipped(contents: Contents) -> list[str]:
    """Name the sections that were not read: securities, categories, classes and other lists."""
    header = pl.col("header").str.to_lowercase()
    is_read = pl.col("kind").is_in(MONEY).fill_null(value=False) | (header == ACCOUNT)
    is_switch = pl.any_horizontal(*(header.str.starts_with(word) for word in _SWITCHES))
    lists = contents.sections.filter(~is_read & ~is_switch)
    counted = (
        contents.records.join(lists, on="section").group_by("header", maintain_order=True).len()
    )
    found = [f"{count} records of {header} are not read" for header, count in counted.rows()]
    stray = int((contents.records["section"] == 0).sum())
    return [
        *found,
        *([f"{stray} records stand before any header and are not read"] if stray else []),
    ]


def _openings(rows: pl.DataFrame) -> list[str]:
    opening = rows.filter(pl.col("status") == "information", pl.col("code").is_null())
    return [
        f"line {number}: the balance that the account was opened with is information, no transaction"
        for number in opening["line_number"]
    ]


@cache
def _hint() -> pl.Expr:
    is_ambiguous = pl.col("code") == "ambiguous-amount"
    return pl.when(is_ambiguous).then(pl.lit('set `decimal_mark = "."` or "," under [formats.qif]'))
