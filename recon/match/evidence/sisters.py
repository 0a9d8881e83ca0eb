"""Customers whose names say more than a payer shows: `King Paper South` for a payer `King Paper`.

In: Tables. Out: pairs of line and customer with kind, millibits, text and is_strong. Another customer may be called just
so, and is likelier; but where both owe the amount, the bank or the payer may have left a word out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.rarity import PARTY_PRIOR_WEIGHT, millibits

if TYPE_CHECKING:
    from recon.match.tables import Tables

# How often a customer's payment shows only a part of its name, and how often another's shows just that.
_BELONGS: Final = 0.1
_NAME_PRIOR: Final = 1e-3
# A part that more customers share tells nothing.
_COMMON: Final = 30
# A word in so many names finds too many to compare.
_WIDEST: Final = 300


def find_longer_names(tables: Tables) -> pl.DataFrame:
    """Find the customers whose names have all words of a line's payer and more.

    Returns:
        line, customer, kind, millibits, text, is_strong.
    """
    payers = tables.receipts.select("line", "payer_name", shown="payer_key").drop_nulls()
    begun = _longer(payers.select("shown").filter(pl.col("shown") != "").unique(), tables.names)
    few = begun.filter(pl.len().over("shown") <= _COMMON)
    chance = pl.lit(PARTY_PRIOR_WEIGHT * _NAME_PRIOR, dtype=pl.Float64) / (
        tables.customers.height + PARTY_PRIOR_WEIGHT
    )
    return payers.join(few, on="shown").select(
        "line",
        "customer",
        kind=pl.lit("payer_name_short"),
        millibits=millibits(_BELONGS, chance),
        text="payer_name",
        is_strong=pl.lit(value=False),
    )


def _longer(shown: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a name shown and a customer whose name has all its words and more, found by its rarest words."""
    every = names.with_columns(word=pl.col("name_key").str.split(" ")).explode(
        "word", empty_as_null=False
    )
    rarest = _rarest_words(shown, every)
    is_rare = pl.col("spread") <= _WIDEST
    by_one = rarest.filter(is_rare).join(every, on="word")
    by_two = _by_two_words(rarest.filter(~is_rare).drop_nulls("second"), every)
    beside = pl.concat(
        [found.select("shown", "second", "customer", "name_key") for found in (by_one, by_two)]
    )
    own, name, blank = pl.col("shown").str.split(" "), pl.col("name_key"), pl.lit(" ")
    has_second = pl.concat_str(blank, name, blank).str.contains(
        pl.concat_str(blank, "second", blank), literal=True
    )
    likely = beside.filter(name.str.len_bytes() > pl.col("shown").str.len_bytes()).filter(
        has_second.fill_null(value=True)
    )
    # A name may be one of several of a customer, of which another one has the rarest word.
    has_all = own.list.set_difference(name.str.split(" ")).list.len() == 0
    return likely.filter(has_all).select("shown", "customer").unique()


def _rarest_words(shown: pl.DataFrame, every: pl.DataFrame) -> pl.DataFrame:
    """The two rarest words of each name shown, all of whose words are customers': shown, word, spread, second."""
    spread = every.group_by("word").agg(spread=pl.col("customer").n_unique())
    own = pl.col("shown").str.split(" ")
    # A name with a word that no customer has is a part of none.
    return (
        shown.with_columns(word=own)
        .explode("word", empty_as_null=False)
        .join(spread, on="word")
        .sort("shown", "spread", "word")
        .group_by("shown", maintain_order=True)
        .agg(
            pl.col("word", "spread").first(),
            second=pl.col("word").get(1, null_on_oob=True),
            known=pl.len(),
        )
        .filter(pl.col("known") == own.list.len())
    )


def _by_two_words(common: pl.DataFrame, every: pl.DataFrame) -> pl.DataFrame:
    """Names found by two words at once: in a large book one word finds too many."""
    named = every.join(common.select("word").unique(), on="word", how="semi")
    second = every.select("customer", "name_key", second="word")
    of_two = common.select("word", "second").unique()
    both = named.join(second, on=["customer", "name_key"]).join(of_two, on=["word", "second"])
    return common.join(both, on=["word", "second"])
