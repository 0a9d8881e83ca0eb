"""Tell a last row that is the sum of all others from a booking without an amount. In: refusals and values. Out: that row's refusal.

Some banks end the table with what all rows come to, in a column of its own and under no word that all of them share. Only arithmetic
proves it: the row has a date and one number, in no column of amounts, and the number is the sum of all bookings.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from recon.api import exponents
from recon_csv.amounts import Style, looks_like_amount, plain_text

if TYPE_CHECKING:
    from recon_csv.entries import Refusal
    from recon_csv.layout import Layout
    from recon_csv.table import Table

# The sum of one row is that row.
_LEAST_ROWS = 2


def find_total(
    refusals: list[Refusal], values: pl.DataFrame, table: Table, layout: Layout
) -> Refusal | None:
    """Give the refusal of the last row where that row is the sum of all bookings, None if it is not.

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
    if last.code != "missing-amount" or last.record < values.select(pl.max("record")).item():
        return None
    used = {at for name in ("booking_date", "value_date") for at in layout.columns.get(name, ())}
    cells = table.row(layout.first_row + last.record - 1)
    numbers = [
        cell for at, cell in enumerate(cells) if at not in used and cell and looks_like_amount(cell)
    ]
    if len(numbers) != 1:
        return None
    style = Style(layout.profile.decimal_mark, layout.profile.thousands_mark)
    told = plain_text(numbers[0], style)
    decimals = exponents()[values["currency"][0]]
    whole = Decimal(values["amount_read"].sum()).scaleb(-decimals)
    return last if told is not None and Decimal(told) == whole else None
