"""Measure how likely a line holds a token by coincidence. In: the tokens of lines and of items. Out: a chance a token.

A number that stands where it belongs to nothing, again and again, proves little where it stands beside its amount.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.match.evidence.rarity import REFERENCE_PRIOR_WEIGHT, key_prior, shape

# What names more items than this names none of them.
MOST_SHARING: Final = 100


def chances_of_tokens(
    found: pl.DataFrame, of_lines: pl.DataFrame, known: pl.DataFrame, line_count: int
) -> pl.DataFrame:
    """How likely a line holds each token by coincidence: code, chance; measured today, smoothed with priors.

    A token that names too many items names none; and its pairs would multiply.

    Args:
        found: the others, once a line and code.
        of_lines: all tokens of lines, with what is known of each.
        known: the tokens of items: code, key, sharing.
        line_count: how many receipts there are.
    """
    # Lazily, because only so what a shape looks at twice is worked out once.
    known = (
        known.lazy()
        .filter(pl.col("sharing") <= MOST_SHARING)
        .select("code", "key", "sharing", shape=shape(pl.col("key")))
        .collect()
    )
    lengths = known["key"].str.len_bytes().unique().sort().to_list()
    spaces = known.group_by("shape").agg(space=pl.len())
    is_known = (pl.col("sharing") <= MOST_SHARING).fill_null(value=False)
    strays = (
        of_lines.filter(
            ~is_known, pl.col("chunks") == 1, pl.col("key").str.len_bytes().is_in(lengths)
        )
        .select("line", "key")
        .unique()
        .group_by("key")
        .agg(strays=pl.len())
        .with_columns(shape=shape(pl.col("key")))
        .join(spaces, on="shape", how="semi")
        .group_by("shape")
        .agg(pl.col("strays").sum(), distinct=pl.len())
    )
    table = (
        known.join(found.group_by("code").agg(seen=pl.len()), on="code")
        .join(strays, on="shape", how="left")
        .join(spaces, on="shape", how="left")
        .with_columns(pl.col("strays", "distinct").fill_null(0))
    )
    weight = REFERENCE_PRIOR_WEIGHT
    by_shape = (
        pl.col("strays") / (pl.col("distinct") + pl.col("space"))
        + weight * key_prior(pl.col("key"))
    ) / (line_count + weight)
    # An item quoted twice is paid in parts or twice; beyond that the token is common for other causes.
    surplus = (pl.col("seen").cast(pl.Int64) - 2 * pl.col("sharing")).clip(0) / (
        line_count + weight
    )
    return table.select("code", chance=pl.max_horizontal(by_shape, surplus))
