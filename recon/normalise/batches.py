"""Prove the batches of providers and bring them into comparable form.

In: Batches as the reports say them, today's lines, items and customers, and the history. Out: ComparableBatches: the
batches whose parts come to their net amount, with the lines that quote each; and those that are not used, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.batches import (
    BatchParts,
    BatchProblems,
    BatchQuotes,
    ComparableBatches,
    ProvenBatches,
)
from recon.frames.comparable import LineKeys
from recon.money import format_minor_expr
from recon.normalise.parties import name_key
from recon.normalise.references import FIELD_BREAK, line_keys, whole_keys
from recon.normalise.structured import recognise
from recon.normalise.text import fold

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.batches import Batches
    from recon.frames.comparable import Comparable
    from recon.frames.history import History

_BATCH: Final = ["provider", "batch_reference"]
# What two copies of one batch have in common, row by row.
_CONTENT: Final = (
    "currency",
    "net_amount",
    "part_id",
    "kind",
    "customer_id",
    "customer_name",
    "reference",
    "gross_amount",
    "fee",
)
# The fields of a line of the history in which a batch may have been quoted.
_PAST_TEXTS: Final = (
    "remittance",
    "structured_reference",
    "end_to_end_id",
    "customer_reference",
)


def prepare_batches(
    batches: dy.DataFrame[Batches], today: Comparable, history: History
) -> ComparableBatches:
    """Take the batches that prove themselves, and say what is wrong with the others.

    Args:
        batches: the parts of all batches, as the reports say them.
        today: the lines that may pay them, and the customers that they may name.
        history: what was confirmed before: a batch that a line of then quotes is settled.
    """
    if batches.is_empty():
        return ComparableBatches.empty()
    rows = batches.sort("batch_reference", "provider", "file", "row", nulls_last=True)
    heads = _heads(rows)
    keys = _keys(heads)
    judged = _judged(heads, _settled(heads, keys, history))
    proven = judged.filter(pl.col("code").is_null())
    parts = _parts(rows, proven, today)
    return ComparableBatches(
        given=batches,
        batches=ProvenBatches.validate(proven.select(ProvenBatches.column_names())),
        quotes=_quotes(proven, keys, today),
        parts=BatchParts.validate(parts),
        part_keys=_part_keys(parts),
        problems=BatchProblems.validate(
            judged.drop_nulls("code").select(BatchProblems.column_names()).sort("file", "row")
        ),
    )


def _heads(rows: pl.DataFrame) -> pl.DataFrame:
    """Add up each batch of each file; `batch` numbers them in the order of their references."""
    content = pl.concat_str(
        [pl.col(name).cast(pl.String).fill_null("") for name in _CONTENT], separator="\x1f"
    )
    wide = pl.Int128
    heads = rows.group_by(*_BATCH, "file", maintain_order=True).agg(
        pl.col("row", "currency", "settled_on").first(),
        net=pl.col("net_amount").first(),
        says=pl.struct("currency", "net_amount").n_unique(),
        total=pl.col("gross_amount").cast(wide).sum() - pl.col("fee").cast(wide).sum(),
        content=content.sort().str.join("\x1e"),
    )
    words = name_key(heads["provider"].fill_null("").alias("provider")).str.split(" ")
    return heads.with_columns(
        batch=pl.int_range(pl.len(), dtype=pl.Int64),
        provider_words=words.list.eval(pl.element().filter(pl.element() != "")),
        files=pl.len().over(_BATCH),
        contents=pl.col("content").n_unique().over(_BATCH),
        is_first=pl.col("file") == pl.col("file").first().over(_BATCH),
    )


def _judged(heads: pl.DataFrame, settled: pl.Series) -> pl.DataFrame:
    """Add `code` and `reason`; null where nothing is wrong with a batch."""
    net = format_minor_expr(pl.col("net"), pl.col("currency"))
    total = format_minor_expr(pl.col("total"), pl.col("currency"))
    difference = format_minor_expr(pl.col("total") - pl.col("net"), pl.col("currency"))
    figures = [total, pl.lit(", its net amount is "), net, pl.lit(": a difference of "), difference]
    cases: list[tuple[str, pl.Expr, pl.Expr]] = [
        (
            "batch_reference_twice",
            (pl.col("files") > 1) & (pl.col("contents") > 1),
            pl.lit("two files tell two different batches of this reference"),
        ),
        (
            "batch_given_twice",
            ~pl.col("is_first"),
            pl.lit("the same batch stands in another file as well; it is counted once"),
        ),
        (
            "batch_contradicts_itself",
            pl.col("says") > 1,
            pl.lit("its parts name several net amounts or currencies"),
        ),
        (
            "batch_does_not_add_up",
            pl.col("total") != pl.col("net"),
            pl.concat_str(pl.lit("its parts less fees come to "), *figures),
        ),
        (
            "batch_pays_nothing",
            pl.col("net") <= 0,
            pl.concat_str(pl.lit("its net amount is "), net, pl.lit(", so no receipt pays it")),
        ),
        (
            "batch_settled_before",
            pl.col("batch").is_in(settled.implode()),
            pl.lit("a line of the history quotes it, and was confirmed"),
        ),
    ]
    return heads.with_columns(
        code=pl.coalesce([pl.when(holds).then(pl.lit(name)) for name, holds, _ in cases]),
        reason=pl.coalesce([pl.when(holds).then(said) for _, holds, said in cases]),
    )


def _keys(heads: pl.DataFrame) -> pl.DataFrame:
    """The ways in which a line may quote a batch, by the recipe of items: batch, key."""
    texts = heads.select(item="batch", text=fold(heads["batch_reference"]), role=pl.lit("number"))
    return whole_keys(texts).select("key", batch="item")


def _settled(heads: pl.DataFrame, keys: pl.DataFrame, history: History) -> pl.Series:
    """The batches that a confirmed line of the history quotes and pays to the cent."""
    paid = heads.select("batch", "currency", amount="net")
    by_id = history.confirmed.select("line_id").drop_nulls()
    by_reference = history.confirmed.select("bank_reference").drop_nulls()
    past = history.lines.join(paid, on=["amount", "currency"], how="semi").with_columns(
        line=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    confirmed = pl.concat(
        [
            past.join(by_id, on="line_id", how="semi"),
            past.join(by_reference, on="bank_reference", how="semi"),
        ]
    ).unique("line")
    said = confirmed.select(
        "line",
        "amount",
        "currency",
        text=pl.concat_str(
            [pl.col(name).fill_null("") for name in _PAST_TEXTS], separator=FIELD_BREAK
        ),
    )
    folded = said.with_columns(fold(said["text"]).alias("text"))
    found = line_keys(folded.select("line", "text")).join(keys, on="key")
    fits = found.join(folded.select("line", "amount", "currency"), on="line").join(
        paid, on=["batch", "amount", "currency"], how="semi"
    )
    return fits["batch"].unique().sort()


def _quotes(
    proven: pl.DataFrame, keys: pl.DataFrame, today: Comparable
) -> dy.DataFrame[BatchQuotes]:
    """Lines that quote a batch as whole tokens; only those are read that may: the reference's characters stand there."""
    references = fold(proven["batch_reference"]).unique().sort().to_list()
    lines = today.lines.filter(pl.col("amount") > 0)
    paying = lines.join(
        proven.select("currency", amount="net"), on=["amount", "currency"], how="semi"
    )
    naming = lines.filter(pl.col("text").str.contains_any(references)) if references else paying
    texts = pl.concat([frame.select("line", "text") for frame in (paying, naming)]).unique("line")
    found = line_keys(texts.sort("line")).join(
        keys.join(proven.select("batch"), on="batch", how="semi"), on="key"
    )
    # The shortest span that holds the reference is where it was read.
    first = found.sort("line", "batch", "chunks", "span").unique(
        ["line", "batch"], keep="first", maintain_order=True
    )
    return BatchQuotes.validate(first.select(BatchQuotes.column_names()))


def _parts(rows: pl.DataFrame, proven: pl.DataFrame, today: Comparable) -> pl.DataFrame:
    """The parts of proven batches, with the customer that each names."""
    kept = rows.join(
        proven.select(*_BATCH, "file", "batch"), on=[*_BATCH, "file"], nulls_equal=True
    ).sort("batch", "row")
    named = kept.with_columns(
        part=pl.int_range(pl.len(), dtype=pl.Int64),
        name_key=name_key(kept["customer_name"].fill_null("")),
        text=fold(kept["reference"].fill_null("")),
    )
    ids = today.customers.select("customer_id", by_id="customer")
    names = today.names.filter(pl.len().over("name_key") == 1).select(
        "name_key", by_name="customer"
    )
    joined = named.join(ids, on="customer_id", how="left").join(names, on="name_key", how="left")
    shown = pl.concat_str(
        pl.lit("part "),
        pl.coalesce("part_id", pl.col("row").cast(pl.String)),
        pl.concat_str(pl.lit(" '"), "reference", pl.lit("'")).fill_null(""),
        pl.concat_str(pl.lit(" of "), pl.coalesce("customer_name", "customer_id")).fill_null(""),
    )
    # Some reports tell a charge of the batch as a part of a negative amount: no customer paid it.
    is_fee = pl.col("kind") == "fee"
    return joined.select(
        "part",
        "batch",
        "file",
        "row",
        "kind",
        customer=pl.coalesce("by_id", "by_name"),
        gross=pl.when(is_fee).then(0).otherwise("gross_amount"),
        fee=pl.col("fee") - pl.when(is_fee).then("gross_amount").otherwise(0),
        text="text",
        label=shown,
    ).sort("part")


def _part_keys(parts: pl.DataFrame) -> dy.DataFrame[LineKeys]:
    return LineKeys.validate(recognise(line_keys(parts.select("text", line="part"))))
