"""Deposits that the bank itemises: the items are lines that share a batch, and the deposit is no line beside them.

In: transactions in file order. Out: the same without the deposits whose items add up to them; items that do not add
up stay beside their deposit as information. An item without its deposit is an entry like any other.

Source: BAI Cash Management Balance Reporting Specifications, Version 2, appendix A: the codes named `Item in ...`.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.api import json_members, json_object

# The code of an item, and the codes of what it can be an item of.
_DEPOSITS: Final = {
    "116": ("115",),
    "136": ("135",),
    "143": ("142", "145", "165", "166"),
    "156": ("155",),
    "345": ("342",),
    "452": ("445", "451", "455"),
}


def with_batches(details: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Put items in the place of their deposits.

    Args:
        details: rows in file order: statement_index, type_code, size, reason (of a reject), and the line's columns.

    Returns:
        the rows that remain, with `batch`; and findings.
    """
    is_item = pl.col("type_code").is_in(list(_DEPOSITS)) & pl.col("reason").is_null()
    if not details.select(is_item.any()).item():
        return details.with_columns(batch=pl.lit(None, pl.Int64)), []
    pairs = [f"{item}{deposit}" for item, deposits in _DEPOSITS.items() for deposit in deposits]
    run = (~is_item).cum_sum()
    grouped = details.with_columns(is_item=is_item.fill_null(value=False), run=run)
    over = ["statement_index", "run"]
    head = {
        name: pl.col(name).first().over(over)
        for name in ("type_code", "size", "record", "bank_reference", "remittance", "reason")
    }
    fits = pl.concat_str("type_code", head["type_code"]).is_in(pairs)
    is_of_head = pl.col("is_item") & fits & head["reason"].is_null()
    items = pl.col("size").filter(pl.col("is_of_head")).cast(pl.Int128).sum().over(over)
    grouped = grouped.with_columns(is_of_head=is_of_head.fill_null(value=False)).with_columns(
        has_items=pl.col("is_of_head").any().over(over), adds_up=items == head["size"]
    )
    is_itemised = pl.col("has_items") & pl.col("adds_up") & ~pl.col("is_item")
    is_part = pl.col("is_of_head") & pl.col("adds_up")
    is_beside = pl.col("is_of_head") & ~pl.col("adds_up")
    total = {
        "batch_amount": head["size"],
        "batch_reference": head["bank_reference"],
        "batch_text": pl.when(head["remittance"] != "").then(head["remittance"]),
        "funds": pl.col("extras").str.json_path_match("$.funds"),
        "group_status": pl.col("extras").str.json_path_match("$.group_status"),
    }
    joined = grouped.with_columns(
        batch=pl.when(is_part).then(head["record"]),
        extras=pl.when(is_part).then(json_object(json_members(total))).otherwise(pl.col("extras")),
        status=pl.when(is_beside).then(pl.lit("information")).otherwise(pl.col("status")),
    )
    beside = joined.filter(is_beside)
    findings = []
    if not beside.is_empty():
        findings.append(
            f"{len(beside)} items do not add up to their deposit and are information beside it; "
            f"the first is record {beside['record'][0]}"
        )
    return joined.filter(~is_itemised), findings
