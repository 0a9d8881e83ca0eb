"""Names of which every word is common, found by several words at once: `Peters & Fischer Lueftungsb`.

In: lines and names. Out: pairs of them worth comparing. A bank cuts names at its field's end, so words are compared by
their beginnings; which beginnings are few enough together is counted on the customers of today.
"""

from __future__ import annotations

from typing import Final

import polars as pl

# So many letters of a word are left, where a bank cut a name and not its first letters.
_BEGINNING: Final = 4
# Two words, and where these are common too, three.
_SIZES: Final = (2, 3)
# Of a longer name only the longest words count: ten words have 120 choices of three.
_MOST_WORDS: Final = 6


def pairs_by_beginnings(lines: pl.DataFrame, names: pl.DataFrame, most: int) -> pl.DataFrame:
    """Find the names that begin several words as a line's payer does.

    Args:
        lines: line, payer_key.
        names: customer, name_key.
        most: beginnings that more customers share find nobody.

    Returns:
        line, customer, name_key; only of lines whose payer shares so many words with a customer.
    """
    shown = _beginnings(lines.select("line", key="payer_key"), "line")
    listed = _beginnings(names.with_columns(key="name_key"), "name_key")
    owners = names.select("name_key", "customer").unique()
    found = []
    for size in _SIZES:
        # What nobody shows need not be combined: of most names no two words are left.
        likely = listed.join(shown, on="beginning", how="semi")
        by_name = _together(likely, "name_key", size).join(owners, on="name_key")
        few = by_name.filter(pl.col("customer").n_unique().over("beginnings") <= most)
        pairs = _together(shown, "line", size).join(few, on="beginnings")
        found.append(pairs.select("line", "customer", "name_key").unique())
        shown = shown.join(found[-1], on="line", how="anti")
    return pl.concat(found)


def _beginnings(keys: pl.DataFrame, of: str) -> pl.DataFrame:
    """The beginnings of the longest words of each key: of, beginning."""
    words = pl.col("key").str.split(" ")
    each = keys.select(of, word=words).unique(of).explode("word", empty_as_null=False)
    long = each.filter(pl.col("word").str.len_chars() >= _BEGINNING)
    ranked = long.sort(of, pl.col("word").str.len_chars(), "word", descending=[False, True, False])
    kept = ranked.group_by(of, maintain_order=True).head(_MOST_WORDS)
    return kept.select(of, beginning=pl.col("word").str.slice(0, _BEGINNING)).unique()


def _together(each: pl.DataFrame, of: str, size: int) -> pl.DataFrame:
    """Choose so many beginnings of each key in every way: of, beginnings (in the order of letters)."""
    chosen = each.select(of, last="beginning", beginnings="beginning")
    for _ in range(size - 1):
        chosen = (
            chosen.join(each, on=of)
            .filter(pl.col("beginning") > pl.col("last"))
            .select(
                of,
                last="beginning",
                beginnings=pl.concat_str("beginnings", "beginning", separator=" "),
            )
        )
    return chosen.select(of, "beginnings")
