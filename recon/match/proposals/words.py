"""Say in words what speaks for a proposal, class by class. In: scored proposals and pairs. Out: proposal, evidence.

Makers of sets write theirs, for they alone know what they added up. What one item says stands in its pair, and most of
those are never shown: only for the proposals asked for is it written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from recon.match.proposals.propose import Proposed


def evidence_in_words(asked: pl.Series, scored: Proposed, pairs: pl.DataFrame) -> pl.DataFrame:
    """Write the evidence of some proposals, with the habit that each shows: proposal, evidence.

    Args:
        asked: ids of proposals; may repeat.
        scored: all proposals and members.
        pairs: all pairs of line and item, with their evidence.
    """
    told = scored.proposals.join(asked.unique().to_frame("proposal"), on="proposal", how="semi")
    told = told.select("proposal", "line", "evidence", "equals", "habit", "history_millibits")
    single = told.filter(pl.col("evidence").is_null()).select("proposal", "equals")
    item = scored.members.select("proposal", "line", "item").drop_nulls("item")
    judged = (
        item.join(single, on="proposal")
        .unique("proposal", keep="any")
        .join(pairs, on=["line", "item"])
        .unique("proposal", keep="any")
    )
    written = judged.lazy().select("proposal", single=_of_pairs(judged)).collect()
    usual = pl.concat_str(
        pl.lit("; history: usual "),
        pl.col("habit").str.replace_all("_", " "),
        pl.lit(" "),
        bits("history_millibits"),
    )
    every = told.join(written, on="proposal", how="left")
    said = pl.coalesce("evidence", "single")
    return every.select("proposal", evidence=pl.concat_str(said, usual.fill_null("")))


def bits(column: str) -> pl.Expr:
    """Write millibits as signed bits with one decimal: `+20.0 bits`."""
    tenths = (pl.col(column) / 100).round(0).cast(pl.Int64)
    sign = pl.when(tenths < 0).then(pl.lit("-")).otherwise(pl.lit("+"))
    size = tenths.abs()
    return pl.concat_str(
        sign,
        (size // 10).cast(pl.String),
        pl.lit("."),
        (size % 10).cast(pl.String),
        pl.lit(" bits"),
    )


def _of_pairs(pairs: pl.DataFrame) -> pl.Expr:
    """Say the evidence of a pair in words, class by class, with the span of text it was read from."""
    said = [
        pl.when(pl.col(f"{name}_millibits") != 0).then(
            pl.concat_str(
                pl.lit(f"{name}: "),
                pl.col(f"{name}_kind").str.replace_all("_", " ", literal=True),
                _quoted(pairs, name),
                pl.lit(" "),
                bits(f"{name}_millibits"),
            )
        )
        for name in ("reference", "party", "date", "history")
    ]
    amount = pl.concat_str(
        pl.lit("amount: "),
        pl.col("settlement").str.replace_all("_", " ", literal=True),
        pl.lit(" "),
        bits("amount_millibits"),
    )
    turn = pl.when(pl.col("equals") > 1).then(
        pl.concat_str(
            pl.lit("one of "),
            pl.col("equals").cast(pl.String),
            pl.lit(" equal items, oldest first"),
        )
    )
    return pl.concat_str([said[0], amount, *said[1:], turn], separator="; ", ignore_nulls=True)


def _quoted(pairs: pl.DataFrame, name: str) -> pl.Expr:
    if f"{name}_text" not in pairs.columns:
        return pl.lit("")
    return pl.concat_str(
        pl.lit(" '"), pl.col(f"{name}_text").str.slice(0, 60), pl.lit("'")
    ).fill_null("")
