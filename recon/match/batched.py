"""Say what became of every part of every batch, and of the lines that pay them.

In: the proposals for batches, the fates of lines by row number. Out: BatchOutcomes by id; fates and notes of lines whose
batch leaves a part on account. It decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.batches import BatchOutcomes
from recon.frames.decisions import Decisions
from recon.match.proposals.batches import SHAPE

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.batches import ComparableBatches
    from recon.match.proposals.batches import Batched
    from recon.match.proposals.propose import Proposed
    from recon.match.tables import Tables

_PLACE: Final = ["file", "row"]
# A part that matches nothing stands on account.
_UNAPPLIED: Final = "unknown"
_NONE: Final = pl.lit(None, dtype=pl.String)


def paid_batches(fates: pl.DataFrame, scored: Proposed, batched: Batched) -> pl.DataFrame:
    """The batch that each claimed line got: line, batch, fate, is_batch (false where the line got something else)."""
    got = fates.select("line", "proposal", "fate").join(
        scored.proposals.select("proposal", "shape"), on="proposal", how="left"
    )
    return (
        batched.claims.select("line", "batch")
        .join(got, on="line")
        .select("line", "batch", "fate", is_batch=(pl.col("shape") == SHAPE).fill_null(value=False))
    )


def say_unapplied(fates: pl.DataFrame, scored: Proposed, batched: Batched) -> pl.DataFrame:
    """Give applied batches that leave a part on account that reason."""
    if batched.claims.is_empty():
        return fates
    applied = paid_batches(fates, scored, batched).filter("is_batch", pl.col("fate") == "applied")
    lines = (
        batched.found.parts.filter(pl.col("finding") == _UNAPPLIED)
        .join(applied, on=["line", "batch"], how="semi")
        .select("line")
        .unique()
    )
    is_partly = pl.col("line").is_in(lines["line"].implode())
    return fates.with_columns(
        reason=pl.when(is_partly).then(pl.lit("batch_part_on_account")).otherwise("reason")
    )


def with_batch_notes(
    decisions: dy.DataFrame[Decisions], fates: pl.DataFrame, batched: Batched, tables: Tables
) -> dy.DataFrame[Decisions]:
    """Name the parts that stand on account in the note of their line."""
    lines = fates.filter(pl.col("reason") == "batch_part_on_account").select("line")
    if lines.is_empty():
        return decisions
    told = (
        batched.found.parts.filter(pl.col("finding") == _UNAPPLIED)
        .join(lines, on="line")
        .sort("line", "part")
        .group_by("line", maintain_order=True)
        .agg(told=pl.concat_str(pl.lit("on account: "), pl.col("label").str.join(", ")))
        .join(tables.receipts.select("line", "line_id"), on="line")
        .select("line_id", "told")
    )
    noted = decisions.join(told, on="line_id", how="left").with_columns(
        note=pl.coalesce("told", "note")
    )
    return Decisions.validate(noted.select(Decisions.column_names()).sort("line_id"))


def batch_outcomes(
    batches: ComparableBatches,
    batched: Batched,
    fates: pl.DataFrame,
    scored: Proposed,
    tables: Tables,
) -> dy.DataFrame[BatchOutcomes]:
    """Say of each part that was given what became of it."""
    if batches.given.is_empty():
        return BatchOutcomes.create_empty()
    paid = paid_batches(fates, scored, batched)
    known = pl.concat(
        [
            _refused(batches),
            _without_line(batches, batched, tables),
            _with_line(batched, paid, tables),
        ]
    )
    rows = batches.given.join(known, on=_PLACE, how="left").sort(_PLACE)
    return BatchOutcomes.validate(rows.select(BatchOutcomes.column_names()))


def _refused(batches: ComparableBatches) -> pl.DataFrame:
    heads = batches.problems.select("file", "provider", "batch_reference", "reason", finding="code")
    joined = batches.given.join(heads, on=["file", "provider", "batch_reference"], nulls_equal=True)
    return joined.select(
        *_PLACE,
        "finding",
        state=pl.lit("refused"),
        note="reason",
        line_id=_NONE,
        item_numbers=_NONE,
    )


def _without_line(batches: ComparableBatches, batched: Batched, tables: Tables) -> pl.DataFrame:
    """Parts of batches that no line pays; a line that quotes one and pays another amount is named."""
    quoting = (
        batches.quotes.join(tables.receipts.select("line", "line_id"), on="line")
        .sort("line")
        .unique("batch", keep="first", maintain_order=True)
        .select("batch", "line_id")
    )
    return (
        batches.parts.join(batched.claims, on="batch", how="anti")
        .join(quoting, on="batch", how="left")
        .select(
            *_PLACE,
            finding=pl.when(pl.col("line_id").is_null())
            .then(pl.lit("no_line"))
            .otherwise(pl.lit("amount_differs")),
            state=pl.lit("not_found"),
            note=_NONE,
            line_id="line_id",
            item_numbers=_NONE,
        )
    )


def _with_line(batched: Batched, paid: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Parts of batches that a line may pay, with what they settle there; of several lines the one that got it."""
    numbers = (
        batched.found.items.join(tables.items.select("item", "number"), on="item")
        .sort("number")
        .group_by("line", "batch", "part", maintain_order=True)
        .agg(item_numbers=pl.col("number").str.join("|"))
    )
    is_applied = pl.col("is_batch") & (pl.col("fate") == "applied")
    state = (
        pl.when(is_applied & (pl.col("finding") == _UNAPPLIED))
        .then(pl.lit("on_account"))
        .when(is_applied)
        .then(pl.lit("applied"))
        .when(pl.col("is_batch"))
        .then(pl.lit("suggested"))
        .otherwise(pl.lit("not_matched"))
    )
    order = ["applied", "on_account", "suggested", "not_matched"]
    rank = pl.col("state").replace_strict(order, range(len(order)), return_dtype=pl.Int64)
    return (
        batched.found.parts.join(paid, on=["line", "batch"])
        .join(numbers, on=["line", "batch", "part"], how="left")
        .join(tables.receipts.select("line", "line_id"), on="line")
        .with_columns(state=state, note=_NONE)
        .sort(rank, "line")
        .unique("part", keep="first", maintain_order=True)
        .select(*_PLACE, "finding", "state", "note", "line_id", "item_numbers")
    )
