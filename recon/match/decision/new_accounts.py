"""Mark payments under a customer's name from an account that is new for it, though others of its accounts are known.

In: scored proposals, Tables. Out: the same with `is_new_account`. A name is quickly written on a transfer; an account is
not. So the name alone is not enough then, and a person looks, unless the payer quotes a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.proposals.propose import Proposed

if TYPE_CHECKING:
    from recon.match.tables import Tables

_BY_NAME: Final = (
    "payer_name",
    "name_seen",
    "payer_name_cut",
    "payer_name_similar",
    "payer_name_short",
    "name_in_text",
)


def mark_new_accounts(scored: Proposed, parties: pl.DataFrame, tables: Tables) -> Proposed:
    """Add `is_new_account`: a name alone tells the customer, which has known accounts, and the line shows another one.

    Known are the accounts of the books, and those that confirmed payments came from.

    Source: control C19 of cash application, a payer's changed bank details are held.
    """
    seen = tables.memory.payers.filter(pl.col("role") == "account")
    known = pl.concat(
        [
            tables.accounts.select("customer", payer_account="account"),
            seen.select("customer", payer_account="key"),
        ]
    ).unique()
    by_name = parties.filter(pl.col("kind").is_in(_BY_NAME))
    shown = tables.receipts.select("line", "payer_account").drop_nulls()
    new = (
        scored.proposals.select("proposal", "line", "customer")
        .join(shown, on="line")
        .join(by_name, on=["line", "customer"], how="semi")
        .join(known.select("customer").unique(), on="customer", how="semi")
        .join(known, on=["customer", "payer_account"], how="anti")
        .select("proposal")
    )
    is_new = pl.col("proposal").is_in(new["proposal"].implode())
    return Proposed(scored.proposals.with_columns(is_new_account=is_new), scored.members)
