"""Find pairs of line and item without a reference: what a possible payer owes, and amounts that few items have.

In: Tables and party hits. Out: line, item. No payer and no price is so common that the pairs multiply beyond
a bound: a customer with thousands of equal items and payments is offered them in turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.settle import add_settlement, most_short

if TYPE_CHECKING:
    from recon.config import Policy
    from recon.match.tables import Tables

# A customer's items are compared one by one up to this many items, and this many pairs with its lines; beyond it
# only equal amounts are.
_MANY_OPEN_ITEMS: Final = 200
_MANY_PAIRS: Final = 100_000
# Payers that meet their items at a time, so that memory stays bounded.
_BLOCK: Final = 100_000
# Equal items and equal payments of one payer meet each with each up to this many pairs, then in turn, each payment
# with as many items.
_CROWD: Final = 10_000
_TURNS_IN_A_CROWD: Final = 10
# An amount alone is only ever a suggestion, and only when few items have it.
_FEW_EQUAL_AMOUNTS: Final = 3


def pairs_by_party(tables: Tables, parties: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Items of a possible payer whose amount the line settles, exactly or within the policy."""
    payers = parties.select("line", "customer").join(
        tables.receipts.select("line", "amount", "currency", "date"), on="line"
    )
    items = tables.items.filter(pl.col("open") > 0, pl.col("customer").is_not_null())
    owner = ["customer", "currency"]
    sizes = _sizes(payers, items, owner)
    few = sizes.filter(
        (pl.col("items") <= _MANY_OPEN_ITEMS) & (pl.col("items") * pl.col("lines") <= _MANY_PAIRS)
    )
    settled = _settled(payers, items.join(few, on=owner, how="semi"), policy)
    # Without its amount a payer's only open item is still worth a suggestion.
    alone = sizes.filter(pl.col("items") == 1)
    only = payers.join(items.join(alone, on=owner, how="semi"), on=owner)
    equal = _equal_amounts(payers, items.join(few, on=owner, how="anti"))
    return pl.concat([frame.select("line", "item") for frame in (settled, equal, only)])


def _settled(payers: pl.DataFrame, items: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Pairs of payer and item that settle it, found among the few whose amounts are near enough."""
    owner = ["customer", "currency"]
    owners = items.select(owner).unique().with_row_index("owner")
    owed = items.join(owners, on=owner).select(
        "item", "owner", "open", least=pl.col("open") - most_short(policy)
    )
    shown = payers.join(owners, on=owner).select("line", "owner", "amount")
    # Every payer meets every item it owes, so they meet a block at a time, and only what is near is kept.
    blocks = list(shown.iter_slices(_BLOCK)) or [shown]
    near = pl.concat(
        block.join(owed, on="owner")
        .filter(pl.col("amount").is_between("least", "open"))
        .select("line", "item", "amount", "open")
        for block in blocks
    )
    days = payers.select("line", "date", "currency").unique("line", keep="any")
    terms = items.select("item", "discount", "discount_until")
    return add_settlement(near.join(days, on="line").join(terms, on="item"), policy).filter(
        ~pl.col("settlement").is_in(["part", "over"])
    )


def _sizes(payers: pl.DataFrame, items: pl.DataFrame, group: list[str]) -> pl.DataFrame:
    lines = payers.group_by(group).agg(lines=pl.len().cast(pl.Int64))
    return lines.join(items.group_by(group).agg(items=pl.len().cast(pl.Int64)), on=group)


def _equal_amounts(payers: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    if items.is_empty():
        return payers.clear().select("line", item="line")
    group = ["customer", "currency", "amount"]
    owed = items.select("item", "customer", "currency", "age_rank", amount="open")
    sizes = _sizes(payers, owed, group)
    crowded = sizes.filter(pl.col("items") * pl.col("lines") > _CROWD)
    plain = payers.join(crowded, on=group, how="anti").join(owed, on=group)
    turn = pl.struct("date", "line").rank("dense").over(group).cast(pl.Int64)
    offered = (
        payers.join(crowded, on=group, how="semi")
        .with_columns(turn=turn)
        .with_columns(turn=pl.int_ranges(pl.col("turn"), pl.col("turn") + _TURNS_IN_A_CROWD))
        .explode("turn", empty_as_null=False)
    )
    ranked = owed.with_columns(turn=pl.col("age_rank").rank("dense").over(group).cast(pl.Int64))
    in_turn = offered.join(ranked, on=[*group, "turn"])
    return pl.concat([plain.select("line", "item"), in_turn.select("line", "item")])


def pairs_by_amount(tables: Tables) -> pl.DataFrame:
    """Items whose amount is rare enough that it alone is worth a suggestion."""
    items = tables.items.filter(pl.col("open") > 0)
    rare = items.filter(pl.len().over("currency", "open") <= _FEW_EQUAL_AMOUNTS)
    return tables.receipts.join(
        rare, left_on=["currency", "amount"], right_on=["currency", "open"]
    ).select("line", "item")
