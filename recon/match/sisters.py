"""Customers whose names go on behind all that a payer shows: `King Paper South` for a payer `King Paper`.

In: Tables. Out: pairs of line and customer with kind, millibits, text and is_strong. Another customer may be called just
so, and is likelier; but where both owe the amount, the bank or the payer may have left a word out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.rarity import PARTY_PRIOR_WEIGHT, millibits

if TYPE_CHECKING:
    from recon.match.tables import Tables

# How often a customer's payment shows only the beginning of its name, and how often another's shows just that.
_BELONGS: Final = 0.1
_NAME_PRIOR: Final = 1e-3
# A beginning that more customers share tells nothing.
_COMMON: Final = 30


def find_longer_names(tables: Tables) -> pl.DataFrame:
    """Find the customers whose names begin with all words of a line's payer and go on.

    Returns:
        line, customer, kind, millibits, text, is_strong.
    """
    payers = tables.receipts.select("line", "payer_name", beginning="payer_key").drop_nulls()
    shown = payers.select("beginning").unique()
    words = pl.col("name_key").str.split(" ")
    longest = tables.names.select(words.list.len().max()).item() or 0
    begun = pl.concat(
        [
            tables.names.filter(words.list.len() > size)
            .select("customer", beginning=words.list.head(size).list.join(" "))
            .join(shown, on="beginning", how="semi")
            for size in range(1, longest)
        ]
        or [tables.names.clear().select("customer", beginning="name_key")]
    ).unique()
    few = begun.filter(pl.len().over("beginning") <= _COMMON)
    chance = pl.lit(PARTY_PRIOR_WEIGHT * _NAME_PRIOR, dtype=pl.Float64) / (
        tables.customers.height + PARTY_PRIOR_WEIGHT
    )
    return payers.join(few, on="beginning").select(
        "line",
        "customer",
        kind=pl.lit("payer_name_short"),
        millibits=millibits(_BELONGS, chance),
        text="payer_name",
        is_strong=pl.lit(value=False),
    )
