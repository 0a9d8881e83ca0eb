"""Payers and their accounts: whose account the money came from. In: customers, lines. Out: what is new or not theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dataframely as dy

    from recon.frames.parties import Parties


def compact(account: pl.Expr) -> pl.Expr:
    """Compare accounts by their letters and digits alone."""
    return account.str.to_uppercase().str.replace_all("[^0-9A-Z]", "")


def families(parties: dy.DataFrame[Parties]) -> pl.DataFrame:
    """Give each customer its family: the topmost parent that is listed; customer_id, family."""
    found = parties.select("customer_id", family="customer_id")
    parents = parties.select(family="customer_id", parent="parent_customer_id")
    # Groups are a few floors high; a ring of parents ends here too.
    for _ in range(8):
        found = found.join(parents, on="family", how="left").select(
            "customer_id", family=pl.coalesce("parent", "family")
        )
    return found.sort("customer_id")


def known_accounts(parties: dy.DataFrame[Parties]) -> pl.DataFrame:
    """Give the accounts of each family: family, account."""
    rows = parties.select("customer_id", account="accounts").explode("account").drop_nulls()
    return (
        rows.join(families(parties), on="customer_id")
        .select("family", account=compact(pl.col("account")))
        .unique()
        .sort("family", "account")
    )


def account_verdicts(parties: dy.DataFrame[Parties], paid: pl.DataFrame) -> pl.DataFrame:
    """Say whether each payment came from an account of the customer that it was booked for.

    Args:
        parties: the customers.
        paid: payer_account, customer_id, and whatever else; rows stay in their order.

    Returns:
        the same with `verdict`: own; new (accounts of the family are known, and this is none of anybody's);
        foreign (it is known as another family's); unknown (nothing can be said).
    """
    accounts = known_accounts(parties)
    owners = accounts.group_by("account").agg(owners=pl.col("family").unique())
    listed = accounts.select("family", has_accounts=pl.lit(value=True)).unique()
    joined = (
        paid.with_columns(account_key=compact(pl.col("payer_account")))
        .join(families(parties), on="customer_id", how="left", maintain_order="left")
        .join(owners, left_on="account_key", right_on="account", how="left", maintain_order="left")
        .join(listed, on="family", how="left", maintain_order="left")
    )
    is_told = pl.col("account_key").fill_null("") != ""
    is_own = pl.col("owners").list.contains(pl.col("family"))
    verdict = (
        pl.when(~is_told | pl.col("family").is_null())
        .then(pl.lit("unknown"))
        .when(is_own.fill_null(value=False))
        .then(pl.lit("own"))
        .when(pl.col("owners").is_not_null())
        .then(pl.lit("foreign"))
        .when(pl.col("has_accounts").fill_null(value=False))
        .then(pl.lit("new"))
        .otherwise(pl.lit("unknown"))
    )
    kept = [*paid.columns, "verdict"]
    return joined.with_columns(verdict=verdict).select(kept)


def is_new_account(
    parties: dy.DataFrame[Parties], line: dict[str, Any], customers: Sequence[str]
) -> bool:
    """Say whether a line comes from an account that is new for a customer whose accounts are known."""
    if not customers or not line["payer_account"]:
        return False
    listed = parties.filter(pl.col("customer_id").is_in(list(customers)))
    here = pl.select(compact(pl.lit(line["payer_account"]))).item()
    own = pl.col("accounts").list.eval(compact(pl.element())).list.contains(pl.lit(here))
    # Nearly every line comes from an account that is known; only the others are worth a look at the families.
    if listed.height == len(customers) and listed.select(own.all()).item():
        return False
    paid = pl.DataFrame(
        {"customer_id": list(customers), "payer_account": [line["payer_account"]] * len(customers)},
        schema={"customer_id": pl.String, "payer_account": pl.String},
    )
    return "new" in account_verdicts(parties, paid)["verdict"]
