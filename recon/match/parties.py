"""Party evidence: which customers may have sent a line, by account, by name, by their own number in the text.

In: Tables. Out: pairs of line and customer with kind, millibits, text and whether the hit is strong.
An account or a name can belong to several customers, so each hit is a set, weighed by its size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
from rapidfuzz import fuzz, process

from recon.match.rarity import PARTY_PRIOR_WEIGHT, millibits

if TYPE_CHECKING:
    from recon.match.tables import Tables

_ACCOUNT_PRIOR: Final = 2e-4
_NAME_PRIOR: Final = 1e-3
# Words that more customers share than this find nobody.
_COMMON_WORD: Final = 30
_SIMILAR: Final = 88
_FUZZY_DISCOUNT_MILLIBITS: Final = 3_000
_IN_TEXT_DISCOUNT_MILLIBITS: Final = 2_000
_FAMILY_DISCOUNT_MILLIBITS: Final = 3_000


def find_parties(tables: Tables) -> pl.DataFrame:
    """Find the customers that may have sent each line.

    Returns:
        line, customer, kind, millibits, text, is_strong; one row a pair, the strongest evidence of it.
    """
    count = tables.customers.height
    exact = pl.concat([_by_account(tables, count), _by_name(tables, count)])
    loose = _by_words(tables, count, exact.select("line").unique())
    family = _by_family(pl.concat([exact, loose]), tables.customers)
    return (
        pl.concat([exact, loose, family])
        .sort("line", "customer", "millibits", "kind", descending=[False, False, True, False])
        .unique(["line", "customer"], keep="first", maintain_order=True)
    )


def _weigh(pairs: pl.DataFrame, belongs: float, prior: float, count: int) -> pl.DataFrame:
    others = pl.len().over("line").cast(pl.Float64) - 1
    chance = (others + PARTY_PRIOR_WEIGHT * prior) / (count + PARTY_PRIOR_WEIGHT)
    return pairs.with_columns(millibits=millibits(belongs, chance).clip(0))


def _by_account(tables: Tables, count: int) -> pl.DataFrame:
    pairs = (
        tables.receipts.select("line", account="payer_account")
        .drop_nulls()
        .join(tables.accounts, on="account")
    )
    return _weigh(pairs, 0.9, _ACCOUNT_PRIOR, count).select(
        "line",
        "customer",
        kind=pl.lit("payer_account"),
        millibits="millibits",
        text="account",
        is_strong=pl.lit(True),
    )


def _by_name(tables: Tables, count: int) -> pl.DataFrame:
    payers = tables.receipts.select("line", "payer_name", name_key="payer_key").drop_nulls()
    pairs = payers.filter(pl.col("name_key") != "").join(tables.names, on="name_key")
    return _weigh(pairs, 0.85, _NAME_PRIOR, count).select(
        "line",
        "customer",
        kind=pl.lit("payer_name"),
        millibits="millibits",
        text="payer_name",
        is_strong=pl.lit(True),
    )


def _by_words(tables: Tables, count: int, known: pl.DataFrame) -> pl.DataFrame:
    """Names that are cut, misspelt or only in the text, for lines whose payer is not known exactly.

    Candidates share a word that few customers have; then all words of the name stand in the line's text, or
    the names are similar letter by letter.
    """
    names = tables.names.with_columns(word=pl.col("name_key").str.split(" "))
    spread = names.explode("word", empty_as_null=False)
    rare = spread.filter(
        pl.col("customer").n_unique().over("word") <= _COMMON_WORD,
        pl.col("word").str.len_chars() >= 3,
    )
    open_lines = tables.receipts.join(known, on="line", how="anti")
    words = (
        open_lines.select(
            "line", word=pl.col("words").str.extract_all(r"[0-9A-Z]{3,}").list.unique()
        )
        .explode("word", empty_as_null=False)
        .drop_nulls("word")
    )
    found = words.join(rare.select("customer", "name_key", "word"), on="word").unique(
        ["line", "customer", "name_key"], maintain_order=False
    )
    pairs = found.join(
        open_lines.select("line", "words", "payer_key", "payer_name"), on="line"
    ).sort("line", "customer", "name_key")
    if pairs.is_empty():
        return _no_pairs()
    all_words = (
        pl.col("name_key")
        .str.split(" ")
        .list.set_difference(pl.col("words").str.split(" "))
        .list.len()
        == 0
    )
    telling = pl.col("name_key").str.len_chars() >= 6
    similarity = process.cpdist(
        pairs["payer_key"].fill_null("").to_list(),
        pairs["name_key"].to_list(),
        scorer=fuzz.token_sort_ratio,
    )
    judged = pairs.with_columns(
        similarity=pl.Series(similarity).cast(pl.Int64), in_text=all_words & telling
    )
    judged = judged.filter((pl.col("similarity") >= _SIMILAR) | pl.col("in_text"))
    best = judged.filter(pl.col("similarity") == pl.col("similarity").max().over("line"))
    kept = pl.concat([best, judged.filter("in_text")]).unique(
        ["line", "customer"], keep="first", maintain_order=True
    )
    similar = pl.col("similarity") >= _SIMILAR
    discount = (
        pl.when(similar).then(_FUZZY_DISCOUNT_MILLIBITS).otherwise(_IN_TEXT_DISCOUNT_MILLIBITS)
    )
    return _weigh(kept, 0.6, _NAME_PRIOR, count).select(
        "line",
        "customer",
        kind=pl.when(similar).then(pl.lit("payer_name_similar")).otherwise(pl.lit("name_in_text")),
        millibits=(pl.col("millibits") - discount).clip(0),
        text=pl.when(similar).then("payer_name").otherwise("name_key"),
        is_strong=pl.lit(False),
    )


def _by_family(pairs: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """A parent or sister company of the customer pays."""
    families = customers.filter(pl.len().over("family") > 1).select("customer", "family")
    kin = families.join(families, on="family", suffix="_kin").filter(
        pl.col("customer") != pl.col("customer_kin")
    )
    return pairs.join(kin, on="customer").select(
        "line",
        customer="customer_kin",
        kind=pl.lit("group_company"),
        millibits=(pl.col("millibits") - _FAMILY_DISCOUNT_MILLIBITS).clip(0),
        text="text",
        is_strong=pl.lit(False),
    )


def _no_pairs() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "line": pl.Int64,
            "customer": pl.Int64,
            "kind": pl.String,
            "millibits": pl.Int64,
            "text": pl.String,
            "is_strong": pl.Boolean,
        }
    )
