"""Make proposals of one item: every pair whose difference has a name, scored in bits against the null.

In: pairs. Out: proposals (a row a set) and members (what of the line's money goes where). Sets of several items
are made in `sets.py` in the same shape. Int ids: `proposal` counts within one call and is renumbered in `score.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl
import polars.selectors as cs

from recon.match.evidence.references import QUOTED_MILLIBITS
from recon.match.evidence.settle import inside_window

if TYPE_CHECKING:
    from recon.config import Policy

# Columns of every proposal, whoever made it.
PROPOSAL_COLUMNS: Final = (
    "proposal",
    "line",
    "shape",
    "settlement",
    "customer",
    "age_rank",
    "difference",
    "equals",
    "fits",
    "reference_millibits",
    "amount_millibits",
    "party_millibits",
    "date_millibits",
    "history_millibits",
    "prior_millibits",
    "party_is_strong",
    "has_party_conflict",
    "is_before_issue",
    "evidence",
)
MEMBER_COLUMNS: Final = ("proposal", "line", "item", "kind", "amount")
# How a difference settles the item without cash; any other leaves it open.
_WITHOUT_CASH: Final = MappingProxyType(
    {
        "discount": "discount",
        "discount_on_net": "discount",
        "discount_rounded": "discount",
        "discount_write_off": "discount",
        "late_discount": "discount",
        "write_off": "write_off",
        "bank_charge": "bank_charge",
    }
)
# Of many items that no one can tell apart, a line needs to be offered only a few in its turn.
_TURNS: Final = 2


@dataclass(frozen=True, slots=True)
class Proposed:
    """proposals: PROPOSAL_COLUMNS. members: MEMBER_COLUMNS, item null for money on account."""

    proposals: pl.DataFrame
    members: pl.DataFrame


def _type_of(column: str) -> type[pl.DataType]:
    if column in ("shape", "settlement", "evidence", "kind"):
        return pl.String
    return pl.Boolean if column.startswith(("party_is", "has_", "is_")) else pl.Int64


# What a maker gives that has nothing to propose.
NOTHING: Final = Proposed(
    *(
        pl.DataFrame(schema={column: _type_of(column) for column in columns})
        for columns in (PROPOSAL_COLUMNS, MEMBER_COLUMNS)
    )
)


def propose_single_items(pairs: pl.DataFrame, policy: Policy) -> Proposed:
    """Turn pairs into proposals of one item, in the order of the pairs: by line and item.

    A pair without any reference or party evidence is kept only when the amount is exact: it can be suggested.
    """
    spoken_for = (
        (pl.col("reference_millibits") > 0)
        | (pl.col("party_millibits") > 0)
        | (pl.col("history_millibits") > 0)
    )
    # What was read where is told later, of the few that are shown.
    weighed = pairs.drop(cs.ends_with("_kind", "_text"))
    chosen = _in_turn(
        weighed.filter(inside_window(policy), spoken_for | (pl.col("settlement") == "exact"))
    )
    numbered = chosen.with_columns(proposal=pl.int_range(pl.len(), dtype=pl.Int64))
    proposals = numbered.with_columns(
        shape=pl.lit("one_item"),
        fits=pl.lit(1, dtype=pl.Int64),
        # Said of the few that are shown, by `words.py`.
        evidence=pl.lit(None, dtype=pl.String),
    )
    return Proposed(proposals=proposals.select(PROPOSAL_COLUMNS), members=single_members(numbered))


# What decides whose turn it is.
_TURNING: Final = (
    "line",
    "item",
    "customer",
    "currency",
    "amount",
    "date",
    "settlement",
    "age_rank",
    "reference_millibits",
    "party_millibits",
    "date_millibits",
    "prior_millibits",
)


def _in_turn(pairs: pl.DataFrame) -> pl.DataFrame:
    """Offer equal items of one payer to equal lines of that payer in order of age.

    Items of one customer with one amount, and lines of that customer with that amount, which quote none of
    them: the n-th line is offered the n-th item and the next ones. `equals` counts such items of a pair.
    A line that quotes and pays one of them takes no turn among the others.
    """
    quoted = pairs.filter(pl.col("reference_millibits") >= QUOTED_MILLIBITS)
    is_quoted = pl.col("item").is_in(quoted["item"].unique().implode())
    served = quoted.filter(pl.col("settlement") == "exact").select("line", "customer").unique()
    alike = (
        (pl.col("reference_millibits") == 0)
        & (pl.col("party_millibits") > 0)
        & (pl.col("settlement") == "exact")
        & ~is_quoted
    )
    group = [
        "customer",
        "currency",
        "amount",
        "party_millibits",
        "date_millibits",
        "prior_millibits",
    ]
    unquoted = (
        pairs.select(pl.int_range(pl.len()).alias("row"), *_TURNING)
        .filter(alike)
        .join(served, on=["line", "customer"], how="anti")
    )
    item_turn = (
        pl.col("age_rank").rank("dense").over("customer", "currency", "amount").cast(pl.Int64)
    )
    line_turn = (
        pl.struct("date", "line")
        .rank("dense")
        .over("customer", "currency", "amount")
        .cast(pl.Int64)
    )
    turned = unquoted.with_columns(
        equals=pl.col("item").n_unique().over("line", *group).cast(pl.Int64),
        item_turn=item_turn,
        line_turn=line_turn,
    )
    # More payments than items: the last item is every further payment's, and they compete for it.
    last_turn = pl.col("item_turn").max().over("customer", "currency", "amount")
    first_turn = pl.min_horizontal("line_turn", last_turn)
    is_in_turn = pl.col("item_turn").is_between(first_turn, pl.col("line_turn") + _TURNS)
    # Where two customers may have paid, whose turn it is says nothing.
    several = (
        pairs.filter(pl.col("party_millibits") > 0, pl.col("settlement") == "exact")
        .group_by("line")
        .agg(payers=pl.col("customer").n_unique())
        .filter(pl.col("payers") > 1)
    )
    offered = turned.filter(is_in_turn | pl.col("line").is_in(several["line"].implode()))
    equals = pl.Series([1], dtype=pl.Int64).new_from_index(0, pairs.height)
    is_kept = pl.Series([True], dtype=pl.Boolean).new_from_index(0, pairs.height)
    return pairs.with_columns(
        equals=equals.scatter(offered["row"], offered["equals"]),
    ).filter(is_kept.scatter(unquoted["row"], False).scatter(offered["row"], True))


def single_members(numbered: pl.DataFrame) -> pl.DataFrame:
    """What goes where of payments of one item each: the cash, the rest on account, what settles it without cash."""
    over = pl.col("settlement") == "over"
    cash = numbered.select(
        "proposal",
        "line",
        "item",
        kind=pl.lit("payment"),
        amount=pl.when(over).then(pl.col("open")).otherwise(pl.col("amount")),
    )
    rest = numbered.filter(over).select(
        "proposal",
        "line",
        item=pl.lit(None, dtype=pl.Int64),
        kind=pl.lit("on_account"),
        amount=-pl.col("difference"),
    )
    # Of a discount and a difference the discount is taken first, as far as it goes.
    is_both = pl.col("settlement") == "discount_write_off"
    discount = pl.when(is_both).then(pl.min_horizontal("difference", "discount"))
    without_cash = numbered.filter(pl.col("settlement").is_in(list(_WITHOUT_CASH))).select(
        "proposal",
        "line",
        "item",
        kind=pl.col("settlement").replace_strict(_WITHOUT_CASH, return_dtype=pl.String),
        amount=discount.otherwise("difference"),
    )
    beside = numbered.filter(is_both, pl.col("difference") > pl.col("discount")).select(
        "proposal",
        "line",
        "item",
        kind=pl.lit("write_off"),
        amount=pl.col("difference") - pl.col("discount"),
    )
    return pl.concat([cash, rest, without_cash, beside]).select(MEMBER_COLUMNS)
