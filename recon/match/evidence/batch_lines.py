"""Find the bank line that pays a batch: by the batch's reference, or by amount, day and provider.

In: Tables, proven batches. Out: pairs of line and batch with their bits. The amount is never enough by itself: a pair
that nothing else speaks for can be suggested, no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.rarity import (
    AMOUNT_PRIOR_WEIGHT,
    PARTY_PRIOR_WEIGHT,
    REFERENCE_CAP_MILLIBITS,
    REFERENCE_PRIOR_WEIGHT,
    amount_prior,
    key_prior,
    millibits,
)
from recon.match.evidence.references import QUOTED_MILLIBITS

if TYPE_CHECKING:
    import dataframely as dy

    from recon.config import Policy
    from recon.frames.batches import BatchQuotes, ComparableBatches, ProvenBatches
    from recon.match.tables import Tables

# How often a payout quotes its batch, comes to its net amount, and names its provider. Stated priors.
_QUOTED: Final = 0.8
_EXACT: Final = 0.98
_NAMED: Final = 0.9
# How often a line of somebody else holds all words of a provider's name.
_NAME_PRIOR: Final = 1e-3


def find_batch_lines(tables: Tables, batches: ComparableBatches, policy: Policy) -> pl.DataFrame:
    """Find the lines that may pay each batch: those of its net amount that quote it, or are near it in time.

    Returns:
        line, batch, date, currency, reference_millibits, reference_text, amount_millibits, party_millibits,
        party_text, prior_millibits, fits (how many lines and batches could be exchanged for each other).
    """
    amounts = batches.batches.select(
        "batch", "currency", "settled_on", "provider", "provider_words", amount="net"
    )
    receipts = _with_seen_words(tables)
    equal = receipts.join(amounts, on=["amount", "currency"])
    quoting = _weigh_quotes(batches.quotes, receipts.height)
    days = (pl.col("date") - pl.col("settled_on")).dt.total_days().abs()
    pairs = equal.join(quoting, on=["line", "batch"], how="left").with_columns(
        pl.col("reference_millibits").fill_null(0),
        is_near=(days <= policy.batches.window_days).fill_null(value=False),
        is_named=_names_provider(),
    )
    is_quoted = pl.col("reference_millibits") >= QUOTED_MILLIBITS
    # Whoever quotes one batch pays no other, and a batch that is quoted waits for no other line.
    taken = is_quoted.any().over("line") | is_quoted.any().over("batch")
    likely = pairs.filter(is_quoted | (pl.col("is_near") & ~taken))
    weighed = _weigh_amounts(_weigh_names(likely, receipts, batches.batches), receipts)
    of_currency = batches.batches.group_by("currency").agg(batches=pl.len())
    prior = ((pl.col("batches").cast(pl.Float64).log(2) + 1) * 1000).round(0).cast(pl.Int64)
    return (
        weighed.join(of_currency, on="currency")
        .with_columns(
            prior_millibits=-prior,
            fits=pl.max_horizontal(pl.len().over("line"), pl.len().over("batch")).cast(pl.Int64),
        )
        .select(
            "line",
            "batch",
            "date",
            "currency",
            "reference_millibits",
            "reference_text",
            "amount_millibits",
            "party_millibits",
            "party_text",
            "prior_millibits",
            "fits",
        )
        .sort("line", "batch")
    )


def _with_seen_words(tables: Tables) -> pl.DataFrame:
    """Receipts with their words, and those under which their account paid out for many before."""
    receipts = tables.receipts.select(
        "line", "amount", "currency", "date", "words", key="payer_account"
    )
    seen = tables.memory.providers.filter(pl.col("role") == "account").select(
        "key", seen=pl.col("words").list.join(" ")
    )
    if seen.is_empty():
        return receipts.drop("key")
    joined = receipts.join(seen, on="key", how="left", maintain_order="left")
    every = pl.concat_str("words", "seen", separator=" ", ignore_nulls=True)
    return joined.with_columns(words=every).drop("key", "seen")


def _weigh_quotes(quotes: dy.DataFrame[BatchQuotes], line_count: int) -> pl.DataFrame:
    """What a quotation is worth: line, batch, reference_millibits, reference_text."""
    weight = REFERENCE_PRIOR_WEIGHT
    surplus = pl.col("line").n_unique().over("batch").cast(pl.Int64) - 1
    chance = (surplus + weight * key_prior(pl.col("key"))) / (line_count + weight)
    return quotes.select(
        "line",
        "batch",
        reference_millibits=millibits(_QUOTED, chance).clip(0, REFERENCE_CAP_MILLIBITS),
        reference_text="span",
    )


def _names_provider() -> pl.Expr:
    """Say whether all words of the provider's name stand in the line."""
    missing = pl.col("provider_words").list.set_difference(pl.col("words").str.split(" "))
    return (pl.col("provider_words").list.len() > 0) & (missing.list.len() == 0)


def _weigh_names(
    pairs: pl.DataFrame, receipts: pl.DataFrame, batches: dy.DataFrame[ProvenBatches]
) -> pl.DataFrame:
    """Add `party_millibits` and `party_text`: how rare lines that name the provider are, beside its own payouts."""
    providers = (
        batches.filter(pl.col("provider_words").list.len() > 0)
        .group_by("provider")
        .agg(pl.col("provider_words").first(), payouts=pl.len())
    )
    named = {
        provider: pl.all_horizontal(
            pl.concat_str(pl.lit(" "), "words", pl.lit(" ")).str.contains(f" {word} ", literal=True)
            for word in words
        ).sum()
        for provider, words in zip(
            providers["provider"].to_list(), providers["provider_words"].to_list(), strict=True
        )
    }
    counts = receipts.select(named[name].alias(f"{at}") for at, name in enumerate(named))
    seen = pl.DataFrame(
        {"provider": list(named), "seen": list(counts.row(0)) if named else []},
        schema={"provider": pl.String, "seen": pl.Int64},
    )
    others = (pl.col("seen") - pl.col("payouts").cast(pl.Int64)).clip(0)
    weight = PARTY_PRIOR_WEIGHT
    chance = (others + weight * _NAME_PRIOR) / (receipts.height + weight)
    worth = providers.join(seen, on="provider").select(
        "provider", party_millibits=millibits(_NAMED, chance).clip(0)
    )
    return pairs.join(worth, on="provider", how="left").with_columns(
        party_millibits=pl.when("is_named").then("party_millibits").otherwise(0).fill_null(0),
        party_text=pl.when("is_named").then("provider"),
    )


def _weigh_amounts(pairs: pl.DataFrame, receipts: pl.DataFrame) -> pl.DataFrame:
    """Add `amount_millibits`: how rare the net amount is among the receipts of the day."""
    of_currency = receipts.group_by("currency").agg(receipts=pl.len().cast(pl.Int64))
    equal = receipts.group_by("currency", "amount").agg(equal=pl.len().cast(pl.Int64))
    weight = AMOUNT_PRIOR_WEIGHT
    chance = (pl.col("equal") - 1 + weight * amount_prior(pl.col("amount"))) / (
        pl.col("receipts") + weight
    )
    counted = pairs.join(of_currency, on="currency").join(equal, on=["currency", "amount"])
    return counted.with_columns(amount_millibits=millibits(_EXACT, chance).clip(0))
