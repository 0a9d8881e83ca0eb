"""What no column shows of the texts that the bank sent, as one JSON object a line.

In: keys and texts of lines. Out: JSON, keys in order; a key of several texts has a list of them.
"""

from __future__ import annotations

import numpy as np
import polars as pl

SCHEMA = pl.Schema({"line": pl.Int64, "key": pl.String, "value": pl.String, "is_json": pl.Boolean})


def pairs(
    line: pl.Series, key: pl.Series | str, text: pl.Series, *, is_json: bool = False
) -> pl.DataFrame:
    """Make pairs of keys, or of one key, and plain texts or JSON."""
    named = pl.lit(key, dtype=pl.String) if isinstance(key, str) else pl.lit(key)
    flag = pl.lit(is_json, dtype=pl.Boolean)
    frame = pl.DataFrame({"line": line, "value": text})
    return frame.select("line", named.alias("key"), "value", flag.alias("is_json"))


def _quoted() -> pl.Expr:
    """Write texts as JSON strings; XML texts, once cleaned, have no other characters to escape than these."""
    escaped = pl.col("value").str.replace_many(["\\", '"'], ["\\\\", '\\"'])
    quoted = pl.concat_str(pl.lit('"'), escaped, pl.lit('"'))
    return pl.when("is_json").then("value").otherwise(quoted)


def objects(found: pl.DataFrame, count: int) -> pl.Series:
    """Make the object of each line.

    Args:
        found: rows of SCHEMA, texts of one key in document order.
        count: how many lines there are, numbered from 0.

    Returns:
        JSON of every line; null where there is nothing.
    """
    if found.is_empty():
        return pl.Series([None], dtype=pl.String).new_from_index(0, count)
    if not found["line"].is_duplicated().any():
        # Each line has one text at most: nothing is to be ordered, and nothing is a list.
        single = pl.concat_str(pl.lit('{"'), "key", pl.lit('": '), _quoted(), pl.lit("}"))
        return _placed(found.select("line", extras=single), count)
    keys = found["key"].unique().sort()
    numbered = found.with_columns(
        key=pl.col("key").cast(pl.Enum(keys)).to_physical().cast(pl.Int64), value=_quoted()
    )
    ordered = numbered.sort("line", "key", maintain_order=True)
    line, key = pl.col("line"), pl.col("key")
    is_first = ((line != line.shift()) | (key != key.shift())).fill_null(value=True)
    opened = ordered.with_columns(is_first=is_first)
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
    whole = (
        opened.select("line", text=text)
        .group_by("line", maintain_order=True)
        .agg(pl.col("text").str.join(", "))
        .select("line", extras=pl.concat_str(pl.lit("{"), "text", pl.lit("}")))
    )
    return _placed(whole, count)


def _placed(found: pl.DataFrame, count: int) -> pl.Series:
    """Give each line its object, null if it has none."""
    place = np.full(count, len(found), np.int64)
    place[found["line"].to_numpy()] = np.arange(len(found))
    return found["extras"].extend_constant(None, 1).gather(place)
