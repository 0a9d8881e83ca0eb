"""Turn sets of items into proposals: explain every cent of difference, and weigh the evidence for the set.

In: the rows of `gather_sets.py`. Out: proposals and members in the shape of `propose.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.advised import advices_of
from recon.match.evidence.settle import (
    OVER_MILLIBITS,
    PART_MILLIBITS,
    add_total_evidence,
    inside_window,
    lapsed_discount,
    limits,
    taken_in_time,
)
from recon.match.proposals.gather_sets import gather_sets
from recon.match.proposals.propose import MEMBER_COLUMNS, NOTHING, PROPOSAL_COLUMNS, Proposed
from recon.match.proposals.words import bits
from recon.match.tables import place_in

if TYPE_CHECKING:
    from recon.config import Policy
    from recon.match.evidence.references import References
    from recon.match.tables import Tables

# A difference within a limit fits many amounts, and a lapsed discount is seldom taken.
_CLOSE_MILLIBITS: Final = -6_000
_LAPSED_MILLIBITS: Final = -4_000
_CLOSE: Final = ("write_off", "bank_charge", "discount_write_off")
_LAPSED: Final = ("late_discount", "discount_refused")
# Chosen for their total: a difference would make them fit nearly any amount.
_MADE_TO_FIT: Final = (
    "whole_account",
    "subset",
    "quoted_and_more",
    "family_whole_account",
    "family_subset",
    "family_quoted_and_more",
)


def propose_sets(
    tables: Tables,
    references: References,
    parties: pl.DataFrame,
    more: pl.DataFrame,
    policy: Policy,
) -> tuple[Proposed, pl.DataFrame]:
    """Propose sets of two or more items whose total explains the line's amount to the cent.

    Args:
        tables: the day's tables.
        references: reference hits.
        parties: party hits.
        more: sets of plugins: line, set_name, item.
        policy: tolerances and discount terms.

    Returns:
        the proposals, and the lines (`line`) whose payer has too many items to try every subset.
    """
    rows, uncombined = gather_sets(tables, references, parties, more, policy)
    if rows.is_empty():
        return NOTHING, uncombined
    advices = advices_of(references.hits, tables.items)
    rows = rows.join(advices, on=["line", "item"], how="left")
    return _assemble(rows, tables, parties, policy), uncombined


def _assemble(
    rows: pl.DataFrame, tables: Tables, parties: pl.DataFrame, policy: Policy
) -> Proposed:
    """Explain each set's difference, drop the sets that cannot be explained, and weigh the rest."""
    key = ["line", "shape", "customer", "pick"]
    items = tables.items.select(
        "item", "open", "discount", "discount_until", "age_rank", "issue_date", owner="customer"
    )
    hits = parties.select("line", "is_strong", owner="customer", hit="millibits", party_kind="kind")
    listed = (
        rows.join(items, on="item")
        .join(tables.receipts.select("line", "amount", "currency", "date"), on="line")
        .join(hits, on=["line", "owner"], how="left")
    )
    in_time = taken_in_time(policy)
    listed = listed.with_columns(
        discount=pl.when(in_time).then("discount").otherwise(0),
        lapsed=pl.when(~in_time).then("discount").otherwise(0),
    )
    sets = listed.group_by(key, maintain_order=False).agg(
        pl.col("amount", "currency", "date", "fits").first(),
        open=pl.col("open").sum(),
        discount=pl.col("discount").sum(),
        largest_discount=pl.col("discount").max(),
        lapsed=pl.col("lapsed").sum(),
        size=pl.len(),
        reference_millibits=pl.col("reference_millibits").sum(),
        quoted=(pl.col("reference_millibits") > 0).sum(),
        # A line has one advice at most.
        advice=pl.col("advice").drop_nulls().min(),
        extra_millibits=pl.col("extra_millibits").sum(),
        age_rank=pl.col("age_rank").min(),
        is_inside=inside_window(policy).all(),
        is_before_issue=(pl.col("date") < pl.col("issue_date")).any(),
        # Whoever pays for several customers must be known as a payer of each.
        hit=pl.when(pl.col("hit").is_not_null().all()).then(pl.col("hit").min()),
        party_kind=pl.when(pl.col("hit").is_not_null().all()).then(
            pl.col("party_kind").sort_by("hit", "party_kind").first()
        ),
        is_strong=pl.col("is_strong").fill_null(value=False).all(),
    )
    settled = _explain_difference(sets.filter("is_inside"), policy)
    weighed = _weigh(settled, tables, parties).sort(key, nulls_last=True)
    proposals = weighed.with_columns(
        proposal=pl.int_range(pl.len(), dtype=pl.Int64), equals=pl.lit(1, dtype=pl.Int64)
    )
    members = _members(proposals, listed)
    return Proposed(proposals=proposals.select(PROPOSAL_COLUMNS), members=members)


def _explain_difference(sets: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    tolerance, charges = limits(policy)
    short = pl.col("open") - pl.col("amount")
    # Beside the discounts the tolerance may be written off; or the largest one was taken too small by as much.
    beyond = short - pl.col("discount")
    with_both = (
        (pl.col("discount") > 0)
        & beyond.is_between(-pl.col("largest_discount"), tolerance)
        & (beyond >= -tolerance)
        & policy.discount.with_tolerance
    )
    quoted_only = ~pl.col("shape").is_in(_MADE_TO_FIT)
    settlement = (
        pl.when(short == 0)
        .then(pl.lit("exact"))
        .when((pl.col("discount") > 0) & (short == pl.col("discount")))
        .then(pl.lit("discount"))
        .when((pl.col("lapsed") > 0) & (short == pl.col("discount") + pl.col("lapsed")))
        .then(pl.lit(lapsed_discount(policy)))
        .when(quoted_only & with_both)
        .then(pl.lit("discount_write_off"))
        .when(quoted_only & (short > 0) & (short <= tolerance))
        .then(pl.lit("write_off"))
        .when(quoted_only & (short > 0) & (short <= charges))
        .then(pl.lit("bank_charge"))
        .when(quoted_only & (short > 0))
        .then(pl.lit("part"))
        .when(quoted_only & (short < 0))
        .then(pl.lit("over"))
    )
    return (
        sets.filter(pl.col("open") > 0)
        .with_columns(settlement=settlement, difference=short)
        .drop_nulls("settlement")
    )


def _weigh(sets: pl.DataFrame, tables: Tables, parties: pl.DataFrame) -> pl.DataFrame:
    """The first quoted item of a customer costs its prior among all items, each further one among the customer's."""
    items = tables.items
    sets = add_total_evidence(sets, tables)
    in_currency = items.group_by("currency").agg(all_items=pl.len())
    of_customer = items.group_by("customer", "currency").agg(own_items=pl.len())
    sets = sets.join(in_currency, on="currency").join(
        of_customer, on=["customer", "currency"], how="left"
    )
    first = pl.col("all_items").cast(pl.Float64).log(2) + 1
    # Without one customer for the whole set every item stands for itself.
    further = pl.coalesce("own_items", "all_items").cast(pl.Float64).log(2) + 1
    payer = pl.lit(max(tables.customers.height, 1), dtype=pl.Float64).log(2) + 1
    quoted = first + (pl.col("quoted").cast(pl.Float64) - 1) * further
    priors = pl.when(pl.col("quoted") > 0).then(quoted).otherwise(payer) * 1000
    known = parties.filter("is_strong").select("line", known=pl.lit(True)).unique()
    joined = sets.join(known, on="line", how="left")
    conflict = pl.col("hit").is_null() & pl.col("known").fill_null(False)
    fixed = pl.when(pl.col("settlement") == "part").then(PART_MILLIBITS).otherwise(OVER_MILLIBITS)
    close, lapsed = (pl.col("settlement").is_in(names) for names in (_CLOSE, _LAPSED))
    conceded = pl.when(close).then(_CLOSE_MILLIBITS).when(lapsed).then(_LAPSED_MILLIBITS)
    measured = pl.col("total_millibits") + conceded.otherwise(0)
    weighed = joined.with_columns(
        amount_millibits=pl.when(pl.col("settlement").is_in(["part", "over"]))
        .then(fixed)
        .otherwise(measured),
        party_millibits=pl.when(conflict).then(-8_000).otherwise(pl.col("hit").fill_null(0)),
        party_is_strong="is_strong",
        has_party_conflict=conflict,
        is_before_issue=pl.col("is_before_issue").fill_null(False),
        date_millibits=pl.lit(0, dtype=pl.Int64),
        history_millibits=pl.lit(0, dtype=pl.Int64),
        prior_millibits=pl.col("extra_millibits") - priors.round(0).cast(pl.Int64),
    )
    said = pl.concat_str(
        pl.lit("set: "),
        pl.col("shape").str.replace_all("_", " "),
        pl.lit(" of "),
        pl.col("size").cast(pl.String),
        pl.lit(" items; reference "),
        pl.concat_str(pl.lit("by "), "advice", pl.lit(" ")).fill_null(""),
        bits("reference_millibits"),
        pl.lit("; amount: total "),
        pl.col("settlement").str.replace_all("_", " "),
        pl.lit(" "),
        bits("amount_millibits"),
        pl.lit("; party: "),
        pl.col("party_kind").fill_null("not known").str.replace_all("_", " "),
        pl.lit(" "),
        bits("party_millibits"),
    )
    return weighed.with_columns(evidence=said)


def _members(proposals: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Spread the line's money over the set, oldest item first; the largest one bears a difference."""
    key = ["line", "shape", "customer", "pick"]
    members = listed.join(
        proposals.select(*key, "proposal", "settlement", "difference", discount_of_set="discount"),
        on=key,
        nulls_equal=True,
    ).sort("proposal", pl.col("open") > 0, "age_rank")
    before = pl.col("open").cum_sum().over("proposal") - pl.col("open")
    left = (pl.col("amount") - before).clip(0)
    settlement = pl.col("settlement")
    discounted = settlement.is_in(["discount", "discount_write_off", *_LAPSED])
    close = settlement.is_in(_CLOSE)
    # The largest item can bear any difference within a limit.
    place = place_in("proposal")
    bears = place == pl.col("open").arg_max().over("proposal")
    # What a lapsed discount leaves is settled only if a person grants it.
    lapsed = pl.when(settlement.is_in(_LAPSED)).then("lapsed").otherwise(0)
    granted = pl.when(settlement == "late_discount").then(lapsed).otherwise(0)
    beyond = pl.col("difference") - pl.when(discounted).then("discount_of_set").otherwise(0)
    within = beyond.clip(lower_bound=0)
    gives_back = close & (place == pl.col("discount").arg_max().over("proposal"))
    off = pl.when(discounted).then("discount").otherwise(0) + pl.when(gives_back).then(
        beyond.clip(upper_bound=0)
    ).otherwise(0)
    cash = (
        pl.when((settlement == "part") & (pl.col("open") > 0))
        .then(pl.min_horizontal("open", left))
        .otherwise(pl.col("open") - off - lapsed)
    ) - pl.when(close & bears).then(within).otherwise(0)
    paid = members.select("proposal", "line", "item", kind=pl.lit("payment"), amount=cash)
    discount = members.select(
        "proposal", "line", "item", kind=pl.lit("discount"), amount=off + granted
    )
    charged = pl.when(settlement == "bank_charge").then(settlement).otherwise(pl.lit("write_off"))
    short = members.filter(close & bears).select(
        "proposal", "line", "item", kind=charged, amount=within
    )
    rest = proposals.filter(pl.col("settlement") == "over").select(
        "proposal",
        "line",
        item=pl.lit(None, dtype=pl.Int64),
        kind=pl.lit("on_account"),
        amount=-pl.col("difference"),
    )
    rows = pl.concat([frame.select(MEMBER_COLUMNS) for frame in (paid, discount, short, rest)])
    return rows.filter(pl.col("amount") != 0)
