"""What no column shows of the texts that the bank sent, as one JSON object a line.

In: keys and texts of lines. Out: JSON, keys in order; a key of several texts has a list of them.
"""

from __future__ import annotations

import polars as pl

SCHEMA = pl.Schema({"line": pl.Int64, "key": pl.String, "value": pl.String})


def pairs(line: pl.Series, key: pl.Series, text: pl.Series) -> pl.DataFrame:
    """Make pairs of plain texts; `value` is JSON."""
    return pl.DataFrame({"line": line, "key": key, "value": quoted(text)})


def quoted(text: pl.Series) -> pl.Series:
    """Write texts as JSON strings; XML texts, once cleaned, have no other characters to escape than these."""
    escaped = text.str.replace_many(["\\", '"'], ["\\\\", '\\"'])
    return '"' + escaped + '"'


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
    ordered = found.sort("line", "key", maintain_order=True)
    is_repeated = ordered.select(
        (pl.col("line") == pl.col("line").shift()) & (pl.col("key") == pl.col("key").shift())
    ).to_series()
    if is_repeated.any():
        values = pl.col("value")
        listed = pl.concat_str(pl.lit("["), values.str.join(", "), pl.lit("]"))
        ordered = ordered.group_by("line", "key", maintain_order=True).agg(
            value=pl.when(pl.len() > 1).then(listed).otherwise(values.first())
        )
    pair = pl.concat_str(pl.lit('"'), "key", pl.lit('": '), "value")
    whole = (
        ordered.group_by("line", maintain_order=True)
        .agg(pair.str.join(", ").alias("pairs"))
        .select("line", extras=pl.concat_str(pl.lit("{"), "pairs", pl.lit("}")))
    )
    lines = pl.DataFrame({"line": pl.int_range(count, dtype=pl.Int64, eager=True)})
    return lines.join(whole, on="line", how="left", maintain_order="left")["extras"]
