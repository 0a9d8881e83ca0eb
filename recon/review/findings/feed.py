"""Completeness of the feed (C1) and timeliness (C7): statements that are missing, broken, or long not reconciled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.review.findings.words import findings, money, text
from recon.review.queue import queue

if TYPE_CHECKING:
    import dataframely as dy

    from recon.authority import Controls
    from recon.frames.findings import Findings
    from recon.protocols import Standing

# The statement number of SWIFT :28C: has at most five digits; longer ones are dates or ids, and no sequence.
_NUMBER: Final = r"^0*([0-9]{1,5})$"
_OF_ACCOUNT: Final = ("account", "currency")


def feed(standing: Standing, controls: Controls) -> list[dy.DataFrame[Findings]]:
    """Find what is missing or late in what the banks sent."""
    ordered = _in_order(standing)
    return [
        _broken(standing),
        _held(standing),
        _not_continued(ordered),
        _numbers(ordered),
        _late(standing, controls),
    ]


def _in_order(standing: Standing) -> pl.DataFrame:
    """Final statements with both balances in order of time, copies once; `continues`: an earlier one closed so."""
    date = pl.coalesce("closing_date", "opening_date")
    number = pl.col("statement_number").str.extract(_NUMBER).cast(pl.Int64)
    same = [*_OF_ACCOUNT, "date", "number", "page", "opening_balance", "closing_balance"]
    rows = (
        standing.statements.filter(pl.col("kind") == "final")
        .with_columns(date=date, number=number)
        .filter(pl.col("date").is_not_null())
        .sort("statement_id")
        .unique(same, keep="first", maintain_order=True)
        .sort(*_OF_ACCOUNT, "date", "number", "page", "statement_id", nulls_last=True)
        .with_columns(order=pl.int_range(pl.len(), dtype=pl.Int64))
    )
    closings = rows.group_by(*_OF_ACCOUNT, opening_balance="closing_balance").agg(
        closed_first=pl.col("order").min()
    )
    begins = rows.group_by(*_OF_ACCOUNT, "opening_balance", "opening_date").agg(
        begun_first=pl.col("order").min()
    )
    continues = (pl.col("closed_first") < pl.col("order")).fill_null(value=False)
    overlaps = (pl.col("begun_first") < pl.col("order")).fill_null(value=False)
    return (
        rows.join(closings, on=[*_OF_ACCOUNT, "opening_balance"], how="left")
        .join(begins, on=[*_OF_ACCOUNT, "opening_balance", "opening_date"], how="left")
        .sort("order")
        .with_columns(
            continues=continues | overlaps,
            before=pl.col("closing_balance").shift(1).over(*_OF_ACCOUNT),
            before_id=pl.col("statement_id").shift(1).over(*_OF_ACCOUNT),
            number_before=pl.col("number").shift(1).over(*_OF_ACCOUNT),
        )
    )


def _broken(standing: Standing) -> dy.DataFrame[Findings]:
    rows = standing.statements.filter(pl.col("balance_check") == "broken").with_columns(
        amount="balance_difference"
    )
    words = pl.concat_str(
        pl.lit("statement "),
        text("statement_number"),
        pl.lit(" of "),
        "account",
        pl.lit(" does not balance: "),
        money(),
        pl.lit(" between its closing balance and what its lines come to"),
    )
    return findings(rows, "C1", "balance_break", "act", words)


def _held(standing: Standing) -> dy.DataFrame[Findings]:
    date = pl.coalesce("closing_date", "opening_date")
    age = (pl.lit(standing.as_of) - date).dt.total_days().clip(0)
    rows = standing.statements.filter("is_held", pl.col("kind") == "final")
    words = pl.concat_str(
        pl.lit("statement "),
        text("statement_number"),
        pl.lit(" of "),
        "account",
        pl.lit(" is held: nothing of it is applied or posted until somebody releases it"),
    )
    return findings(rows.with_columns(age_days=age), "C1", "statement_held", "look", words)


def _not_continued(ordered: pl.DataFrame) -> dy.DataFrame[Findings]:
    rows = ordered.filter(
        ~pl.col("continues"),
        pl.col("before").is_not_null(),
        pl.col("opening_balance").is_not_null(),
    ).with_columns(amount=pl.col("opening_balance") - pl.col("before"))
    words = pl.concat_str(
        pl.lit("statement "),
        text(pl.coalesce("statement_number", pl.col("date").cast(pl.String))),
        pl.lit(" of "),
        "account",
        pl.lit(" opens with "),
        money("opening_balance"),
        pl.lit(", but the one before closed with "),
        money("before"),
        pl.lit(": a statement is missing"),
    )
    return findings(rows, "C1", "balance_gap", "act", words)


def _numbers(ordered: pl.DataFrame) -> dy.DataFrame[Findings]:
    """Numbers that are left out; they begin anew each year, so that a smaller one is no gap."""
    rows = ordered.filter(pl.col("number") > pl.col("number_before") + 1)
    missing = pl.col("number") - pl.col("number_before") - 1
    severity = pl.when("continues").then(pl.lit("info")).otherwise(pl.lit("act"))
    words = pl.concat_str(
        text(missing),
        pl.lit(" numbers are left out between statements "),
        text("number_before"),
        pl.lit(" and "),
        text("number"),
        pl.lit(" of "),
        "account",
        pl.when("continues").then(pl.lit("; the balances continue")).otherwise(pl.lit("")),
    )
    return findings(rows, "C1", "number_gap", severity, words)


def _late(standing: Standing, controls: Controls) -> dy.DataFrame[Findings]:
    """Accounts that are reconciled up to a day too long ago: the last before the first line that is still open."""
    date = pl.coalesce("closing_date", "opening_date")
    last = standing.statements.group_by(_OF_ACCOUNT).agg(last=date.max())
    waiting = queue(standing).filter(pl.col("fate") != "on_account")
    # A line knows its own currency; its account's statements may be told in another.
    first = waiting.group_by("account").agg(first_open=pl.col("booking_date").min())
    until = pl.min_horizontal("last", pl.col("first_open") - pl.duration(days=1))
    age = (pl.lit(standing.as_of) - pl.col("until")).dt.total_days().clip(0)
    rows = (
        last.join(first, on="account", how="left")
        .with_columns(until=until)
        .with_columns(age_days=age)
        .filter(pl.col("age_days") > controls.reconcile_within_days)
        .sort(_OF_ACCOUNT)
    )
    words = pl.concat_str(
        "account",
        pl.lit(" ("),
        "currency",
        pl.lit(") is reconciled up to "),
        text("until"),
        pl.lit(", "),
        text("age_days"),
        pl.lit(f" days ago; {controls.reconcile_within_days} are allowed"),
    )
    return findings(rows, "C7", "not_reconciled", "look", words)
