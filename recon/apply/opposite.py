"""Take entries back, and keep the keys of entries apart. In: Entries. Out: Entries.

Nothing that was posted is ever removed: what is taken back gets an entry of its own with the opposite amounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.api.keys import derived_key, opposite_key

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection


def opposite(entries: pl.DataFrame, date: dt.date) -> pl.DataFrame:
    """Give the opposite of entries: the same postings with the opposite amounts, on another day.

    Args:
        entries: rows of EntryLog.
        date: the day of the opposite.

    Returns:
        the same columns; `reverses` names the entry, and the key follows from its key.
    """
    keys = entries["entry_key"].unique().sort()
    fresh = pl.DataFrame(
        {"entry_key": keys, "fresh": [opposite_key(key) for key in keys]},
        schema={"entry_key": pl.String, "fresh": pl.String},
    )
    return (
        entries.join(fresh, on="entry_key", maintain_order="left")
        .with_columns(
            reverses="entry_key",
            entry_key="fresh",
            amount=-pl.col("amount"),
            date=pl.lit(date),
            evidence=pl.concat_str(pl.lit("takes back: "), "evidence"),
        )
        .drop("fresh")
    )


def with_fresh_keys(entries: pl.DataFrame, taken: Collection[str]) -> pl.DataFrame:
    """Give entries that were made, taken back and made again a key of their own.

    A ledger refuses a key that it has seen, and would leave out the second one.

    Args:
        entries: rows of Entries.
        taken: all keys of earlier entries.
    """
    known = set(taken)
    renamed: dict[str, str] = {}
    for key in entries["entry_key"].unique().sort():
        fresh = key
        while fresh in known:
            fresh = derived_key("again", fresh)
        renamed[key] = fresh
    return entries.with_columns(pl.col("entry_key").replace(renamed))
