"""Lay bookings out as one frame of text columns, whether they were plain or put together from several records.

In: a table, its layout and bookings. Out: a row a booking: the table's columns, the record with its place, and what other records add to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon_csv.fields import MONEY, hundredths_of
from recon_csv.texts import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_csv.entries import Piles, Row
    from recon_csv.layout import Layout
    from recon_csv.table import Table

# `remarks` is the booking's text with that of the records below it; a part of a batch has its number and its parent's text.
_ADDED: Final = {
    "record": pl.Int64,
    "remarks": pl.String,
    "batch": pl.Int64,
    "batch_text": pl.String,
}


def lay_out(
    table: Table, layout: Layout, rows: Sequence[Row], piles: Piles | None = None
) -> pl.DataFrame:
    """Put rows, and the plain bookings of the piles if they are given, into one frame in the order of the file."""
    body = table.cells.slice(layout.first_row)
    places = table.places.slice(layout.first_row)
    frames = []
    if piles is not None:
        record = pl.Series("record", np.arange(1, body.height + 1, dtype=np.int64))
        plain = body.hstack([record, *places, *_numbers(table, layout)])
        frames.append(plain if piles.plain.all() else plain.filter(pl.Series(piles.plain)))
    if rows or not frames:
        frames.append(_of_rows(rows, layout, body.columns, places))
    if len(frames) == 1:
        absent = [name for name in _ADDED if name not in frames[0].columns]
        empty = [pl.Series(name, [None], dtype=_ADDED[name]) for name in absent]
        return frames[0].hstack([column.new_from_index(0, frames[0].height) for column in empty])
    return pl.concat(frames, how="diagonal").sort("record")


def _numbers(table: Table, layout: Layout) -> list[pl.Series]:
    """Give the fields that one column of numbers makes, as the table reads it."""
    return [
        table.hundredths(places[0], layout.style(name), layout.first_row).alias(hundredths_of(name))
        for name in MONEY
        if len(places := layout.columns.get(name, [])) == 1
    ]


def _of_rows(
    rows: Sequence[Row], layout: Layout, columns: list[str], places: pl.DataFrame
) -> pl.DataFrame:
    width = len(columns)
    cells = [_whole(row, layout) for row in rows]
    table = [[*given[:width], *[""] * (width - len(given))] for given in cells]
    frame = pl.DataFrame(table, schema=dict.fromkeys(columns, pl.String), orient="row")
    added: dict[str, Sequence[object]] = {
        "record": [row.record for row in rows],
        "remarks": [
            joined([*layout.texts("remittance", given), *row.remarks]) if row.remarks else None
            for row, given in zip(rows, cells, strict=True)
        ],
        "batch": [row.parent.batch if row.parent else None for row in rows],
        "batch_text": [_batch_text(row, layout) for row in rows],
    }
    at = [row.record - 1 for row in rows]
    return frame.with_columns(
        pl.Series(name, values, dtype=_ADDED[name]) for name, values in added.items()
    ).hstack(places[at])


def _batch_text(row: Row, layout: Layout) -> str | None:
    """Give what the parent of a part says of the whole batch."""
    if row.parent is None:
        return None
    texts = [
        text
        for field in ("transaction_text", "remittance")
        for text in layout.texts(field, row.parent.cells)
    ]
    return joined([*texts, *row.parent.remarks]) or None


def _whole(row: Row, layout: Layout) -> list[str]:
    """Give the cells of a row; a part of a batch borrows from its parent what it does not say itself."""
    if row.parent is None:
        return row.cells
    borrowed = list(row.parent.cells)
    for field in ("amount", "debit", "credit", "balance", "fee"):
        for at in layout.columns.get(field, []):
            if at < len(borrowed):
                borrowed[at] = ""
    own = [*row.cells, *[""] * (len(borrowed) - len(row.cells))]
    borrowed += [""] * (len(own) - len(borrowed))
    merged = [mine or theirs for mine, theirs in zip(own, borrowed, strict=True)]
    siblings = row.parent.parts
    is_carrier = row is siblings[0 if layout.profile.order == "newest_first" else -1]
    for at in layout.columns.get("balance", []) if is_carrier else []:
        # The balance of a batch stands after all of its parts.
        merged[at] = row.parent.cells[at] if at < len(row.parent.cells) else ""
    return merged
