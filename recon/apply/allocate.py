"""Write proposals down as allocations: money of one line, applied or suggested, to one item, of a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.frames.allocations import CASH_KINDS, Allocations

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.items import Items
    from recon.frames.lines import Lines
    from recon.frames.proposals import ProposalItems, Proposals


def allocate(
    lines: dy.DataFrame[Lines],
    items: dy.DataFrame[Items],
    proposals: dy.DataFrame[Proposals],
    members: dy.DataFrame[ProposalItems],
) -> dy.DataFrame[Allocations]:
    """Name every member of every proposal as an allocation.

    Returns:
        Allocations sorted by line, rank, item and kind; amounts in minor units of the line's currency. The item
        amount is what it takes off the item; of an item in another currency that is all of it, which is suggested and
        never applied, because the books hold no rate of the bank.
    """
    named = (
        members.rename({"customer_id": "member_customer"})
        .join(proposals, on=["line_id", "rank"])
        .join(lines.select("line_id", "currency"), on="line_id")
        .join(
            items.select(
                "item_id",
                "number",
                "open_amount",
                item_customer="customer_id",
                item_currency="currency",
            ),
            on="item_id",
            how="left",
        )
    )
    is_of_line = pl.col("currency") == pl.col("item_currency")
    return Allocations.validate(
        named.select(
            "line_id",
            "item_id",
            "amount",
            "currency",
            "kind",
            "status",
            "rank",
            "confidence_ppm",
            because=pl.concat_str("because", "note", separator="; ", ignore_nulls=True),
            item_number="number",
            customer_id=pl.coalesce("item_customer", "member_customer", "customer_id"),
            item_amount=pl.when(is_of_line).then("amount").otherwise("open_amount"),
            item_currency="item_currency",
        )
        .select(Allocations.column_names())
        .sort("line_id", "rank", "item_id", "kind", nulls_last=True)
    )


def is_cash() -> pl.Expr:
    """Rows of the kinds that use up the line's money."""
    return pl.col("kind").is_in(CASH_KINDS)
