"""Every line of a Standing with its fate, its customer, its owner and what was last done about it.

In: a Standing. Out: frames a row a line. All reports on lines start here, so that they agree on each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.errors import IdentityBroken
from recon.report import tables
from recon.report.standing import log

if TYPE_CHECKING:
    from recon.protocols import Standing

OPEN_FATES: Final = tables.EXCEPTION_FATES
STATES: Final = (
    "pending",
    "held",
    "awaiting_approval",
    "duplicate_suspect",
    "on_account",
    "unapplied",
    "unidentified",
)


def placed_lines(standing: Standing) -> pl.DataFrame:
    """Join each line with its decision in force.

    Raises:
        IdentityBroken: a line has no fate or several, or a fate has no line.
    """
    decisions = standing.decisions.select("line_id", "fate", "reason", "note", "decided_by")
    fates = decisions["line_id"].n_unique()
    placed = standing.lines.join(decisions, on="line_id", how="inner")
    if not (standing.lines.height == placed.height == fates == decisions.height):
        raise IdentityBroken(
            f"{standing.lines.height} lines have {decisions.height} decisions in force for {fates} lines; "
            f"{placed.height} of them meet"
        )
    return placed


def open_lines(standing: Standing) -> pl.DataFrame:
    """Give every line that is not cleared, with state, customer, age, owner and last action; oldest first.

    Not cleared are the fates unmatched, suggested and on_account, and what is held of receivables. The age counts from
    the value date, and from the booking date where the bank names none.
    """
    is_stopped = pl.col("is_held") & ~pl.col("fate").is_in(("not_receivable", "returned"))
    aged_from = pl.coalesce("value_date", "booking_date")
    age = (pl.lit(standing.as_of) - pl.col("aged_from")).dt.total_days()
    return (
        placed_lines(standing)
        .filter(pl.col("fate").is_in(OPEN_FATES) | is_stopped)
        .join(customers_of_lines(standing), on="line_id", how="left")
        .join(log.awaiting_lines(standing), on="line_id", how="left")
        .join(log.owners(standing), on="line_id", how="left")
        .join(log.last_actions(standing), on="line_id", how="left")
        .with_columns(aged_from=aged_from, side=pl.lit("bank"))
        .with_columns(age_days=age, age_bucket=tables.age_bucket(age), state=_state())
        .sort("aged_from", "currency", "amount", "line_id", descending=[False, False, True, False])
    )


def _state() -> pl.Expr:
    """Say how far a line has come; the first that holds counts."""
    return (
        pl.when(pl.col("status") != "booked")
        .then(pl.lit("pending"))
        .when("is_held")
        .then(pl.lit("held"))
        .when(pl.col("awaiting_decision_no").is_not_null())
        .then(pl.lit("awaiting_approval"))
        .when(pl.col("reason") == "duplicate_payment")
        .then(pl.lit("duplicate_suspect"))
        .when(pl.col("fate") == "on_account")
        .then(pl.lit("on_account"))
        .when(pl.col("customer_id").is_not_null())
        .then(pl.lit("unapplied"))
        .otherwise(pl.lit("unidentified"))
    )


def customers_of_lines(standing: Standing) -> pl.DataFrame:
    """Name the customer of each line that has one, and by what it is known.

    A decision names it; else the payer's account belongs to one customer alone; else all suggestions name the same.
    A name alone identifies nobody: anybody can write it.

    Returns:
        line_id, customer_id, customer_name, known_by (decision, payer_account or suggestions).
    """
    named = pl.col("customer_id").is_not_null()
    decided = _only_one(standing.allocations.filter(pl.col("status") == "applied", named))
    suggested = _only_one(standing.allocations.filter(pl.col("status") == "suggested", named))
    holders = _only_one(
        standing.parties.select("customer_id", payer_account="accounts")
        .explode("payer_account")
        .drop_nulls(),
        "payer_account",
    )
    by_account = standing.lines.select("line_id", "payer_account").join(
        holders, on="payer_account", how="inner"
    )
    ways = (("decision", decided), ("payer_account", by_account), ("suggestions", suggested))
    found = pl.concat(
        frame.select("line_id", "customer_id", known_by=pl.lit(way), order=pl.lit(order))
        for order, (way, frame) in enumerate(ways)
    )
    names = standing.parties.select("customer_id", customer_name="name")
    return (
        found.sort("line_id", "order")
        .unique("line_id", keep="first", maintain_order=True)
        .join(names, on="customer_id", how="left")
        .select("line_id", "customer_id", "customer_name", "known_by")
        .sort("line_id")
    )


def _only_one(frame: pl.DataFrame, key: str = "line_id") -> pl.DataFrame:
    """Keep the keys that name one customer and no other."""
    grouped = frame.group_by(key).agg(
        pl.col("customer_id").first(), customers=pl.col("customer_id").n_unique()
    )
    return grouped.filter(pl.col("customers") == 1).drop("customers").sort(key)
