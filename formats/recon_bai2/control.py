"""Check the trailers (49, 98, 99) and the totals of credits and debits against the records; differences are findings.

In: placed records, details, summaries. Out: findings. A wrong trailer holds nothing: real ones are often wrong or
blank, and it is the balances that decide.

Source: BAI Cash Management Balance Reporting Specifications, Version 2: control totals add up all amounts as written;
record counts include headers, trailers and continuations.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import AMOUNT_LIMIT
from recon_bai2.records import DAMAGED, without_marks
from recon_bai2.structure import BAI2
from recon_bai2.summary import minor

if TYPE_CHECKING:
    from collections.abc import Iterator

TOTAL_CREDITS, TOTAL_DEBITS = "100", "400"
# Totals may be larger than what one line may hold.
_TOTAL_LIMIT: Final = 9 * 10**17


def control_findings(
    records: pl.DataFrame, details: pl.DataFrame, summaries: pl.DataFrame
) -> list[str]:
    """Give one finding for each kind of difference, with the number of them and the first one.

    Args:
        records: placed, with dialect; only BAI2 is checked, as NAI's totals are not defined publicly.
        details: statement_index, written, sign, reason of every record 16.
        summaries: statement_index, type_code, written.
    """
    bai2 = records.filter(pl.col("dialect") == BAI2)
    # A record that could not be read leaves its account without a sum to compare with.
    rejected = details.filter(pl.col("reason").is_not_null())["statement_index"].unique()
    amounts = pl.concat(
        [frame.select("statement_index", "written") for frame in (summaries, details)]
    )
    read = _sums(amounts, pl.lit(1)).filter(~pl.col("statement_index").is_in(rejected.implode()))
    trailers = _trailers(bai2)
    inside = pl.col("code").is_in(["03", "16", "49", DAMAGED])
    accounts = trailers["49"].join(read, on="statement_index", how="inner", maintain_order="left")
    found = [
        *_compare(accounts, "account trailer (49)", "the total", "stated_0", "read"),
        *_counted(
            bai2.filter(inside), trailers["49"], "statement_index", "account trailer (49)", 1
        ),
    ]
    for code, name, lower, index, low_index in (
        ("98", "group trailer (98)", "49", "group_index", "accounts"),
        ("99", "file trailer (99)", "98", "file_index", "groups"),
    ):
        below = (
            trailers[lower]
            .group_by(index)
            .agg(read=pl.col("stated_0").cast(pl.Int128).sum(), parts=pl.len().cast(pl.Int128))
        )
        level = trailers[code].join(below, on=index, how="inner", maintain_order="left")
        found += _compare(level, name, "the total", "stated_0", "read")
        found += _compare(level, name, f"the number of {low_index}", "stated_1", "parts")
        # The file's own header and trailer stand in no group.
        counted = bai2 if code == "99" else bai2.filter(~pl.col("code").is_in(["01", "99"]))
        found += _counted(counted, trailers[code], index, name, 2)
    return [*found, *_turnover(details, summaries, rejected)]


def _trailers(records: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Read what the trailers of each level state."""
    indexes = ["statement_index", "group_index", "file_index", "line_number"]
    codes = ("49", "98", "99")
    trailers = records.filter(pl.col("code").is_in(codes)).select("code", *indexes, *_stated())
    return {code: trailers.filter(pl.col("code") == code) for code in codes}


@cache
def _stated() -> tuple[pl.Expr, ...]:
    fields = without_marks(pl.col("body")).str.split(",")
    return tuple(
        minor(fields.list.get(at, null_on_oob=True).str.strip_chars(), _TOTAL_LIMIT)
        .cast(pl.Int128)
        .alias(f"stated_{at}")
        for at in range(3)
    )


def _sums(amounts: pl.DataFrame, sign: pl.Expr) -> pl.DataFrame:
    value = minor(pl.col("written"), AMOUNT_LIMIT).fill_null(0).cast(pl.Int128)
    return amounts.group_by("statement_index", maintain_order=True).agg(read=(value * sign).sum())


def _counted(
    records: pl.DataFrame, trailers: pl.DataFrame, index: str, name: str, at: int
) -> Iterator[str]:
    physical = records.group_by(index).agg(parts=pl.col("physical").sum().cast(pl.Int128))
    joined = trailers.join(physical, on=index, how="inner", maintain_order="left")
    return _compare(joined, name, "the number of records", f"stated_{at}", "parts")


def _compare(frame: pl.DataFrame, name: str, what: str, stated: str, read: str) -> Iterator[str]:
    differing = frame.filter(pl.col(stated) != pl.col(read))
    if differing.is_empty():
        return
    first = differing.row(0, named=True)
    yield (
        f"{name}: {what} differs in {len(differing)} of {len(frame)}; "
        f"the first is line {first['line_number']}: stated {first[stated]}, read {first[read]}"
    )


def _turnover(details: pl.DataFrame, summaries: pl.DataFrame, rejected: pl.Series) -> Iterator[str]:
    """Compare the total of credits and of debits with the transactions, in accounts that detail any of them."""
    for code, sign, name in ((TOTAL_CREDITS, 1, "credits"), (TOTAL_DEBITS, -1, "debits")):
        totals = summaries.filter(pl.col("type_code") == code)
        if totals.is_empty():
            continue
        stated = totals.select(
            "statement_index", stated=minor(pl.col("written"), _TOTAL_LIMIT).abs().cast(pl.Int128)
        )
        read = _sums(details.filter(pl.col("sign") == sign), pl.lit(1))
        both = stated.join(read, on="statement_index", how="inner", maintain_order="left").filter(
            ~pl.col("statement_index").is_in(rejected.implode())
        )
        differing = both.filter(pl.col("stated") != pl.col("read"))
        if not differing.is_empty():
            first = differing.row(0, named=True)
            yield (
                f"the total of {name} ({code}) differs from the transactions in {len(differing)} accounts; "
                f"the first is number {first['statement_index'] + 1}: stated {first['stated']}, read {first['read']}"
            )
