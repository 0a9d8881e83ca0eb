"""Refuse bookings without a running balance in a table that states one beside every other booking.

In: typed values of a table. Out: those that may be read, and refusals. A cell that has moved by a column leaves its balance empty, and
then nothing contradicts the amount that has taken its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon_csv.entries import Refusal
from recon_csv.wide import row_width

if TYPE_CHECKING:
    from recon_csv.layout import Layout
    from recon_csv.table import Table


def refuse_unproven(
    values: pl.DataFrame, table: Table, layout: Layout
) -> tuple[pl.DataFrame, list[Refusal]]:
    """Part bookings from those that lack the balance which other bookings of their account and currency have.

    Pending entries have no balance yet, and of the parts of a batch one carries it. The oldest row may lack it: as that of any table it
    has no balance before it that would prove its amount.

    Args:
        values: as `recon_csv.values.read_values` gives them.
        table: the records, for the excerpt.
        layout: says whether the bank gives a balance on every row.
    """
    if "balance_units" not in values.columns or layout.profile.balance_rows == "some":
        return values, []
    bare = values["balance_units"].null_count()
    if bare in {0, values.height}:
        return values, []
    has_balances = pl.col("balance_units").is_not_null().any().over("account", "currency")
    is_booking = ~pl.col("is_pending") & pl.col("batch").is_null()
    is_unproven = values.select(
        pl.col("balance_units").is_null()
        & is_booking
        & has_balances
        & (pl.col("record") != _oldest(values, table, layout))
    ).to_series()
    refused = values.filter(is_unproven).select("record", "line_number").iter_rows()
    return values.filter(~is_unproven), [
        Refusal(
            record=record,
            line=line,
            column=layout.name("balance"),
            code="missing-balance",
            reason='the row has no balance, as others have; if the bank gives it on some rows only, say `balance_rows = "some"` in a profile',
            excerpt=";".join(table.row(layout.first_row + record - 1)),
        )
        for record, line in refused
    ]


def _oldest(values: pl.DataFrame, table: Table, layout: Layout) -> int:
    """Give the record at the older end of the table, 0 where the days do not tell it or it lacks cells, which may have moved its amount."""
    days = values["booked"]
    if days[0] == days[-1] or not (days.is_sorted() or days.is_sorted(descending=True)):
        return 0
    record = int(values["record"][0 if days[0] < days[-1] else -1])
    at = layout.first_row + record - 1
    cells = table.tail if at == table.height - 1 else table.row(at)
    is_whole = cells is not None and len(cells) >= row_width(table, layout)
    return record if is_whole else 0
