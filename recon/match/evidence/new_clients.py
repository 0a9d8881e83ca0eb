"""The next client of an agent: an account that paid for several customers may pay for one more.

In: Tables and possible payers. Out: per line the millibits of "somebody new, who owes just that".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.rarity import AMOUNT_PRIOR_WEIGHT, amount_prior, millibits

if TYPE_CHECKING:
    from recon.match.tables import Tables

# How often a payment of an item comes to what is open of it.
_EXACT: Final = 0.85


def find_new_clients(tables: Tables, parties: pl.DataFrame) -> pl.DataFrame:
    """Weigh for each line of an account that pays for several customers that it pays for one more who owes the amount.

    The more customers an account was seen for only once, the likelier its next payment is for one that it was never seen
    for. Source: Good, The Population Frequencies of Species and the Estimation of Population Parameters (1953), after
    Turing; smoothed by the rule of succession.

    Args:
        tables: the day's tables.
        parties: line, customer, millibits of every possible payer.

    Returns:
        line, client_millibits: against the null, as the priors of items are.
    """
    of_account = pl.col("role") == "account"
    agents = (
        tables.memory.payers.filter(of_account)
        .group_by(payer_account="key")
        .agg(
            clients=pl.len(),
            payments=pl.col("times").sum(),
            once=(pl.col("times") == 1).sum(),
        )
        .filter(pl.col("clients") > 1)
        .with_columns(next_is_new=(pl.col("once") + 1) / (pl.col("payments") + 2))
    )
    lines = tables.receipts.select("line", "payer_account", "amount", "currency").join(
        agents.select("payer_account", "next_is_new"), on="payer_account"
    )
    items = tables.items.filter(pl.col("open") > 0)
    known = lines.join(parties, on="line")
    counted = (
        lines.join(items.group_by("currency").agg(all_items=pl.len()), on="currency")
        .join(_weight_of_known(known, items), on="line")
        .join(_equal_of_others(lines, known, items), on="line")
    )
    weight = AMOUNT_PRIOR_WEIGHT
    chance = (pl.col("equal") + weight * amount_prior(pl.col("amount"))) / (
        pl.col("all_items") + weight
    )
    odds = pl.col("next_is_new") / (1 - pl.col("next_is_new"))
    fitting = pl.col("others") * _EXACT / chance / (2 * pl.col("all_items"))
    return counted.select(
        "line",
        client_millibits=millibits(1.0, 1 / (pl.col("known_weight") * odds * fitting)),
    )


def _weight_of_known(known: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """What the account says for those it is known for, by their share of what is open: line, known_weight."""
    owed = items.group_by("customer", "currency").agg(own=pl.len())
    every = items.group_by("currency").agg(every=pl.len())
    share = pl.col("own") / pl.col("every")
    return (
        known.join(owed, on=["customer", "currency"])
        .join(every, on="currency")
        .group_by("line")
        .agg(known_weight=(share * pl.lit(2.0).pow(pl.col("millibits") / 1000)).sum())
    )


def _equal_of_others(lines: pl.DataFrame, known: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Items of the line's amount, and those of them that no known client owes: line, equal, others."""
    owed = items.select("customer", "currency", amount="open")
    by_amount = owed.group_by("currency", "amount").agg(equal=pl.len())
    own = (
        known.select("line", "customer", "amount", "currency")
        .join(owed, on=["customer", "amount", "currency"])
        .group_by("line")
        .agg(own=pl.len())
    )
    counted = lines.join(by_amount, on=["currency", "amount"]).join(own, on="line", how="left")
    others = pl.col("equal") - pl.col("own").fill_null(0)
    return counted.select("line", "equal", others=others).filter(pl.col("others") > 0)
