"""Habits of customers, counted: who takes the discount, pays together, nets credit notes, pays the oldest first, is charged.

In: what past lines paid (line_id, customer_id, item_number, amount, kind), past receipts with their weights, customers.
Out: PastPayments and UsualCharges. A rate is no habit yet: `match/habits.py` shrinks it towards the rate of all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.frames.history import HABITS, PastPayments, UsualCharges

if TYPE_CHECKING:
    import dataframely as dy


def find_habits(
    paid: pl.DataFrame, lines: pl.DataFrame, customers: pl.DataFrame
) -> dy.DataFrame[PastPayments]:
    """Count for each customer the payments that show a habit, and those that could have shown it."""
    is_cash = pl.col("kind") == "payment"
    # A lump sum stops in the middle of an item, which the next one goes on with.
    in_two = (pl.col("line_id").n_unique().over("item_number") > 1) & is_cash
    payments = (
        paid.with_columns(in_two=in_two)
        .group_by("line_id", "customer_id")
        .agg(
            items=pl.col("item_number")
            .filter(is_cash & (pl.col("amount").fill_null(1) > 0))
            .n_unique(),
            discount=(pl.col("kind") == "discount").any(),
            netting=(is_cash & (pl.col("amount") < 0)).any(),
            bank_charge=(pl.col("kind") == "bank_charge").any(),
            oldest_first=pl.col("in_two").any(),
        )
    )
    shown = (
        payments.join(lines.select("line_id", "weight"), on="line_id")
        .join(customers, on="customer_id")
        .with_columns(
            together=pl.col("items") > 1,
            oldest_first=pl.col("oldest_first") & (pl.col("items") > 1),
        )
    )
    counted = [
        shown.group_by("customer").agg(
            habit=pl.lit(habit),
            kept=pl.col("weight").filter(habit).sum(),
            could=pl.col("weight").sum(),
        )
        for habit in HABITS
    ]
    rows = pl.concat(counted).select(PastPayments.column_names())
    return PastPayments.validate(rows.sort("customer", "habit"))


def find_charges(
    paid: pl.DataFrame, lines: pl.DataFrame, customers: pl.DataFrame
) -> dy.DataFrame[UsualCharges]:
    """List the amounts that the banks of customers kept back, and how often each."""
    payments = paid.select("line_id", "customer_id").unique().join(lines, on="line_id")
    whole = payments.group_by("customer_id", "currency").agg(of_weight=pl.col("weight").sum())
    kept = (
        paid.filter(pl.col("kind") == "bank_charge", pl.col("amount") > 0)
        .group_by("line_id", "customer_id")
        .agg(charge=pl.col("amount").sum())
        .join(lines, on="line_id")
    )
    counted = kept.group_by("customer_id", "currency", "charge").agg(
        times=pl.len().cast(pl.Int64),
        last_seen=pl.col("booking_date").max(),
        weight=pl.col("weight").sum(),
    )
    rows = counted.join(whole, on=["customer_id", "currency"]).join(customers, on="customer_id")
    return UsualCharges.validate(
        rows.select(UsualCharges.column_names()).sort("customer", "currency", "charge")
    )
