"""See a family of companies as one customer where its parent pays: one payment for the items of several daughters.

In: the day's tables, quoted items, party hits. Out: the same, of the families whose parent sent a line, with every
item the parent's; and afterwards only those sets that really span several customers. `combine.py` and
`gather_sets.py` search them as they search any customer's items.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from recon.frames.comparable import ComparableItems

if TYPE_CHECKING:
    from recon.match.tables import Tables


@dataclass(frozen=True, slots=True)
class Families:
    """Tables, quoted items and party hits in which `customer` is the parent of the family."""

    tables: Tables
    quoted: pl.DataFrame
    parties: pl.DataFrame


def as_one_customer(tables: Tables, quoted: pl.DataFrame, parties: pl.DataFrame) -> Families:
    """Give the lines that a parent certainly sent, and the items of its whole family as the parent's.

    Args:
        tables: the day's tables.
        quoted: items that a line quotes clearly: line, item, customer, open, amount.
        parties: party hits.
    """
    kin = tables.customers.filter(pl.len().over("family") > 1).select("customer", "family")
    if kin.is_empty():
        return Families(tables, quoted.clear(), parties.clear())
    is_parent = pl.col("customer") == pl.col("family")
    parents = parties.filter("is_strong").join(kin.filter(is_parent), on="customer", how="semi")
    paying = kin.join(parents.select(family="customer").unique(), on="family", how="semi")
    items = tables.items.join(paying, on="customer").with_columns(customer="family").drop("family")
    receipts = tables.receipts.join(parents.select("line").unique(), on="line", how="semi")
    said = quoted.join(receipts.select("line"), on="line", how="semi").join(
        paying, on="customer", how="left"
    )
    return Families(
        tables=replace(
            tables,
            receipts=receipts.sort("line"),
            items=ComparableItems.validate(items.sort("item")),
        ),
        quoted=said.with_columns(customer=pl.coalesce("family", "customer")).drop("family"),
        parties=parents,
    )


def across_customers(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Keep the sets whose items belong to several customers, under names of their own.

    Args:
        rows: line, shape, customer (the parent), pick, item, and further columns.
        tables: the day's tables, with the items' own customers.
    """
    owned = rows.join(tables.items.select("item", owner="customer"), on="item", how="left")
    several = pl.col("owner").n_unique().over("line", "shape", "customer", "pick") > 1
    # The parent's number tells the sets of several parents apart; the set itself belongs to no one customer.
    return owned.filter(several).select(
        pl.exclude("owner", "shape", "customer"),
        shape=pl.concat_str(pl.lit("family_"), "shape"),
        customer=pl.lit(None, dtype=pl.Int64),
    )
