"""Gather the sets of items that a line may pay: all quoted, less credit notes, the whole account, subsets, plugins'.

In: Tables, reference hits, party hits. Out: rows of line, shape, customer, pick and item; `sets.py` explains each
set's difference and weighs it. Subsets that a payer does not quote come from `combine.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.evidence.rarity import amount_rarity
from recon.match.evidence.references import QUOTED_MILLIBITS
from recon.match.proposals.choice import choice_millibits
from recon.match.proposals.combine import combine
from recon.match.proposals.families import across_customers, as_one_customer
from recon.match.proposals.subsets import MOST_ITEMS

if TYPE_CHECKING:
    from recon.config import Policy
    from recon.match.evidence.references import References
    from recon.match.tables import Tables

# A netted credit note that the payer does not mention, and paying everything at once, are rarer than quoting.
_UNMENTIONED_MILLIBITS: Final = -3_000
_WHOLE_ACCOUNT_MILLIBITS: Final = -4_000
_LARGEST_SET: Final = 200
# Pairs of a customer's credit notes are formed up to this many.
_MANY_CREDIT_NOTES: Final = 30

_ROW: Final = (
    "line",
    "shape",
    "customer",
    "pick",
    "item",
    "reference_millibits",
    "extra_millibits",
    "fits",
)
_ROW_SCHEMA: Final = {name: pl.String if name == "shape" else pl.Int64 for name in _ROW}
# The one set of its shape, line and customer.
_ONLY: Final = pl.lit(0, dtype=pl.Int64)


def gather_sets(
    tables: Tables,
    references: References,
    parties: pl.DataFrame,
    more: pl.DataFrame,
    policy: Policy,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Gather all sets.

    Args:
        tables: the day's tables.
        references: reference hits.
        parties: party hits.
        more: sets of plugins: line, set_name, item.
        policy: days of grace of discounts, and how many items are combined.

    Returns:
        a row an item of a set: line, shape, customer (null for several), pick (tells sets of one shape and customer
        apart), item, reference_millibits, extra_millibits (what the set costs beside its priors), fits (how many such
        sets fit equally); and the lines (`line`) whose payer has too many items to try every subset.
    """
    quoted = _quoted_rows(tables, references, parties)
    combined = combine(tables, quoted, parties, policy)
    family = as_one_customer(tables, quoted, parties)
    of_families = []
    if not family.parties.is_empty():
        of_families = [
            _whole_account(family.tables, family.parties),
            combine(family.tables, family.quoted, family.parties, policy).rows.select(_ROW),
        ]
    rows = pl.concat(
        [
            _all_quoted(quoted),
            _with_credit_notes(quoted, tables),
            _whole_account(tables, parties),
            combined.rows.select(_ROW),
            *(across_customers(made, tables).select(_ROW) for made in of_families),
            _of_plugins(more, tables, references),
        ]
    )
    return rows, combined.uncombined


def _quoted_rows(tables: Tables, references: References, parties: pl.DataFrame) -> pl.DataFrame:
    """Quoted items of each line, the best one of each span; a span that two items share equally is left out.

    Where a span may be read as several items, those of a possible payer are meant, and those whose number is the whole
    span: `RE202501014` is that invoice, whatever the digits in it are by their check digit.
    """
    hits = references.hits.filter(pl.col("millibits") >= QUOTED_MILLIBITS)
    span = ["line", "span"]
    owners = tables.items.select("item", "customer")
    payers = parties.select("line", "customer", is_payers=pl.lit(value=True))
    shared = hits.filter(pl.len().over(span) > 1).join(owners, on="item")
    of_payers = shared.join(payers, on=["line", "customer"], how="left").with_columns(
        pl.col("is_payers").fill_null(value=False)
    )
    meant = of_payers.filter(pl.col("is_payers") == pl.col("is_payers").any().over(span))
    is_whole = (
        pl.col("key").str.len_bytes() == pl.col("span").str.replace_all(" ", "").str.len_bytes()
    )
    meant = meant.filter(is_whole == is_whole.any().over(span))
    read = pl.concat([hits.filter(pl.len().over(span) == 1), meant.select(hits.columns)])
    best = pl.col("millibits") == pl.col("millibits").max().over(span)
    clear = read.filter(best).filter(pl.len().over(span) == 1)
    currencies = tables.receipts.select("line", "currency", "amount")
    return clear.join(tables.items, on="item").join(currencies, on=["line", "currency"])


def _all_quoted(quoted: pl.DataFrame) -> pl.DataFrame:
    """All items a line quotes, as one set; and where they belong to several customers, those of each."""
    rows = quoted.with_columns(
        reference_millibits="millibits",
        extra_millibits=pl.lit(0, dtype=pl.Int64),
        fits=pl.lit(1, dtype=pl.Int64),
        pick=_ONLY,
    )
    size = pl.len().over("line")
    customers = pl.col("customer").n_unique().over("line")
    together = rows.filter(size.is_between(2, _LARGEST_SET)).with_columns(
        shape=pl.lit("all_quoted"), customer=pl.when(customers == 1).then("customer")
    )
    apart = rows.filter(
        customers > 1, pl.len().over("line", "customer").is_between(2, _LARGEST_SET)
    ).with_columns(shape=pl.lit("all_quoted_of_one_customer"))
    return pl.concat([together.select(_ROW), apart.select(_ROW)])


def _with_credit_notes(quoted: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Quoted items less one or two credit notes of the same customer that the payer netted without a word."""
    invoices = quoted.filter(pl.col("open") > 0, pl.col("customer").n_unique().over("line") == 1)
    sums = invoices.group_by("line", "customer", "currency", "amount").agg(
        total=pl.col("open").sum(), quoted_items=pl.col("item")
    )
    missing = sums.with_columns(credit_open=pl.col("amount") - pl.col("total")).filter(
        pl.col("credit_open") < 0
    )
    if missing.is_empty():
        return pl.DataFrame(schema=_ROW_SCHEMA)
    netted = missing.join(_nettable(tables.items), on=["customer", "currency", "credit_open"])
    # One note or two, whose first and last are all there is to tell them apart.
    notes = pl.col("credits")
    mentioned = notes.list.set_intersection("quoted_items").list.len() > 0
    first = (
        netted.filter(~mentioned)
        .with_columns(fits=pl.len().over("line").cast(pl.Int64))
        .sort("line", notes.list.len(), notes.list.first(), notes.list.last())
        .unique("line", keep="first", maintain_order=True)
    )
    first = _charged_for_chance(first, tables.items)
    paid = invoices.join(first.select("line", "fits"), on="line").select(
        "line",
        "customer",
        "item",
        reference_millibits="millibits",
        extra_millibits=pl.lit(0, dtype=pl.Int64),
        fits="fits",
    )
    credited = first.explode("credits").select(
        "line",
        "customer",
        item="credits",
        reference_millibits=pl.lit(0, dtype=pl.Int64),
        extra_millibits=pl.col("chance_millibits") // pl.col("netted") + _UNMENTIONED_MILLIBITS,
        fits="fits",
    )
    both = pl.concat([paid, credited])
    return both.with_columns(shape=pl.lit("with_credit_notes"), pick=_ONLY).select(_ROW)


def _charged_for_chance(netted: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Add `chance_millibits`: what it says against the notes that so many others, or a mere charge, come to as much.

    It is the difference that the notes explain, so the total is no rarer than the difference: two notes of 5.00 make
    10.00, and so does a bank's charge.
    """
    notes = items.filter(pl.col("open") < 0).group_by("customer", "currency").agg(notes=pl.len())
    rarity, of_total = (amount_rarity(pl.col(name)) for name in ("credit_open", "amount"))
    counted = netted.join(notes, on=["customer", "currency"]).with_columns(
        netted=pl.col("credits").list.len().cast(pl.Int64)
    )
    choice = choice_millibits(pl.col("netted"), pl.col("notes").clip(0, MOST_ITEMS))
    return counted.with_columns(
        chance_millibits=choice + pl.min_horizontal(rarity - of_total, pl.lit(0))
    )


def _nettable(items: pl.DataFrame) -> pl.DataFrame:
    """Credit notes of each customer, alone and in pairs: customer, currency, credit_open, credits (item numbers)."""
    notes = items.filter(pl.col("open") < 0, pl.col("customer").is_not_null()).select(
        "customer", "currency", "item", "open"
    )
    alone = notes.select("customer", "currency", credit_open="open", credits=pl.concat_list("item"))
    few = notes.filter(pl.len().over("customer", "currency") <= _MANY_CREDIT_NOTES)
    pairs = (
        few.join(few, on=["customer", "currency"], suffix="_other")
        .filter(pl.col("item") < pl.col("item_other"))
        .select(
            "customer",
            "currency",
            credit_open=pl.col("open") + pl.col("open_other"),
            credits=pl.concat_list("item", "item_other"),
        )
    )
    return pl.concat([alone, pairs])


def _whole_account(tables: Tables, parties: pl.DataFrame) -> pl.DataFrame:
    """Everything that a possible payer owes, when the line is that total to the cent."""
    sums = (
        tables.items.filter(pl.col("customer").is_not_null())
        .group_by("customer", "currency")
        .agg(amount=pl.col("open").sum(), size=pl.len())
    )
    exact = (
        parties.select("line", "customer")
        .join(tables.receipts.select("line", "amount", "currency"), on="line")
        .join(
            sums.filter(pl.col("size").is_between(2, _LARGEST_SET)),
            on=["customer", "currency", "amount"],
        )
    )
    return (
        exact.join(tables.items.select("item", "customer", "currency"), on=["customer", "currency"])
        .with_columns(
            shape=pl.lit("whole_account"),
            pick=_ONLY,
            reference_millibits=pl.lit(0, dtype=pl.Int64),
            extra_millibits=pl.lit(_WHOLE_ACCOUNT_MILLIBITS, dtype=pl.Int64)
            // pl.col("size").cast(pl.Int64),
            fits=pl.lit(1, dtype=pl.Int64),
        )
        .select(_ROW)
    )


def _of_plugins(more: pl.DataFrame, tables: Tables, references: References) -> pl.DataFrame:
    """Sets that plugins propose, weighed by our own evidence."""
    if more.is_empty():
        return pl.DataFrame(schema=_ROW_SCHEMA)
    owners = more.join(tables.items.select("item", "customer"), on="item").join(
        references.hits.select("line", "item", reference_millibits="millibits"),
        on=["line", "item"],
        how="left",
    )
    one = pl.col("customer").n_unique().over("line", "set_name") == 1
    return owners.select(
        "line",
        shape="set_name",
        customer=pl.when(one).then("customer"),
        pick=_ONLY,
        item="item",
        reference_millibits=pl.col("reference_millibits").fill_null(0),
        extra_millibits=pl.lit(0, dtype=pl.Int64),
        fits=pl.lit(1, dtype=pl.Int64),
    )
