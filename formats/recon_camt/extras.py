"""What no column shows of the texts that the bank sent, as one JSON object a line.

In: keys and texts of lines. Out: JSON, keys in order; a key of several texts has a list of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from recon_camt.leaves import with_null

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Pairs(NamedTuple):
    """Texts of lines under one key, or each under its own; those that are JSON stand as they are."""

    line: NDArray[np.int64]
    key: str | pl.Series
    text: pl.Series
    is_json: bool = False

    def keys(self) -> pl.Series:
        """Give the key of each text."""
        if isinstance(self.key, pl.Series):
            return self.key
        return pl.Series([self.key]).new_from_index(0, len(self.text))


def objects(found: Sequence[Pairs], count: int) -> pl.Series:
    """Make the object of each line.

    Args:
        found: texts; those of one key are in document order.
        count: how many lines there are, numbered from 0.

    Returns:
        JSON of every line; null where there is nothing.
    """
    plain = [one for one in found if len(one.text) and not one.is_json]
    found = [*plain, *(one for one in found if len(one.text) and one.is_json)]
    if not found:
        return pl.Series([None], dtype=pl.String).new_from_index(0, count)
    line = np.concatenate([one.line for one in found])
    quoted = [_quoted(pl.concat([one.text for one in plain]))] if plain else []
    every = pl.DataFrame(
        {
            "line": line,
            "key": pl.concat([one.keys() for one in found]),
            "value": pl.concat([*quoted, *(one.text for one in found[len(plain) :])]),
        }
    )
    if np.bincount(line).max() == 1:
        # Each line has one text at most: nothing is to be ordered, and nothing is a list.
        single = pl.concat_str(pl.lit('{"'), "key", pl.lit('": '), "value", pl.lit("}"))
        return _placed(line, every.select(single).to_series(), count)
    whole = _listed(every)
    return _placed(whole["line"].to_numpy(), whole["extras"], count)


def _quoted(text: pl.Series) -> pl.Series:
    """Write texts as JSON strings; XML texts, once cleaned, have no other characters to escape than these."""
    if text.str.contains_any(["\\", '"']).any():
        text = text.str.replace_many(["\\", '"'], ["\\\\", '\\"'])
    return '"' + text + '"'


def _listed(found: pl.DataFrame) -> pl.DataFrame:
    """Put the texts of each line together, keys in order."""
    keys = found["key"].unique().sort()
    line, key = pl.col("line"), pl.col("key")
    is_first = ((line != line.shift()) | (key != key.shift())).fill_null(value=True)
    is_last = pl.col("is_first").shift(-1).fill_null(value=True)
    name = pl.lit('"') + key.replace_strict(range(len(keys)), keys, return_dtype=pl.String)
    # A key of several texts is a list: its first text opens it, its last one closes it.
    text = (
        pl.when(pl.col("is_first"))
        .then(name + pl.when(is_last).then(pl.lit('": ')).otherwise(pl.lit('": [')))
        .otherwise(pl.lit(""))
        + pl.col("value")
        + pl.when(is_last & ~pl.col("is_first")).then(pl.lit("]")).otherwise(pl.lit(""))
    )
    return (
        found.lazy()
        .with_columns(key.cast(pl.Enum(keys)).to_physical().cast(pl.Int64))
        .sort("line", "key", maintain_order=True)
        .with_columns(is_first=is_first)
        .select("line", text=text)
        .group_by("line", maintain_order=True)
        .agg(pl.col("text").str.join(", "))
        .select("line", extras=pl.concat_str(pl.lit("{"), "text", pl.lit("}")))
        .collect()
    )


def _placed(line: NDArray[np.int64], extras: pl.Series, count: int) -> pl.Series:
    """Give each line its object, null if it has none."""
    place = np.full(count, len(extras), np.int64)
    place[line] = np.arange(len(extras))
    return with_null(extras)[place]


def spread(
    parent: NDArray[np.int64], owner: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give what is said of owners to each of their children.

    Args:
        parent: the owner of each child; it ascends.
        owner: the owner of each text.

    Returns:
        numbers of children, and for each the number of a text.
    """
    begin = np.searchsorted(parent, owner, side="left")
    count = np.searchsorted(parent, owner, side="right") - begin
    text = np.repeat(np.arange(len(owner)), count)
    nth = np.arange(len(text)) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(begin, count) + nth, text
