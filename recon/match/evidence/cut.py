"""Find texts that end in the beginning of a number: banks cut remittance at the length of their field.

In: texts of receipts, numbers of open items. Out: what each text ends in, and what that is worth for an item whose
number begins so. It is a hint beside payer and amount, and never a quotation: many numbers begin alike.
"""

from __future__ import annotations

from typing import Final

import polars as pl

# So many characters may be lost, and so many must be left.
MOST_LOST: Final = 3
_SHORTEST: Final = 4
# How often a payment's text ends within its number; and how often it ends in the beginning of a number by chance,
# before today's lines are counted, and how many imagined lines that is worth.
_CUT: Final = 0.02
_BEGINS: Final = 0.01
_BEGINS_WEIGHT: Final = 200
# Less than what makes a quotation, see `references.QUOTED_MILLIBITS`.
_MOST_MILLIBITS: Final = 7_000

_LAST: Final = r"[0-9A-Z]+(?:[-/. ][0-9A-Z]+){0,3}$"
_LONGEST: Final = 4


def cut_numbers(texts: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Find ends of texts that begin the number of an open item and are no number themselves.

    Args:
        texts: line, text (folded, the remittance first, fields apart) of receipts.
        numbers: number_text of open items.

    Returns:
        line, key (the end without separators), span (as read), millibits.
    """
    ends = _ends(texts)
    if ends.is_empty():
        return ends.with_columns(millibits=pl.lit(0, dtype=pl.Int64))
    keys = numbers.select(key=pl.col("number_text").str.replace_all(r"[^0-9A-Z]", ""))
    begun = pl.concat(
        keys.select(key=pl.col("key").str.head(-lost)) for lost in range(1, MOST_LOST + 1)
    )
    counted = (
        begun.filter(pl.col("key").str.len_bytes() >= _SHORTEST)
        .group_by("key")
        .agg(numbers=pl.len())
        .join(keys, on="key", how="anti")
    )
    ends = ends.join(counted, on="key")
    share = (ends["line"].n_unique() + _BEGINS * _BEGINS_WEIGHT) / (texts.height + _BEGINS_WEIGHT)
    # By chance the end begins this one of all the numbers that there are.
    chance = share * pl.col("numbers") / max(keys.height, 1)
    bits = (pl.lit(_CUT, dtype=pl.Float64) / chance).log(2) * 1000
    worth = bits.round(0).cast(pl.Int64).clip(0, _MOST_MILLIBITS)
    return ends.select("line", "key", "span", millibits=worth).sort("line", "key")


def _ends(texts: pl.DataFrame) -> pl.DataFrame:
    """The last one to four chunks of each remittance, joined, where a digit stands in them."""
    last = texts.select(
        "line",
        chunks=pl.col("text")
        .str.extract(r"^([^\x1e]*)")
        .str.strip_chars_end(" ")
        .str.extract("(" + _LAST + ")")
        .str.extract_all("[0-9A-Z]+"),
    ).drop_nulls("chunks")
    every = pl.concat(
        last.filter(pl.col("chunks").list.len() >= size).select(
            "line",
            key=pl.col("chunks").list.tail(size).list.join(""),
            span=pl.col("chunks").list.tail(size).list.join(" "),
        )
        for size in range(1, _LONGEST + 1)
    )
    return every.filter(pl.col("key").str.contains("[0-9]"))
