"""Settlement reports and deposit slips from files: a row a part of a batch.

In: the files. Out: one frame of the contract. A file is read whole or not at all; whether a batch adds up is not asked here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.api import Batches, Place, UnreadableItems
from recon.api.table_columns import Columns, Wanted
from recon_item_file.columns import read_columns

if TYPE_CHECKING:
    import dataframely as dy

    from recon_item_file.options import ItemFileOptions

_SECTION = "under [sources.item-file.batches_written]"
_KINDS = ("payment", "refund", "chargeback", "adjustment", "fee")
# `net` is what a part pays out: reports that do not tell the batch's net amount tell that of each part.
_COLUMNS = (*(name for name in Batches.column_names() if name not in ("file", "row")), "net")
_REQUIRED = ("batch_reference", "gross_amount")
# How providers call the kinds of parts.
_WORDS = {
    "charge": "payment",
    "sale": "payment",
    "settled": "payment",
    "cheque": "payment",
    "check": "payment",
    "refunded": "refund",
    "dispute": "chargeback",
    "other_adjustment": "adjustment",
    "fees": "fee",
}


def read_batches(options: ItemFileOptions) -> dy.DataFrame[Batches] | None:
    """Read all reports; None if none was named.

    Raises:
        UnreadableItems: any cell is wrong.
    """
    if not options.batches:
        return None
    return Batches.validate(pl.concat(_read(path, options) for path in options.batches))


def _read(path: str, options: ItemFileOptions) -> pl.DataFrame:
    reading = options.reading_of(options.batches_written)
    required = [*_REQUIRED]
    if reading.default_currency is None:
        required.append("currency")
    wanted = Wanted(_COLUMNS, required, options.batch_columns)
    columns = read_columns(path, reading, wanted, _SECTION)
    currency = columns.currencies("currency", is_required=True)
    gross = columns.amounts("gross_amount", currency, is_required=True)
    reference = columns.text("batch_reference", is_required=True)
    provider = columns.text("provider")
    frame = pl.DataFrame(
        [
            reference,
            provider,
            columns.dates("settled_on"),
            currency,
            _net_amounts(columns, currency, reference, provider),
            columns.text("part_id"),
            _kinds(columns, gross),
            columns.text("customer_id"),
            columns.text("customer_name"),
            columns.text("reference"),
            gross,
            columns.amounts("fee", currency).fill_null(0),
        ]
    )
    columns.problems.check()
    return frame.select(
        pl.lit(path).alias("file"), pl.Series("row", columns.table.lines, dtype=pl.Int64), pl.all()
    )


def _net_amounts(
    columns: Columns, currency: pl.Series, reference: pl.Series, provider: pl.Series
) -> pl.Series:
    """What each batch pays out: as the report says, or the sum of what it says of its parts.

    Raises:
        UnreadableItems: the file has neither column.
    """
    if "net_amount" in columns.positions:
        return columns.amounts("net_amount", currency, is_required=True)
    if "net" not in columns.positions:
        table = columns.table
        raise UnreadableItems(
            "there is no column 'net_amount'",
            place=Place(table.file, table.header_line or None),
            excerpt=", ".join(table.header),
            hint="name the header of the batch's net amount (net_amount), or of each part's (net)",
        )
    net = columns.amounts("net", currency, is_required=True)
    rows = pl.DataFrame([reference, provider, net.fill_null(0)])
    return rows.select(net_amount=pl.col("net").sum().over("batch_reference", "provider"))[
        "net_amount"
    ]


def _kinds(columns: Columns, gross: pl.Series) -> pl.Series:
    """The kind as the report says; where it says none, the sign tells a payment from a refund."""
    by_sign = pl.select(
        pl.when(gross < 0)
        .then(pl.lit("refund"))
        .when(gross == 0)
        .then(pl.lit("fee"))
        .otherwise(pl.lit("payment"))
    ).to_series()
    given = columns.text("kind").str.to_lowercase().str.replace_all("[ -]", "_")
    kinds = pl.select(pl.coalesce(given.replace(_WORDS), by_sign)).to_series().alias("kind")
    columns.note(
        "kind", ~kinds.is_in(list(_KINDS)), "no kind of part", "write " + ", ".join(_KINDS)
    )
    columns.note(
        "gross_amount",
        kinds.is_in(["refund", "chargeback"]) & (gross > 0),
        "what is given back is negative",
        "write refunds and chargebacks with a minus sign",
    )
    columns.note(
        "gross_amount",
        (kinds == "payment") & (gross < 0),
        "a payment is not negative",
        "write refund as its kind, or leave the kind out: then the sign decides",
    )
    return kinds
