"""Find what each part of a batch pays: the item of the number it names, at the amount it names.

In: proven batches, the lines that may pay them, the books. Out: a finding a part, and the items that it settles. What
is not certain of one part keeps its whole line from being applied.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.comparable import ComparableItems, ItemKeys
from recon.match.evidence.references import QUOTED_MILLIBITS, find_references
from recon.match.evidence.settle import add_settlement

if TYPE_CHECKING:
    from recon.config import Policy
    from recon.frames.batches import ComparableBatches
    from recon.frames.comparable import Comparable
    from recon.match.evidence.references import References
    from recon.match.tables import Tables

# Settlements in which number and amount agree.
_AGREES: Final = (
    "exact",
    "discount",
    "discount_on_net",
    "discount_rounded",
    "discount_write_off",
    "write_off",
    "bank_charge",
)
_SHORT: Final = ("part", "discount_refused")
# Findings by which it is certain what becomes of a part.
DECIDED: Final = ("paid", "paid_in_part", "paid_too_much", "unknown", "fee")
GIVEN_BACK: Final = ("refund", "chargeback")
_ONE: Final = ["line", "batch", "part"]


@dataclass(frozen=True, slots=True)
class PartFindings:
    """What was found of the parts of claimed batches.

    parts: line, batch, part, gross, fee, customer, label, finding. items: line, batch, part, item, owner, gross (of this
    item), and the columns of a settlement; the item that comes nearest where the part is not certain.
    """

    parts: pl.DataFrame
    items: pl.DataFrame


def find_parts(
    batches: ComparableBatches,
    claims: pl.DataFrame,
    comparable: Comparable,
    tables: Tables,
    policy: Policy,
) -> PartFindings:
    """Judge each part of each batch that a line may pay.

    Args:
        batches: the proven batches.
        claims: line, batch, date, currency of the lines that may pay them.
        comparable: items and their keys, and the numbers settled before.
        tables: the day's tables.
        policy: discount terms, tolerances, and whether parts may be short or over.
    """
    references = _read(batches, comparable)
    parts = claims.select("line", "batch", "date", "currency").join(batches.parts, on="batch")
    candidates = _candidates(parts, references, tables, policy)
    chosen = _chosen(candidates, policy)
    near = _same_amount(parts, chosen, references, tables, policy)
    items = pl.concat([chosen, near.select(chosen.columns)])
    found = items.group_by(_ONE).agg(pl.col("finding").first())
    closed = references.foreign.filter("is_closed").select(part="line").unique()
    is_closed = pl.col("part").is_in(closed["part"].implode())
    elsewhere = (
        candidates.filter(~pl.col("is_usable"))
        .group_by(_ONE)
        .agg(pl.col("obstacle").sort().first())
    )
    finding = (
        pl.when(pl.col("kind") == "adjustment", pl.col("gross") != 0)
        .then(pl.lit("adjustment"))
        .when(pl.col("kind").is_in(GIVEN_BACK))
        .then("kind")
        .when(pl.col("gross") < 0)
        .then(pl.lit("refund"))
        .when(pl.col("gross") == 0)
        .then(pl.lit("fee"))
        .when(pl.col("finding").is_not_null())
        .then("finding")
        .when(pl.col("obstacle").is_not_null())
        .then("obstacle")
        .when(is_closed)
        .then(pl.lit("settled_before"))
        .otherwise(pl.lit("unknown"))
    )
    judged = (
        parts.join(found, on=_ONE, how="left")
        .join(elsewhere, on=_ONE, how="left")
        .with_columns(finding=finding)
        .sort("line", "batch", "part")
    )
    return PartFindings(parts=judged, items=items.sort("line", "batch", "part", "item"))


def _read(batches: ComparableBatches, comparable: Comparable) -> References:
    """Read the parts' references as the texts of lines are read; only items are looked at that a part may name."""
    tokens = batches.part_keys.select("key").unique()
    keys = comparable.item_keys.join(tokens, on="key", how="semi")
    narrow = replace(
        comparable,
        items=ComparableItems.cast(comparable.items.join(keys, on="item", how="semi")),
        item_keys=ItemKeys.cast(keys),
        line_keys=batches.part_keys,
    )
    return find_references(batches.parts.select("text", line="part"), narrow)


def _candidates(
    parts: pl.DataFrame, references: References, tables: Tables, policy: Policy
) -> pl.DataFrame:
    """The items that a part names, with what keeps it from paying them: `obstacle`, null if nothing."""
    hits = references.hits.filter(pl.col("millibits") >= QUOTED_MILLIBITS).select(
        "item", part="line"
    )
    families = tables.customers.select("customer", "family")
    named = (
        parts.filter(pl.col("kind") == "payment", pl.col("gross") > 0)
        .join(hits, on="part")
        .join(_items(tables), on="item")
        .join(families, on="customer", how="left")
        .join(
            families.rename({"customer": "owner", "family": "own_family"}), on="owner", how="left"
        )
    )
    is_other = (pl.col("family") != pl.col("own_family")).fill_null(value=False)
    obstacle = (
        pl.when(pl.col("currency") != pl.col("item_currency"))
        .then(pl.lit("other_currency"))
        .when(is_other)
        .then(pl.lit("other_customer"))
        .when(pl.col("open") <= 0)
        .then(pl.lit("credit_note"))
    )
    settled = add_settlement(named.with_columns(amount="gross"), policy)
    return settled.with_columns(obstacle=obstacle).with_columns(
        is_usable=pl.col("obstacle").is_null(), agrees=pl.col("settlement").is_in(_AGREES)
    )


def _items(tables: Tables) -> pl.DataFrame:
    return tables.items.select(
        "item",
        "open",
        "discount",
        "discount_until",
        "age_rank",
        owner="customer",
        item_currency="currency",
    )


def _chosen(candidates: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The item that each part pays: the only one it names, the only one of its amount, or all where they add up."""
    usable = candidates.filter("is_usable").with_columns(
        named=pl.len().over(_ONE),
        agreeing=pl.col("agrees").sum().over(_ONE),
        total=pl.col("open").sum().over(_ONE),
        owners=pl.col("owner").n_unique().over(_ONE),
    )
    alone = (pl.col("named") == 1) | (pl.col("agrees") & (pl.col("agreeing") == 1))
    adds_up = (
        (pl.col("agreeing") == 0) & (pl.col("total") == pl.col("gross")) & (pl.col("owners") == 1)
    )
    whole = usable.filter(adds_up, ~alone).with_columns(
        amount="open",
        gross="open",
        settlement=pl.lit("exact"),
        difference=pl.lit(0, dtype=pl.Int64),
    )
    rest = usable.filter(~adds_up, ~alone).join(usable.filter(alone), on=_ONE, how="anti")
    first = rest.sort("agrees", "item", descending=[True, False]).unique(
        _ONE, keep="first", maintain_order=True
    )
    certain = pl.col("customer").is_not_null()
    short_is_right = certain & (policy.decide.part_payment == "apply")
    over_is_right = certain & (policy.decide.overpayment == "on_account")
    judged = usable.filter(alone).with_columns(
        finding=pl.when("agrees")
        .then(pl.lit("paid"))
        .when(pl.col("settlement").is_in(_SHORT) & short_is_right)
        .then(pl.lit("paid_in_part"))
        .when(pl.col("settlement").is_in(_SHORT))
        .then(pl.lit("too_little"))
        .when((pl.col("settlement") == "over") & over_is_right)
        .then(pl.lit("paid_too_much"))
        .when(pl.col("settlement") == "over")
        .then(pl.lit("too_much"))
        .otherwise("settlement")
    )
    every = pl.concat(
        [
            judged,
            whole.with_columns(finding=pl.lit("paid")),
            first.with_columns(finding=pl.lit("several_items")),
        ]
    )
    # Two parts of one batch never settle more of an item than is open.
    taken = pl.min_horizontal("open", "gross").sum().over("line", "batch", "item")
    times = pl.len().over("line", "batch", "item")
    twice = (times > 1) & (taken > pl.col("open"))
    return every.with_columns(
        finding=pl.when(twice).then(pl.lit("paid_twice")).otherwise("finding")
    ).drop("named", "agreeing", "total", "owners")


def _same_amount(
    parts: pl.DataFrame,
    chosen: pl.DataFrame,
    references: References,
    tables: Tables,
    policy: Policy,
) -> pl.DataFrame:
    """An item of the part's amount that the part does not name: its customer's, or anybody's where it names nothing.

    It is a reason to look, never to apply.
    """
    silent = (
        parts.filter(pl.col("kind") == "payment", pl.col("gross") > 0)
        .join(chosen, on=_ONE, how="anti")
        .join(references.hits.select(part="line"), on="part", how="anti")
    )
    equal = silent.join(
        _items(tables).filter(pl.col("open") > 0),
        left_on=["gross", "currency"],
        right_on=["open", "item_currency"],
    ).with_columns(open="gross", item_currency="currency", amount="gross")
    is_own = (pl.col("customer") == pl.col("owner")).fill_null(value=False)
    is_nobodys = pl.col("customer").is_null() & (pl.col("text") == "")
    first = (
        equal.filter(is_own | is_nobodys)
        .sort("age_rank")
        .unique(_ONE, keep="first", maintain_order=True)
    )
    none = pl.lit(None, dtype=pl.Int64)
    return add_settlement(first, policy).with_columns(
        family=none,
        own_family=none,
        obstacle=pl.lit(None, dtype=pl.String),
        is_usable=pl.lit(value=True),
        agrees=pl.lit(value=True),
        finding=pl.lit("same_amount"),
    )
