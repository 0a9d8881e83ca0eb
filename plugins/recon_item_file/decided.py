"""What was decided before, from files: allocations that were confirmed, and suggestions that were refused.

In: the files, and the currencies of the items they name. Out: frames of the contract. A file is read whole or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.api import ALLOCATION_KINDS, ConfirmedAllocations, RefusedPairs
from recon.api.table_columns import Columns, Wanted
from recon_item_file.columns import read_columns

if TYPE_CHECKING:
    import dataframely as dy

    from recon.api import ClosedItems, Items
    from recon_item_file.options import ItemFileOptions

# As our own allocations.csv names them, and as a file made for this purpose may.
_CONFIRMED_COLUMNS = (
    "line_id",
    "bank_reference",
    "item_number",
    "customer_id",
    "currency",
    "amount",
    "allocated_amount",
    "kind",
    "allocation_kind",
    "status",
)
_REFUSED_COLUMNS = ("line_id", "bank_reference", "item_number", "open_amount", "currency")


def currencies_of(items: dy.DataFrame[Items], closed: dy.DataFrame[ClosedItems]) -> pl.DataFrame:
    """List the currency of each number: item_number, known_currency; a number of two currencies has none."""
    both = pl.concat([items.select("number", "currency"), closed.select("number", "currency")])
    return (
        both.drop_nulls()
        .unique()
        .filter(pl.len().over("number") == 1)
        .select(item_number="number", known_currency="currency")
    )


def read_confirmed(
    options: ItemFileOptions, currencies: pl.DataFrame
) -> dy.DataFrame[ConfirmedAllocations]:
    """Read the allocations that were confirmed, in the form of our own `allocations.csv` or a plainer one.

    Suggestions in it were confirmed by nobody and are left out.

    Raises:
        UnreadableItems: any cell is wrong, or a row names no line.
    """
    if options.confirmed is None:
        return ConfirmedAllocations.create_empty()
    columns = read_columns(
        options.confirmed,
        options,
        Wanted(_CONFIRMED_COLUMNS, ["item_number"], options.confirmed_columns),
    )
    currency = _currencies(columns, currencies)
    amounts = [_amounts(columns, name, currency) for name in ("amount", "allocated_amount")]
    kinds = pl.select(
        pl.coalesce(
            columns.text("kind"), columns.text("allocation_kind"), pl.lit("payment")
        ).str.to_lowercase()
    ).to_series()
    columns.note(
        "kind", ~kinds.is_in(ALLOCATION_KINDS), "no kind of allocation", ", ".join(ALLOCATION_KINDS)
    )
    _note_unnamed(columns)
    frame = pl.DataFrame(
        [
            columns.text("line_id"),
            columns.text("bank_reference"),
            columns.text("item_number"),
            columns.text("customer_id"),
            pl.select(pl.coalesce(amounts)).to_series().alias("amount"),
            kinds.alias("kind"),
            columns.text("status"),
        ]
    )
    columns.problems.check()
    confirmed = frame.filter(pl.col("status").fill_null("applied") != "suggested").drop("status")
    return ConfirmedAllocations.validate(confirmed)


def read_refused(options: ItemFileOptions, currencies: pl.DataFrame) -> dy.DataFrame[RefusedPairs]:
    """Read the suggestions that were refused.

    Raises:
        UnreadableItems: any cell is wrong, or a row names no line.
    """
    if options.refused is None:
        return RefusedPairs.create_empty()
    columns = read_columns(
        options.refused,
        options,
        Wanted(_REFUSED_COLUMNS, ["item_number"], options.refused_columns),
    )
    _note_unnamed(columns)
    frame = pl.DataFrame(
        [
            columns.text("line_id"),
            columns.text("bank_reference"),
            columns.text("item_number", is_required=True),
            _amounts(columns, "open_amount", _currencies(columns, currencies)),
        ]
    )
    columns.problems.check()
    return RefusedPairs.validate(frame)


def _currencies(columns: Columns, currencies: pl.DataFrame) -> pl.Series:
    """The currency of each row: as the file says, or else as the item has it."""
    said = columns.currencies("currency", is_required=False)
    numbers = columns.text("item_number").to_frame().with_columns(said=said)
    joined = numbers.join(currencies, on="item_number", how="left", maintain_order="left")
    return joined.select(currency=pl.coalesce("said", "known_currency"))["currency"]


def _amounts(columns: Columns, name: str, currency: pl.Series) -> pl.Series:
    """A column of amounts; null where nothing tells the currency, which is no fault of what was decided."""
    at = columns.positions.get(name)
    if at is None:
        return columns.amounts(name, currency)
    # To read a cell that is not kept, any currency serves that has as many decimals as there are.
    read = columns.amounts(name, currency.fill_null("CLF"))
    return pl.select(pl.when(pl.lit(currency).is_not_null()).then(read)).to_series().alias(name)


def _note_unnamed(columns: Columns) -> None:
    named = [columns.text(name).is_not_null() for name in ("line_id", "bank_reference")]
    columns.note(
        "line_id",
        ~(named[0] | named[1]),
        "the row names no line",
        "fill line_id or bank_reference",
    )
