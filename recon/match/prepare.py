"""Number lines, items and customers, and bring their texts into comparable form, once for all stages.

Inputs are sorted by their ids first, so that the order in which they came can decide nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from recon.normalise.parties import name_key, name_words
from recon.normalise.references import FIELD_BREAK
from recon.normalise.text import compact, fold, is_disguised

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.items import ClosedItems, Items
    from recon.frames.lines import Lines
    from recon.frames.parties import Parties


@dataclass(frozen=True, slots=True)
class Tables:
    """The day's working tables; `line`, `item` and `customer` are row numbers.

    receipts: line, line_id, amount, currency, date, payer_account, payer_key, text, words, is_disguised, is_held
    items: item, item_id, number, customer, currency, open, kind, issue_date, due_date, discount, discount_until,
        age_rank (1 = first due), number_text, payment_reference_text, purchase_order_text
    customers: customer, customer_id, family (row number of the topmost parent)
    names: customer, name_key        accounts: customer, account
    closed: number_text
    """

    receipts: pl.DataFrame
    items: pl.DataFrame
    customers: pl.DataFrame
    names: pl.DataFrame
    accounts: pl.DataFrame
    closed: pl.DataFrame


def prepare(
    receipts: pl.DataFrame,
    items: dy.DataFrame[Items],
    parties: dy.DataFrame[Parties],
    closed: dy.DataFrame[ClosedItems],
) -> Tables:
    """Build the working tables from receipts (rows of Lines), open items, customers and closed items."""
    parties_all = _with_unlisted_customers(items, parties)
    customers = _customers(parties_all)
    return Tables(
        receipts=_receipts(receipts),
        items=_items(items, customers),
        customers=customers.drop("name", "aliases", "accounts"),
        names=_names(customers),
        accounts=_accounts(customers),
        closed=_closed(closed),
    )


def _receipts(lines: dy.DataFrame[Lines] | pl.DataFrame) -> pl.DataFrame:
    fields = ["remittance", "structured_reference", "end_to_end_id", "customer_reference"]
    text = pl.concat_str([pl.col(name).fill_null("") for name in fields], separator=FIELD_BREAK)
    shown = pl.concat_str(pl.col("payer_name").fill_null(""), pl.col("remittance"), separator=" ")
    # Row numbers follow time, so that of equal payments the earlier line comes first.
    table = lines.sort("booking_date", "value_date", "file", "record", "line_id", nulls_last=True).select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("line"),
        "line_id",
        "amount",
        "currency",
        "is_held",
        date=pl.coalesce("value_date", "booking_date"),
        payer_account=compact(pl.col("payer_account")),
        payer_name="payer_name",
        text=text,
        shown=shown,
        is_disguised=is_disguised(shown),
    )
    # Few distinct payers send many lines: fold each name once.
    names = table.select("payer_name").drop_nulls().unique().sort("payer_name")
    names = names.with_columns(name_key(names["payer_name"]).alias("payer_key"))
    return table.join(names, on="payer_name", how="left").sort("line").with_columns(
        fold(table["text"]).alias("text"), name_words(table["shown"]).alias("words")
    ).drop("shown")


def _items(items: dy.DataFrame[Items], customers: pl.DataFrame) -> pl.DataFrame:
    key = pl.coalesce("customer_id", "customer_name")
    numbered = items.sort("item_id").with_columns(
        item=pl.int_range(pl.len(), dtype=pl.Int64), customer_id=key
    )
    joined = numbered.join(customers.select("customer", "customer_id"), on="customer_id", how="left")
    due = pl.coalesce("due_date", "issue_date")
    ranked = joined.sort(due, "issue_date", "number", "item_id", nulls_last=True).with_columns(
        age_rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    ).sort("item")
    texts = {
        f"{name}_text": fold(ranked[name].fill_null(""))
        for name in ("number", "payment_reference", "purchase_order")
    }
    return ranked.select(
        "item", "item_id", "number", "customer", "currency", "kind", "issue_date", "due_date", "age_rank",
        pl.col("open_amount").alias("open"),
        pl.col("discount_amount").fill_null(0).alias("discount"),
        "discount_until",
    ).with_columns(**texts)


def _with_unlisted_customers(items: dy.DataFrame[Items], parties: dy.DataFrame[Parties]) -> pl.DataFrame:
    """Customers that only the items name count too; an item's customer name is a further alias."""
    key = pl.coalesce("customer_id", "customer_name")
    said = (
        items.filter(key.is_not_null())
        .group_by(key.alias("customer_id"))
        .agg(pl.col("customer_name").drop_nulls().unique().sort().alias("said_names"))
    )
    joined = parties.join(said, on="customer_id", how="full", coalesce=True)
    none = pl.lit([], dtype=pl.List(pl.String))
    return joined.select(
        "customer_id",
        "parent_customer_id",
        "name",
        accounts=pl.col("accounts").fill_null(none),
        aliases=pl.concat_list(pl.col("aliases").fill_null(none), pl.col("said_names").fill_null(none)),
    ).sort("customer_id")


def _customers(parties: pl.DataFrame) -> pl.DataFrame:
    numbered = parties.with_columns(customer=pl.int_range(pl.len(), dtype=pl.Int64))
    up = numbered.select(parent_customer_id="customer_id", parent="customer")
    tree = numbered.join(up, on="parent_customer_id", how="left").sort("customer")
    tree = tree.with_columns(family=pl.coalesce("parent", "customer"))
    # Groups of companies are a few levels deep; three steps reach the top of every one seen.
    for _ in range(3):
        above = tree.select(family="customer", top=pl.coalesce("parent", "customer"))
        tree = tree.join(above, on="family", how="left").sort("customer").with_columns(family="top").drop("top")
    return tree.select("customer", "customer_id", "family", "name", "aliases", "accounts")


def _names(customers: pl.DataFrame) -> pl.DataFrame:
    everything = customers.select(
        "customer", label=pl.concat_list(pl.concat_list("name").list.drop_nulls(), "aliases")
    ).explode("label", empty_as_null=False)
    named = everything.drop_nulls("label").with_columns(name_key(everything.drop_nulls("label")["label"]).alias("name_key"))
    return named.select("customer", "name_key").filter(pl.col("name_key") != "").unique().sort(pl.all())


def _accounts(customers: pl.DataFrame) -> pl.DataFrame:
    listed = customers.select("customer", account="accounts").explode("account", empty_as_null=False)
    return (
        listed.drop_nulls("account")
        .with_columns(account=compact(pl.col("account")))
        .filter(pl.col("account") != "")
        .unique()
        .sort(pl.all())
    )


def _closed(closed: dy.DataFrame[ClosedItems]) -> pl.DataFrame:
    return closed.select(number_text=fold(closed["number"])).unique().sort("number_text")
