"""Learn from what was confirmed before: who paid from where and under which name, what was kept back, what was refused.

In: the history, and today's lines, items and customers. Out: Memory. Ages are counted from the dates in the data, never
from the clock, so that the same inputs teach the same whenever they are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.frames.history import CustomerCredits, Memory, RefusedMatches, SeenPayers
from recon.normalise.habits import find_charges, find_habits
from recon.normalise.parties import name_key
from recon.normalise.providers import find_providers
from recon.normalise.text import compact, mandate_key

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.comparable import Comparable
    from recon.frames.history import History
    from recon.frames.items import ClosedItems, Items

    Books = tuple[dy.DataFrame[Items], dy.DataFrame[ClosedItems]]

_WHOLE = 1000


def remember(
    history: History,
    books: Books,
    today: Comparable,
    references: pl.DataFrame,
    half_life_days: int,
) -> Memory:
    """Learn what the history teaches.

    Args:
        history: lines of then, what was confirmed and what was refused.
        books: open and closed items, which tell whose item a number is where the allocation does not say.
        today: what it is learnt for.
        references: line_id and bank_reference of today's lines.
        half_life_days: after so many days a payment counts half.
    """
    refused = _refused(history, today, references)
    if history.lines.is_empty():
        return Memory.empty().with_refused(refused)
    paid = _paid(history, books)
    lines = _dated(history, today, half_life_days)
    customers = today.customers.select("customer", "customer_id")
    listed = today.accounts.join(customers, on="customer").select("account", "customer_id")
    return Memory(
        payers=_payers(paid, lines, customers, listed),
        habits=find_habits(paid, lines, customers),
        charges=find_charges(paid, lines, customers),
        credits=_credits(paid, history.lines.select("line_id", "currency"), lines, customers),
        providers=find_providers(paid, lines),
        refused=refused,
    )


def _paid(history: History, books: Books) -> pl.DataFrame:
    """What each past line paid, and whose it was: line_id, customer_id, item_number, amount, kind.

    A bank reference that several lines share tells of none of them.
    """
    owners = pl.concat([frame.select("number", "customer_id") for frame in books]).drop_nulls()
    owner = owners.unique().filter(pl.len().over("number") == 1)
    clear = (
        history.lines.select("bank_reference", "line_id")
        .drop_nulls()
        .filter(pl.len().over("bank_reference") == 1)
    )
    named = history.confirmed.join(
        clear.rename({"line_id": "referred"}), on="bank_reference", how="left"
    ).join(
        owner.rename({"number": "item_number", "customer_id": "owner"}),
        on="item_number",
        how="left",
    )
    return (
        named.with_columns(
            line_id=pl.coalesce("line_id", "referred"),
            customer_id=pl.coalesce("customer_id", "owner"),
        )
        .drop_nulls(["line_id", "customer_id"])
        .select("line_id", "customer_id", "item_number", "amount", "kind")
    )


def _dated(history: History, today: Comparable, half_life_days: int) -> pl.DataFrame:
    """Past receipts with what they weigh by age: line_id, account, mandate, name, booking_date, currency, weight."""
    last = pl.lit(today.lines["booking_date"].max(), dtype=pl.Date)
    age = (pl.coalesce(last, "booking_date") - pl.col("booking_date")).dt.total_days().clip(0)
    halvings = age / half_life_days
    receipts = history.lines.filter(pl.col("amount") > 0)
    return receipts.select(
        "line_id",
        "currency",
        "booking_date",
        "payer_name",
        account=compact(pl.col("payer_account")),
        mandate=mandate_key(pl.col("mandate_id")),
        weight=(_WHOLE / pl.lit(2).pow(halvings)).round(0).cast(pl.Int64),
    ).with_columns(name=_keys(receipts["payer_name"]))


def _keys(names: pl.Series) -> pl.Series:
    """The comparable form of each name, made once for each distinct one."""
    distinct = names.to_frame("name").drop_nulls().unique().sort("name")
    keyed = distinct.with_columns(key=name_key(distinct["name"]))
    joined = names.to_frame("name").join(keyed, on="name", how="left", maintain_order="left")
    return joined["key"].alias("name")


def _payers(
    paid: pl.DataFrame, lines: pl.DataFrame, customers: pl.DataFrame, listed: pl.DataFrame
) -> dy.DataFrame[SeenPayers]:
    """Who paid for whom, from where, under which name and by which mandate."""
    payments = paid.select("line_id", "customer_id").unique().join(lines, on="line_id")
    seen = [
        payments.select(
            "line_id",
            "customer_id",
            "booking_date",
            "weight",
            role=pl.lit(role),
            key=pl.col(role),
        )
        for role in ("account", "name", "mandate")
    ]
    every = pl.concat([*seen, _names_on_accounts(payments, lines, listed)])
    every = every.filter(pl.col("key") != "")
    of = ["role", "key", "customer_id"]
    counted = every.group_by(of).agg(
        times=pl.len().cast(pl.Int64),
        last_seen=pl.col("booking_date").max(),
        weight=pl.col("weight").sum(),
    )
    whole = payments.group_by("customer_id").agg(of_weight=pl.col("weight").sum())
    known = counted.join(whole, on="customer_id", how="left").join(customers, on="customer_id")
    rows = known.with_columns(
        of_weight=pl.max_horizontal(pl.col("of_weight").fill_null(0), "weight")
    )
    return SeenPayers.validate(
        rows.select(SeenPayers.column_names()).sort("role", "key", "customer")
    )


def _names_on_accounts(
    payments: pl.DataFrame, lines: pl.DataFrame, listed: pl.DataFrame
) -> pl.DataFrame:
    """Names under which an account of one customer alone sent anything, whatever it was for.

    The account is the customer's by the books, or by all that was confirmed of it.
    """
    owners = pl.concat([listed, payments.select("account", "customer_id").drop_nulls()]).unique()
    sole = owners.filter(pl.len().over("account") == 1)
    named = lines.join(sole, on="account").join(payments, on=["line_id", "customer_id"], how="anti")
    return named.select(
        "line_id",
        "customer_id",
        "booking_date",
        "weight",
        role=pl.lit("name_on_account"),
        key="name",
    )


def _credits(
    paid: pl.DataFrame, currencies: pl.DataFrame, lines: pl.DataFrame, customers: pl.DataFrame
) -> dy.DataFrame[CustomerCredits]:
    """What payments left on the account of a customer; what was paid back in one sum is gone, the oldest first.

    A repayment whose line is not known, and so its currency, may have been of any: it is taken off in each.
    """
    left = paid.filter(pl.col("kind") == "on_account", pl.col("item_number").is_null())
    back = left.filter(pl.col("amount") < 0).join(currencies, on="line_id", how="left")
    of = ["customer_id", "amount", "currency"]
    gone = (
        back.group_by("customer_id", "currency", amount=-pl.col("amount"))
        .agg(gone=pl.len().cast(pl.Int64))
        .select(*of, "gone")
    )
    unknown = gone.filter(pl.col("currency").is_null()).drop("currency")
    standing = (
        left.filter(pl.col("amount") > 0)
        .join(lines.select("line_id", "currency", "booking_date"), on="line_id")
        .join(customers, on="customer_id")
        .join(gone, on=of, how="left")
        .join(unknown, on=of[:2], how="left", suffix="_anywhere")
        .sort("customer", "currency", "amount", "booking_date", "line_id")
    )
    taken = pl.sum_horizontal("gone", "gone_anywhere")
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("customer", "currency", "amount")
    rows = standing.filter(place > taken).sort("customer", "amount", "booking_date", "line_id")
    return CustomerCredits.validate(rows.select(CustomerCredits.column_names()))


def _refused(
    history: History, today: Comparable, references: pl.DataFrame
) -> dy.DataFrame[RefusedMatches]:
    """Pairs that were refused, and whose item is open by the same amount as then."""
    by_id = history.refused.join(today.lines.select("line", "line_id"), on="line_id")
    # A reference that several lines share forbids the item to each of them: better to ask too much than to repeat it.
    named = today.lines.select("line", "line_id").join(references, on="line_id")
    by_reference = history.refused.filter(pl.col("line_id").is_null()).join(
        named.select("line", "bank_reference"), on="bank_reference"
    )
    pairs = pl.concat(
        [frame.select("line", "item_number", "open_amount") for frame in (by_id, by_reference)]
    ).join(today.items.select("item", "open", item_number="number"), on="item_number")
    unchanged = pl.col("open_amount").is_null() | (pl.col("open_amount") == pl.col("open"))
    rows = pairs.filter(unchanged).select("line", "item").unique().sort("line", "item")
    return RefusedMatches.validate(rows)
