"""Refuse bookings without a running balance in a table that states one beside every other booking.

In: typed values of a table. Out: those that may be read, and refusals. A cell that has moved by a column leaves its balance empty, and
then nothing contradicts the amount that has taken its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon_csv.entries import Refusal

if TYPE_CHECKING:
    from recon_csv.layout import Layout
    from recon_csv.table import Table


def refuse_unproven(
    values: pl.DataFrame, table: Table, layout: Layout
) -> tuple[pl.DataFrame, list[Refusal]]:
    """Part bookings from those that lack the balance which other bookings of their account and currency have.

    Pending entries have no balance yet, and of the parts of a batch one carries it.

    Args:
        values: as `recon_csv.values.read_values` gives them.
        table: the records, for the excerpt.
        layout: says whether the bank gives a balance on every row.
    """
    if "balance_units" not in values.columns or layout.profile.balance_rows == "some":
        return values, []
    is_bare = values["balance_units"].is_null()
    if not is_bare.any() or is_bare.all():
        return values, []
    has_balances = pl.col("balance_units").is_not_null().any().over("account", "currency")
    is_booking = ~pl.col("is_pending") & pl.col("batch").is_null()
    is_unproven = values.select(
        pl.col("balance_units").is_null() & is_booking & has_balances
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
