"""What is not in the books: how likely a customer is to pay something that is no open item, beside what is.

In: party hits and the books. Out: per line and customer the millibits of "this customer pays something else".
Who paid speaks for that as much as for any item of the customer's, so it is the rival of every item nobody quoted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.match.evidence.new_clients import find_new_clients
from recon.match.evidence.rarity import millibits

if TYPE_CHECKING:
    from recon.match.tables import Tables


def find_absent(tables: Tables, parties: pl.DataFrame) -> pl.DataFrame:
    """Weigh for each line and possible payer that the payer pays something which is not open.

    Customers pay what is not open as they pay what is: in proportion to what they are billed, by the rule of succession
    also those who owe nothing today, and in amounts as usual among all as those of items are.

    Returns:
        line, customer, party_kind, kind (absent; unquoted where an agent may pay for somebody new, who owes just that),
        absent_millibits: against the null, taking it like the priors of items that one receipt in two pays.
    """
    items = tables.items.filter(pl.col("open") > 0)
    in_currency = items.group_by("currency").agg(
        all_items=pl.len(), all_customers=pl.col("customer").n_unique()
    )
    owed = items.group_by("customer", "currency").agg(own_items=pl.len())
    payers = (
        parties.select("line", "customer", "millibits", party_kind="kind")
        .join(tables.receipts.select("line", "currency"), on="line")
        .join(in_currency, on="currency")
        .join(owed, on=["customer", "currency"], how="left")
    )
    own = pl.col("own_items").fill_null(0).cast(pl.Float64)
    everything = (pl.col("all_items") + pl.col("all_customers")).cast(pl.Float64)
    prior = millibits((own + 1) / 2, everything)
    something_else = payers.select(
        "line",
        "customer",
        "party_kind",
        kind=pl.lit("absent"),
        absent_millibits=pl.col("millibits") + prior,
    )
    somebody_new = find_new_clients(tables, parties).select(
        "line",
        kind=pl.lit("unquoted"),
        party_kind=pl.lit("new_client"),
        absent_millibits="client_millibits",
    )
    return pl.concat([something_else, somebody_new], how="diagonal")
