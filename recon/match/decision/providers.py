"""Payouts of which no report was given: say so, where the payer is known to pay out for many.

In: fates, the history. Out: the fates with the reason `payout_without_report`, and notes. It applies nothing: what a
payout is made of, its report alone tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from recon.match.tables import Tables

# What is said of a line that nothing explains, or nothing but who paid, or how much.
_UNEXPLAINED: Final = (
    "no_candidate",
    "weak_evidence",
    "item_settled_by_other_line",
    "one_class_only",
)


def say_payouts(fates: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Give lines of known providers that nothing explains that reason, and add `payout`: who it is, in words; null for others."""
    known = _of_providers(tables)
    said = fates.join(known, on="line", how="left", maintain_order="left")
    is_payout = pl.col("payout").is_not_null() & pl.col("reason").is_in(_UNEXPLAINED)
    return said.with_columns(
        reason=pl.when(is_payout).then(pl.lit("payout_without_report")).otherwise("reason"),
        payout=pl.when(is_payout).then("payout"),
    )


def _of_providers(tables: Tables) -> pl.DataFrame:
    """Receipts from an account, or else under a name, that paid out for many before: line, payout."""
    seen = tables.memory.providers
    said = pl.concat_str(
        pl.lit("paid for many customers in one sum "),
        pl.col("times").cast(pl.String),
        pl.lit(" times, last "),
        pl.col("last_seen").dt.to_string("iso"),
        pl.lit(": "),
        "key",
    )
    shown = {"account": "payer_account", "name": "payer_key"}
    every = pl.concat(
        tables.receipts.select("line", key=column)
        .join(seen.filter(pl.col("role") == role), on="key")
        .select("line", payout=said)
        for role, column in shown.items()
    )
    return every.unique("line", keep="first", maintain_order=True)
