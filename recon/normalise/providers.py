"""Learn who pays out for many: an account or a name whose confirmed lines paid many customers in one sum.

In: what past lines paid (line_id, customer_id), past receipts with account and name. Out: SeenProviders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.history import SeenProviders

if TYPE_CHECKING:
    import dataframely as dy

# Who pays for two customers in one sum may be a parent or an agent; a payout holds many.
_MANY: Final = 3
# From the second time on, so that one payment which was confirmed in error makes nobody a provider.
_OFTEN: Final = 2


def find_providers(paid: pl.DataFrame, lines: pl.DataFrame) -> dy.DataFrame[SeenProviders]:
    """List the accounts and names of payouts, with how often each was seen and under which words."""
    customers = pl.col("customer_id").n_unique()
    payouts = (
        paid.group_by("line_id")
        .agg(customers=customers)
        .filter(pl.col("customers") >= _MANY)
        .join(lines, on="line_id")
    )
    words = pl.col("name").str.split(" ").explode(empty_as_null=False, keep_nulls=False)
    counted = [
        payouts.filter(pl.col(role) != "")
        .group_by(key=role)
        .agg(
            role=pl.lit(role),
            times=pl.len().cast(pl.Int64),
            last_seen=pl.col("booking_date").max(),
            words=words.unique().sort(),
        )
        for role in ("account", "name")
    ]
    rows = pl.concat(counted, how="diagonal").filter(pl.col("times") >= _OFTEN)
    return SeenProviders.validate(rows.select(SeenProviders.column_names()).sort("role", "key"))
