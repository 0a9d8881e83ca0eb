"""Money for something that is settled already: put it on the payer's account and say so, never onto another item.

In: fates by row number, references, party hits. Out: fates, with lines that quote a closed item re-decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from recon.match.references import References


def settle_closed_quotes(
    fates: pl.DataFrame, references: References, parties: pl.DataFrame
) -> pl.DataFrame:
    """Re-decide receipts that were not applied and quote the number of a closed item.

    Returns:
        the fates with a column `customer`: whose account a line of fate on_account goes to.
    """
    closed = (
        references.foreign.filter("is_closed").select("line", quotes_closed=pl.lit(True)).unique()
    )
    sure = (
        parties.filter("is_strong")
        .filter(pl.len().over("line") == 1)
        .select("line", payer="customer")
    )
    joined = fates.join(closed, on="line", how="left").join(sure, on="line", how="left")
    paid_before = (
        pl.col("quotes_closed").fill_null(False)
        & (pl.col("fate") != "applied")
        & (pl.col("reason") != "held_balance_break")
    )
    known = paid_before & pl.col("payer").is_not_null()
    return joined.select(
        "line",
        "proposal",
        fate=pl.when(known)
        .then(pl.lit("on_account"))
        .when(paid_before & (pl.col("fate") != "suggested"))
        .then(pl.lit("unmatched"))
        .otherwise("fate"),
        reason=pl.when(known)
        .then(pl.lit("duplicate_payment"))
        .when(paid_before)
        .then(pl.lit("quotes_closed_item"))
        .otherwise("reason"),
        customer=pl.when(known).then("payer"),
    ).sort("line")
