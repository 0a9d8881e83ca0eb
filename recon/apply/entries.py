"""Make double-entry postings out of applied allocations: cash against receivables, differences to their accounts.

Debits are positive. Per line: cash is debited with the line's amount; receivables are credited with all that
settles an item; discount, bank charge, write-off and FX difference are debited; a rest is credited on account, and so
is what was kept back of it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.entries import Entries

if TYPE_CHECKING:
    import dataframely as dy

    from recon.config import Chart, Policy
    from recon.frames.allocations import Allocations
    from recon.frames.lines import Lines

_WITHOUT_CASH: Final = ("discount", "write_off", "bank_charge", "fx_difference")
_KEY_HEX_DIGITS: Final = 32


def build_entries(
    lines: dy.DataFrame[Lines], allocations: dy.DataFrame[Allocations], policy: Policy
) -> dy.DataFrame[Entries]:
    """Build one balanced entry a line that has applied allocations.

    Returns:
        Entries sorted by booking date, key and posting; each entry sums to zero.
    """
    applied = allocations.filter(pl.col("status") == "applied")
    facts = lines.select(
        "line_id", "booking_date", "account", "payer_name", "remittance", line_amount="amount"
    )
    rows = applied.join(facts, on="line_id").join(_keys(applied), on="line_id")
    rows = rows.with_columns(
        description=pl.concat_str(
            pl.coalesce("payer_name", pl.lit("Receipt")),
            pl.lit(": "),
            pl.col("remittance").str.slice(0, 80),
        ).str.strip_chars(": ")
    )
    cash = (
        rows.sort("line_id", "item_id", "kind", nulls_last=True)
        .group_by("line_id", maintain_order=True)
        .agg(pl.all().first(), customers=pl.col("customer_id").n_unique())
        .with_columns(
            # The cash of a line that pays for several customers belongs to none of them.
            customer_id=pl.when(pl.col("customers") == 1).then("customer_id"),
            role=pl.lit("cash"),
            amount="line_amount",
            item_number=pl.lit(None, dtype=pl.String),
            order=pl.lit(0),
        )
    )
    receivable = rows.filter(pl.col("item_id").is_not_null()).with_columns(
        role=pl.lit("receivable"), amount=-pl.col("amount"), order=pl.lit(1)
    )
    differences = rows.filter(pl.col("kind").is_in(_WITHOUT_CASH)).with_columns(
        role="kind", order=pl.lit(2)
    )
    # What a provider kept back of money that stands on account was the customer's all the same.
    is_rest = pl.col("item_id").is_null() & pl.col("kind").is_in(["on_account", *_WITHOUT_CASH])
    rest = rows.filter(is_rest).with_columns(
        role=pl.lit("on_account"), amount=-pl.col("amount"), order=pl.lit(3)
    )
    columns = (
        *Entries.column_names()[0:1],
        "line_id",
        "booking_date",
        "account",
        "role",
        "amount",
        "currency",
        "item_number",
        "customer_id",
        "description",
        "because",
        "order",
    )
    everything = pl.concat(
        [frame.select(columns) for frame in (cash, receivable, differences, rest)]
    )
    return Entries.validate(_posted(everything, policy.chart))


def _posted(rows: pl.DataFrame, chart: Chart) -> pl.DataFrame:
    merged = rows.group_by(
        "entry_key",
        "line_id",
        "booking_date",
        "account",
        "role",
        "order",
        "currency",
        "item_number",
        "customer_id",
        "description",
        "because",
    ).agg(pl.col("amount").sum())
    ordered = merged.sort(
        "booking_date", "entry_key", "order", "item_number", "role", "amount", nulls_last=True
    )
    named = {role: getattr(chart, role) for role in chart.__struct_fields__}
    # A blank account still needs a name in the chart.
    bank = pl.when(pl.col("account") == "").then(pl.lit("Unknown")).otherwise("account")
    return ordered.with_columns(
        posting=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("entry_key"),
        date="booking_date",
        evidence="because",
        account=pl.col("role")
        .replace_strict(named, return_dtype=pl.String)
        .str.replace("{account}", bank, literal=True),
    ).select(Entries.column_names())


def _keys(applied: pl.DataFrame) -> pl.DataFrame:
    """Idempotency key: the same line with the same allocations has the same key on every machine and run."""
    content = (
        applied.sort("line_id", "item_id", "kind", "amount", nulls_last=True)
        .group_by("line_id", maintain_order=True)
        .agg(
            content=pl.concat_str(
                pl.col("item_id").fill_null(""),
                "kind",
                pl.col("amount").cast(pl.String),
                separator="\x1f",
            )
        )
    )
    keys = [
        (
            line_id,
            hashlib.sha256("\x1e".join((line_id, *parts)).encode()).hexdigest()[:_KEY_HEX_DIGITS],
        )
        for line_id, parts in content.iter_rows()
    ]
    return pl.DataFrame(keys, schema={"line_id": pl.String, "entry_key": pl.String}, orient="row")
