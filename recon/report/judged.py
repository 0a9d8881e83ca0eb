"""Compare each line of the truth with what a run made of it.

In: checked tables of a run and of the truth (see `recon.report.truth`). Out: a row a line of the truth, with what the
line should be, what it became, and whether that is right. Counts nothing.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from recon.frames.allocations import CASH_KINDS
from recon.money import format_minor_expr

# Between the parts and the members of a set; no text of a bank or a book has them.
_INNER: Final = "\x1f"
_OUTER: Final = "\x1e"


def judge_lines(lines: pl.DataFrame, rows: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Give a row a line of the truth: what it should be, what it became, and whether that is right."""
    proposed = _proposed(rows, labels)
    applied = proposed.filter(pl.col("status") == "applied").select("line_id", said="set")
    expected = _expected(labels).select("line_id", "expected", "pays_items")
    hits = (
        proposed.filter(pl.col("status") == "suggested")
        .join(expected, left_on=["line_id", "set"], right_on=["line_id", "expected"])
        .group_by("line_id")
        .agg(hit=pl.col("rank").min())
    )
    first = proposed.filter(pl.col("rank") == 1, "pays_items").sort("line_id", "status")
    first = first.unique("line_id", keep="first", maintain_order=True)
    stated = first.select("line_id", "because", stated_set="set", stated_ppm="ppm")
    # What the run lost has no currency, so only its row in the truth says whether it pays an item.
    labelled = labels.group_by("key").agg(
        pl.col("line_id").first(),
        pl.col("scenario").first(),
        pl.col("decidable").all(),
        allowed=pl.col("fate").first(),
        pays_items=(pl.col("item_number") != "").any(),
    )
    facts = lines.select(
        "line_id", "bank_reference", "amount", "currency", "minor", "fate", "reason"
    )
    judged = labelled
    for frame in (facts, expected.drop("pays_items"), applied, hits, stated):
        judged = judged.join(frame, on="line_id", how="left")
    judged = judged.with_columns(pl.col("expected", "said", "fate", "stated_set").fill_null(""))
    return judged.with_columns(
        is_applied=pl.col("fate") == "applied",
        is_right=pl.col("said") == pl.col("expected"),
        is_stated_right=pl.col("stated_set") == pl.col("expected"),
        has_allowed_fate=pl.col("allowed").str.split("|").list.contains(pl.col("fate")),
    ).sort("key")


def shown_set(name: str) -> pl.Expr:
    """Write the set in a column of judged lines as a person reads it: numbers and amounts."""
    return pl.col(name).str.replace_all(_INNER, " ").str.replace_all(_OUTER, "; ")


def _sets(rows: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """Write each set of allocations as one text, so that two sets are equal when their texts are.

    Args:
        rows: `item_key`, `item_number`, `kind`, `minor`, `currency` and the columns `by`.
        by: what tells one set from another.

    Returns:
        The columns `by`, `set`, and `pays_items`. Only cash counts: how a difference is called is not compared.
    """
    cash = rows.filter(pl.col("kind").is_in(CASH_KINDS)).with_columns(
        item_key=pl.when(pl.col("kind") == "payment").then("item_key").otherwise("kind")
    )
    # One item paid in two rows is one payment; two items of one group are two.
    whole = cash.group_by(*by, "item_number", "item_key", "currency").agg(
        pl.col("minor").sum(), pays_items=(pl.col("kind") == "payment").any()
    )
    amount = format_minor_expr(pl.col("minor"), pl.col("currency"))
    token = pl.concat_str("item_key", pl.lit(_INNER), amount)
    return (
        whole.filter(pl.col("minor") != 0)
        .with_columns(token=token)
        .group_by(by)
        .agg(pl.col("token").sort().str.join(_OUTER).alias("set"), pl.col("pays_items").any())
    )


def _expected(labels: pl.DataFrame) -> pl.DataFrame:
    """Give each line's set according to the truth."""
    keyed = labels.filter(pl.col("line_id").is_not_null() & pl.col("minor").is_not_null())
    key = pl.when(pl.col("group") != "").then("group").otherwise("item_number")
    return _sets(keyed.with_columns(item_key=key), ("line_id",)).rename({"set": "expected"})


def _proposed(rows: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Give each set of the run, applied or suggested, with its confidence and evidence."""
    members = (
        labels.filter(pl.col("group") != "")
        .select("line_id", "group", pl.col("group").str.split("|").alias("item_number"))
        .explode("item_number")
        .unique()
    )
    joined = rows.join(members, on=["line_id", "item_number"], how="left")
    keyed = joined.with_columns(item_key=pl.coalesce("group", "item_number"))
    by = ("line_id", "status", "rank")
    stated = rows.group_by(by).agg(
        pl.col("ppm").min(), pl.col("because").unique().sort().str.join(" | ")
    )
    return _sets(keyed, by).join(stated, on=by)
