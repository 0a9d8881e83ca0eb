"""Habits of customers: what they did before makes the same more likely now, a little.

In: proposals, Tables with the memory. Out: the same proposals with class history; and proposals of items that are paid
less the charge which the customer's bank always keeps. A habit never applies anything by itself: it is bounded below what
counts as an agreeing class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.rarity import AMOUNT_PRIOR_WEIGHT, amount_prior, millibits
from recon.match.proposals.propose import MEMBER_COLUMNS, NOTHING, PROPOSAL_COLUMNS, Proposed
from recon.match.proposals.words import bits

if TYPE_CHECKING:
    from recon.match.tables import Tables

# A customer's own rate counts as much as that of all once it made so many payments: habits differ much, so few suffice.
_SHRINKAGE: Final = 5_000
# However fixed the habit, it is a factor of eight at most: below the four bits of an agreeing class.
_MOST_MILLIBITS: Final = 3_000
# A charge is usual from the second time on.
_USUAL: Final = 2
# How often a payment that belongs to an item settles it exactly, but for the charge.
_BELONGS: Final = 0.85
# Sets that the payer does not spell out; where it quotes them all, its own words decide and no habit.
_SEVERAL: Final = ("subset", "whole_account", "quoted_and_more")


def with_habits(made: Proposed, tables: Tables) -> Proposed:
    """Add to each proposal the strongest habit that it shows: log2(the customer's rate / the rate of all).

    The customer's rate is shrunk towards that of all (empirical Bayes), so that a customer seen once has none yet.

    Returns:
        the proposals with a column `habit`, null where none is shown.
    """
    if made.proposals.is_empty() or tables.memory.habits.is_empty():
        return Proposed(
            made.proposals.with_columns(habit=pl.lit(None, dtype=pl.String)), made.members
        )
    rates = _rates(tables)
    of_proposal = (
        _shown(made)
        .join(rates, on=["customer", "habit"])
        .filter(pl.col("worth") > 0)
        .sort("proposal", "worth", "habit", descending=[False, True, False])
        .unique("proposal", keep="first", maintain_order=True)
        .select("proposal", "habit", "worth")
    )
    # A plugin's knowledge and ours are one class, and who registered a judge means it: what it knows goes before.
    is_known = pl.col("history_millibits") != 0
    joined = made.proposals.join(
        of_proposal, on="proposal", how="left", maintain_order="left"
    ).with_columns(pl.when(~is_known).then(name).alias(name) for name in ("habit", "worth"))
    told = joined.with_columns(history_millibits=pl.coalesce("worth", "history_millibits"))
    return Proposed(proposals=told.drop("worth"), members=made.members)


def _rates(tables: Tables) -> pl.DataFrame:
    """What each habit of each customer is worth: customer, habit, worth (millibits).

    What a customer did not do may have been for want of an occasion, which nobody recorded; so it says nothing.
    """
    base = pl.col("kept").sum().over("habit") / pl.col("could").sum().over("habit")
    counted = tables.memory.habits.with_columns(base=base).filter(pl.col("base") > 0)
    shrunk = (pl.col("kept") + _SHRINKAGE * pl.col("base")) / (pl.col("could") + _SHRINKAGE)
    return counted.select(
        "customer",
        "habit",
        worth=millibits(shrunk, pl.col("base")).clip(0, _MOST_MILLIBITS),
    )


def _shown(made: Proposed) -> pl.DataFrame:
    """The habits that each proposal shows: proposal, customer, habit."""
    several, settlement = pl.col("shape").is_in(_SEVERAL), pl.col("settlement")
    shows = {
        "discount": settlement.str.starts_with("discount") & (settlement != "discount_refused"),
        "together": several,
        "netting": pl.col("nets"),
        # What a usual charge is worth is counted in its amount already.
        "bank_charge": settlement == "bank_charge",
        "oldest_first": pl.col("shape") == "oldest_first",
    }
    nets = (
        made.members.filter(pl.col("kind") == "payment", pl.col("amount") < 0)
        .select("proposal", nets=pl.lit(value=True))
        .unique()
    )
    of_customers = (
        made.proposals.filter(pl.col("customer").is_not_null())
        .select("proposal", "customer", "shape", "settlement")
        .join(nets, on="proposal", how="left")
        .with_columns(pl.col("nets").fill_null(value=False))
    )
    return pl.concat(
        of_customers.filter(shown).select("proposal", "customer", habit=pl.lit(habit))
        for habit, shown in shows.items()
    )


def propose_usual_charges(tables: Tables, parties: pl.DataFrame) -> Proposed:
    """Propose items that a payer pays less the charge which its bank kept back at least twice before.

    They are suggestions unless the policy says that usual charges are applied.
    """
    charges = tables.memory.charges.filter(pl.col("times") >= _USUAL)
    if charges.is_empty():
        return NOTHING
    payers = parties.select(
        "line",
        "customer",
        "is_strong",
        party_kind="kind",
        party_millibits="millibits",
        party_text="text",
    )
    receipts = tables.receipts.select("line", "amount", "currency", "date")
    items = tables.items.filter(pl.col("open") > 0).select(
        "item", "customer", "currency", "open", "age_rank", "issue_date"
    )
    fitting = (
        payers.join(receipts, on="line")
        .join(charges, on=["customer", "currency"])
        .with_columns(open=pl.col("amount") + pl.col("charge"))
        .join(items, on=["customer", "currency", "open"])
        .sort("line", "item", "charge")
        .with_columns(proposal=pl.int_range(pl.len(), dtype=pl.Int64))
    )
    weighed = _weigh(fitting, tables)
    cash = fitting.select("proposal", "line", "item", kind=pl.lit("payment"), amount="amount")
    kept = fitting.select("proposal", "line", "item", kind=pl.lit("bank_charge"), amount="charge")
    return Proposed(
        proposals=weighed.select(PROPOSAL_COLUMNS),
        members=pl.concat([cash, kept]).select(MEMBER_COLUMNS),
    )


def _weigh(fitting: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The open amount is as rare as it is; that just this charge was kept back is as likely as it was before."""
    in_currency = tables.items.group_by("currency").agg(all_items=pl.len().cast(pl.Int64))
    equal = (
        tables.items.filter(pl.col("open") > 0)
        .group_by("currency", "open")
        .agg(equal=pl.len().cast(pl.Int64))
    )
    counted = fitting.join(in_currency, on="currency").join(equal, on=["currency", "open"])
    weight = AMOUNT_PRIOR_WEIGHT
    tried = pl.len().over("line", "customer", "charge")
    chance = (pl.col("equal") - 1 + weight * amount_prior(pl.col("open"))) / (
        pl.col("all_items") + weight
    )
    usual = pl.col("weight") / (pl.col("of_weight") + _SHRINKAGE)
    none = pl.lit(0, dtype=pl.Int64)
    weighed = counted.with_columns(
        shape=pl.lit("one_item"),
        settlement=pl.lit("usual_charge"),
        difference="charge",
        equals=none + 1,
        fits=tried.cast(pl.Int64),
        reference_millibits=none,
        amount_millibits=millibits(_BELONGS * usual, chance).clip(0),
        date_millibits=none,
        history_millibits=none,
        prior_millibits=-((pl.col("all_items").log(2) + 1) * 1000).round(0).cast(pl.Int64),
        party_is_strong="is_strong",
        has_party_conflict=pl.lit(value=False),
        is_before_issue=(pl.col("date") < pl.col("issue_date")).fill_null(value=False),
    )
    said = pl.concat_str(
        pl.lit("amount: less usual charge, kept back "),
        pl.col("times").cast(pl.String),
        pl.lit(" times, last "),
        pl.col("last_seen").dt.to_string("iso"),
        pl.lit(" "),
        bits("amount_millibits"),
        pl.lit("; party: "),
        pl.col("party_kind").str.replace_all("_", " "),
        pl.lit(" '"),
        pl.col("party_text").fill_null("").str.slice(0, 60),
        pl.lit("' "),
        bits("party_millibits"),
        pl.lit("; prior "),
        bits("prior_millibits"),
    )
    return weighed.with_columns(evidence=said)
