"""The amount before exchange or charges. In: lines and texts. Out: the lines with original amount and currency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon_camt.values import minor
from recon_camt.words import ORIGINALS

if TYPE_CHECKING:
    from recon_camt.sources import Sources

_ADDED: Final = {
    "original_amount": pl.Int64,
    "original_currency": pl.String,
    "original_text": pl.String,
}


def read_originals(lines: pl.DataFrame, sources: Sources) -> pl.DataFrame:
    """Add original_amount, original_currency and original_text.

    It is the first amount that is another than the line's: the instructed one, the one of the transaction, the
    counter value; of the detail, or of an entry that is one line. Most repeat the line's amount, and are passed over.
    """
    found = pl.DataFrame(schema={"line": pl.Int64, **_ADDED})
    ways = [(sources.detail, words) for words in ORIGINALS]
    ways += [(sources.entry, words) for words in ORIGINALS if words != "Amt"]
    for leaves, words in ways:
        if not len(leaves.rows(words)):
            continue
        spread = sources.of_detail if leaves is sources.detail else sources.of_entry
        text = spread(leaves.first(words))
        currency = spread(leaves.first(f"{words}@Ccy"))
        repeats = (text == lines["amount_text"]) & (currency == lines["currency"])
        candidates = lines.select(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("line"),
            "amount",
            "part",
            own="currency",
            original_text=text,
            original_currency=currency,
        ).filter(text.is_not_null() & ~repeats.fill_null(value=False))
        # The entry's own amounts are those of the whole batch.
        if leaves is sources.entry:
            candidates = candidates.filter(pl.col("part") == "whole")
        others = _others(candidates).join(found, on="line", how="anti")
        found = pl.concat([found, others.select(found.columns)])
    place = lines.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("line"))
    return lines.with_columns(
        place.join(found, on="line", how="left", maintain_order="left").drop("line").get_columns()
    )


def _others(candidates: pl.DataFrame) -> pl.DataFrame:
    """Read candidates, and leave those that are the line's own amount in other words."""
    size = minor(candidates["original_text"], candidates["original_currency"])
    direction = pl.when(pl.col("amount") < 0).then(-1).otherwise(1)
    read = candidates.with_columns(size.alias("size")).with_columns(
        original_amount=pl.col("size") * direction
    )
    is_other = (pl.col("size") != pl.col("amount").abs()) | (
        pl.col("original_currency") != pl.col("own")
    )
    return read.filter(pl.col("size").is_not_null(), is_other)
