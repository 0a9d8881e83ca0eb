"""Tell a last row that is the sum of all others, or the balance after them, from a booking. In: refusals and values. Out: its refusal.

Some banks end the table with what all rows come to, or with the new balance, under a word of their own. Only arithmetic proves it: the
row has one number, and that is the sum of all bookings, or that sum added to a number above the table, which is the old balance.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.api import exponents
from recon_csv.amounts import Style, looks_like_amount, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from recon_csv.entries import Refusal
    from recon_csv.layout import Layout
    from recon_csv.table import Table

# The sum of one row is that row.
_LEAST_ROWS: Final = 2
# A booking says what it is for, or with whom; a balance does not.
_OF_A_BOOKING: Final = ("remittance", "payer_name", "payer_account", "bank_reference")


def find_total(
    refusals: list[Refusal], values: pl.DataFrame, table: Table, layout: Layout
) -> Refusal | None:
    """Give the refusal of the last row where that row is the sum of all bookings or the balance after them, None if it is not.

    Args:
        refusals: all rows that cannot be read.
        values: all bookings, with `amount_read` in minor units and `currency`.
        table: the rows.
        layout: the columns.
    """
    if len(refusals) != 1 or values.height < _LEAST_ROWS or values["currency"].n_unique() != 1:
        return None
    (last,) = refusals
    # Below it there may be texts, and no booking.
    if last.record < values.select(pl.max("record")).item():
        return None
    cells = table.row(layout.first_row + last.record - 1)
    numbers = list(_numbers(cells, layout))
    if len(numbers) != 1 or numbers[0] is None:
        return None
    decimals = exponents()[values["currency"][0]]
    moved = Decimal(values["amount_read"].sum()).scaleb(-decimals)
    if last.code == "missing-amount":
        return last if numbers == [moved] else None
    if last.code != "wrong-date" or not _is_worded(cells, layout):
        return None
    above = {
        number for row in table.head[: layout.first_row - 1] for number in _numbers(row, layout)
    }
    return last if any(old and old + moved == numbers[0] for old in above) else None


def _numbers(cells: Sequence[str], layout: Layout) -> Iterator[Decimal | None]:
    """Give the amounts in the cells of a row that hold no date, None for one that is written otherwise than the table's."""
    style = Style(layout.profile.decimal_mark, layout.profile.thousands_mark)
    days = {at for name in ("booking_date", "value_date") for at in layout.columns.get(name, ())}
    for at, cell in enumerate(cells):
        if at not in days and cell and looks_like_amount(cell):
            told = plain_text(cell, style)
            yield None if told is None else Decimal(told)


def _is_worded(cells: Sequence[str], layout: Layout) -> bool:
    """Say whether a row has a word in the place of its day, and nothing that tells of a payment."""
    word = layout.text("booking_date", cells)
    told = [text for name in _OF_A_BOOKING for text in layout.texts(name, cells)]
    return bool(word) and not any(char.isdigit() for char in word) and not told
