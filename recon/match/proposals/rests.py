"""Mark overpayments whose rest is the price of another open item of the same customer: it pays that item.

In: proposals, the day's tables. Out: the proposals with `rest_is_a_price`. The payer may have named the other
item in a way that nobody understood; money for an invoice must not end on account because of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.match.proposals.propose import Proposed

if TYPE_CHECKING:
    from recon.match.tables import Tables


def mark_rests(made: Proposed, tables: Tables) -> Proposed:
    """Add `rest_is_a_price`: what an explanation leaves on account is due, in full or less discount, for an item."""
    rests = made.proposals.filter(pl.col("settlement") == "over")
    if rests.is_empty():
        unmarked = made.proposals.with_columns(rest_is_a_price=pl.lit(value=False))
        return Proposed(unmarked, made.members)
    currencies = tables.receipts.select("line", "currency")
    due = tables.items.select("customer", "currency", price="open", less="discount")
    prices = pl.concat(
        [
            due.select("customer", "currency", "price"),
            due.filter(pl.col("less") > 0).select(
                "customer", "currency", price=pl.col("price") - pl.col("less")
            ),
        ]
    )
    over = (
        rests.select("proposal", "line", "customer", price=-pl.col("difference"))
        .join(currencies, on="line")
        .join(prices, on=["customer", "currency", "price"], how="semi")
        .select("proposal")
    )
    is_a_price = pl.col("proposal").is_in(over["proposal"].implode())
    return Proposed(made.proposals.with_columns(rest_is_a_price=is_a_price), made.members)
