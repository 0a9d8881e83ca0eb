"""The cash of each bank account on both sides: what the bank says, what is posted, and what only one of them has.

In: a Standing. Out: a row a line with what is posted of it, and a row an account with its sums in Int128 minor units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.report.standing import log
from recon.report.standing.document import total
from recon.report.standing.placed import placed_lines

if TYPE_CHECKING:
    from recon.protocols import Standing

ACCOUNT: Final = ("account", "currency")
# A return whose receipt is among the lines cancels out with it; one of an earlier receipt opens an item again.
_CANCELS_OUT: Final = ("return_of_receipt", "returned_later")


def posted_lines(standing: Standing) -> pl.DataFrame:
    """Give each booked line with the cash that entries post of it, and what is missing.

    Returns:
        the placed lines with posted (net of reversals), delivered (of those that a ledger has), missing (amount less
        posted), is_elsewhere (no receivable, so other books record it).
    """
    amount = pl.col("amount")
    cash = (
        cash_postings(standing)
        .with_columns(delivered=pl.when("is_delivered").then(amount).otherwise(0))
        .group_by("line_id")
        .agg(posted=amount.sum(), delivered=pl.col("delivered").sum())
    )
    is_other = (pl.col("fate") == "not_receivable") | pl.col("reason").is_in(_CANCELS_OUT)
    return (
        placed_lines(standing)
        .filter(pl.col("status") == "booked")
        .join(cash, on="line_id", how="left")
        .with_columns(pl.col("posted", "delivered").fill_null(0))
        .with_columns(
            missing=pl.col("amount") - pl.col("posted"),
            is_elsewhere=is_other & (pl.col("posted") == 0),
        )
        .sort("booking_date", "account", "file", "record", "line_id")
    )


def counted_entries(standing: Standing) -> pl.DataFrame:
    """Give the postings of all decisions that count by the value date, reversals among them."""
    return standing.entries.join(log.counted_decisions(standing), on="decision_no", how="semi")


def cash_postings(standing: Standing) -> pl.DataFrame:
    """Give the postings of cash, each with is_delivered: at least one ledger has its entry."""
    delivered = (
        standing.outbox.filter(pl.col("state") == "posted")
        .select("entry_key", is_delivered=pl.lit(value=True))
        .unique()
    )
    cash = counted_entries(standing).filter(pl.col("role") == "cash")
    return cash.join(delivered, on="entry_key", how="left").with_columns(
        pl.col("is_delivered").fill_null(value=False)
    )


def account_sums(standing: Standing) -> pl.DataFrame:
    """Add up each account.

    Returns:
        account, currency; opening (of its first statement, or led back from its last one; 0 if it has neither) and
        is_opening_stated; statement_balance, statement_number, statement_date and statement_id of its last statement;
        booked_since; bank_balance; lines (all booked), posted, delivered, elsewhere, outstanding; gap: what the
        balance has and no line; and a count for each sum of lines.
    """
    lines = posted_lines(standing)
    accounts = (
        pl.concat([lines.select(ACCOUNT), standing.statements.select(ACCOUNT)])
        .unique()
        .join(_first_statements(standing), on=ACCOUNT, how="left")
        .join(_last_statements(standing), on=ACCOUNT, how="left")
    )
    is_since = pl.col("statement_date").is_null() | (
        pl.col("booking_date") > pl.col("statement_date")
    )
    is_waiting = ~pl.col("is_elsewhere") & (pl.col("missing") != 0)
    is_undelivered = pl.col("posted") != pl.col("delivered")
    sums = (
        lines.join(accounts.select(*ACCOUNT, "statement_date"), on=ACCOUNT, how="left")
        .group_by(ACCOUNT)
        .agg(
            lines=total(),
            lines_count=pl.len(),
            booked_since=total_where("amount", is_since),
            booked_since_count=is_since.sum(),
            posted=total("posted"),
            delivered=total("delivered"),
            delivered_count=(pl.col("delivered") != 0).sum(),
            undelivered_count=is_undelivered.sum(),
            elsewhere=total_where("missing", pl.col("is_elsewhere")),
            elsewhere_count=pl.col("is_elsewhere").sum(),
            outstanding=total_where("missing", is_waiting),
            outstanding_count=is_waiting.sum(),
        )
    )
    joined = accounts.join(sums, on=ACCOUNT, how="left")
    filled = joined.with_columns(
        pl.col(name).fill_null(0) for name in sums.columns if name not in ACCOUNT
    )
    return filled.with_columns(**_balances()).with_columns(gap=_gap()).sort(ACCOUNT)


def total_where(name: str, which: pl.Expr) -> pl.Expr:
    """Add up an amount over some of the rows, in 128 bits."""
    return pl.col(name).filter(which).cast(pl.Int128).sum()


def _balances() -> dict[str, pl.Expr]:
    """Say the bank's balance now, and the one before the first line."""
    wide = pl.Int128
    closing = pl.col("statement_balance").cast(wide)
    stated = pl.col("stated_opening").cast(wide)
    # Some formats state no opening balance: then it is what the last balance leaves of the lines up to it.
    led_back = closing - (pl.col("lines") - pl.col("booked_since"))
    opening = pl.coalesce(stated, led_back, pl.lit(0, dtype=wide))
    return {
        "opening": opening,
        "is_opening_stated": stated.is_not_null(),
        "bank_balance": pl.when(closing.is_not_null())
        .then(closing + pl.col("booked_since"))
        .otherwise(opening + pl.col("lines")),
    }


def _gap() -> pl.Expr:
    return pl.col("bank_balance") - pl.col("opening") - pl.col("lines")


def _ordered_statements(standing: Standing) -> pl.DataFrame:
    """Put the final statements in the order in which the bank made them.

    A format that dates no balance is as old as its last line.
    """
    last_lines = standing.lines.group_by("statement_id").agg(last_line=pl.col("booking_date").max())
    order = ["day", "opening_date", "page", "file", "statement_index", "statement_id"]
    return (
        standing.statements.filter(pl.col("kind") == "final")
        .join(last_lines, on="statement_id", how="left")
        .with_columns(day=pl.coalesce("closing_date", "last_line", "opening_date"))
        .sort(order, nulls_last=False)
    )


def _first_statements(standing: Standing) -> pl.DataFrame:
    """Give the balance before the first line; the statement that states it may end after the value date."""
    stated = _ordered_statements(standing).filter(pl.col("opening_balance").is_not_null())
    return stated.group_by(ACCOUNT, maintain_order=True).agg(
        stated_opening=pl.col("opening_balance").first()
    )


def _last_statements(standing: Standing) -> pl.DataFrame:
    is_stated = pl.col("closing_balance").is_not_null()
    is_past = pl.col("day") <= pl.lit(standing.as_of)
    return (
        _ordered_statements(standing)
        .filter(is_stated, is_past)
        .group_by(ACCOUNT, maintain_order=True)
        .agg(
            statement_balance=pl.col("closing_balance").last(),
            statement_date=pl.col("day").last(),
            statement_number=pl.col("statement_number").last(),
            statement_id=pl.col("statement_id").last(),
        )
    )
