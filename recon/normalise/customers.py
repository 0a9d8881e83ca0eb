"""Number the customers, and list their names and accounts in comparable form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.frames.comparable import ComparableCustomers, CustomerAccounts, CustomerNames
from recon.normalise.parties import name_key
from recon.normalise.text import compact

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.items import Items
    from recon.frames.parties import Parties

# Groups of companies are a few levels deep; this many steps reach the top of every one seen.
_LEVELS = 4


def customer_tables(
    items: dy.DataFrame[Items], parties: dy.DataFrame[Parties]
) -> tuple[
    dy.DataFrame[ComparableCustomers], dy.DataFrame[CustomerNames], dy.DataFrame[CustomerAccounts]
]:
    """Build customers, their names and their accounts.

    Customers that only the items name count too; an item's customer name is a further alias.
    """
    key = pl.coalesce("customer_id", "customer_name")
    said = (
        items.filter(key.is_not_null())
        .group_by(key.alias("customer_id"))
        .agg(pl.col("customer_name").drop_nulls().unique().sort().alias("said_names"))
    )
    joined = parties.join(said, on="customer_id", how="full", coalesce=True).sort("customer_id")
    none = pl.lit([], dtype=pl.List(pl.String))
    numbered = joined.select(
        "customer_id",
        "parent_customer_id",
        customer=pl.int_range(pl.len(), dtype=pl.Int64),
        accounts=pl.col("accounts").fill_null(none),
        labels=pl.concat_list(
            pl.concat_list("name").list.drop_nulls(),
            pl.col("aliases").fill_null(none),
            pl.col("said_names").fill_null(none),
        ),
    )
    return _with_families(numbered), _names(numbered), _accounts(numbered)


def _with_families(numbered: pl.DataFrame) -> dy.DataFrame[ComparableCustomers]:
    up = numbered.select(parent_customer_id="customer_id", parent="customer")
    tree = numbered.join(up, on="parent_customer_id", how="left").sort("customer")
    above = tree.select(family="customer", top=pl.coalesce("parent", "customer"))
    tree = tree.with_columns(family="customer")
    for _ in range(_LEVELS):
        tree = (
            tree.join(above, on="family", how="left")
            .sort("customer")
            .with_columns(family="top")
            .drop("top")
        )
    return ComparableCustomers.validate(tree.select(ComparableCustomers.column_names()))


def _names(numbered: pl.DataFrame) -> dy.DataFrame[CustomerNames]:
    labels = (
        numbered.select("customer", label="labels")
        .explode("label", empty_as_null=False)
        .drop_nulls()
    )
    named = labels.with_columns(name_key(labels["label"]).alias("name_key"))
    kept = named.select("customer", "name_key").filter(pl.col("name_key").str.len_bytes() > 0)
    return CustomerNames.validate(kept.unique().sort(pl.all()))


def _accounts(numbered: pl.DataFrame) -> dy.DataFrame[CustomerAccounts]:
    listed = numbered.select("customer", account="accounts").explode("account", empty_as_null=False)
    compacted = listed.drop_nulls().with_columns(account=compact(pl.col("account")))
    kept = compacted.filter(pl.col("account").str.len_bytes() > 0)
    return CustomerAccounts.validate(kept.unique().sort(pl.all()))
