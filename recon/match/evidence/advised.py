"""Lay remittance advices beside what lines quote. In: reference hits, advised pairs. Out: hits with both.

Whom an advice names for a line is as good as quoted in it with proven check digits: it replaces what the text says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.rarity import PROVEN_REFERENCE_CAP_MILLIBITS

if TYPE_CHECKING:
    from recon.frames.comparable import Comparable

ADVICE: Final = "remittance_advice"
_AND_NUMBER: Final = ": "


def with_advised(hits: pl.DataFrame, comparable: Comparable) -> pl.DataFrame:
    """Add a hit for each item that an advice names for a line; the text's own hit of that item is dropped.

    Args:
        hits: line, item, kind, millibits, span, key.
        comparable: its `advised` pairs.
    """
    if comparable.advised is None or comparable.advised.is_empty():
        return hits
    numbers = comparable.items.select("item", "number", "number_text")
    advised = comparable.advised.join(numbers, on="item").select(
        "line",
        "item",
        kind=pl.lit(ADVICE),
        millibits=pl.lit(PROVEN_REFERENCE_CAP_MILLIBITS, dtype=pl.Int64),
        # One span an item: two items of one span would be two readings of it.
        span=pl.concat_str(pl.lit("advice "), "advice_id", pl.lit(_AND_NUMBER), "number"),
        key=pl.col("number_text").str.replace_all(r"[^0-9A-Z]", ""),
    )
    others = hits.join(advised, on=["line", "item"], how="anti")
    return pl.concat([others, advised.select(hits.columns)]).sort("line", "item")


def advices_of(hits: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Name the advice behind each hit that one made, such as `advice A-17`: line, item, advice."""
    made = hits.filter(pl.col("kind") == ADVICE).join(items.select("item", "number"), on="item")
    ending = pl.concat_str(pl.lit(_AND_NUMBER), "number")
    return made.select("line", "item", advice=pl.col("span").str.strip_suffix(ending))


def without_advices(foreign: pl.DataFrame, comparable: Comparable) -> pl.DataFrame:
    """Leave out the reference of a line's advice: it looks like a number of ours, and is none."""
    if comparable.advised is None:
        return foreign
    named = comparable.advised.select("line", "reference_key").unique()
    parts = foreign.join(named, on="line").filter(
        pl.col("reference_key").str.ends_with(pl.col("key"))
    )
    return foreign.join(parts.select("line", "key").unique(), on=["line", "key"], how="anti")
