"""Rules of netting credit notes that the payer does not mention."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl
import pytest

from recon.match.proposals.gather_sets import _with_credit_notes

NOTES = [(2, -500), (3, -1500), (4, -1500), (5, -1500)]


def netted(order):
    """Net a payment of 80.00 for item 1 of 100.00; the notes stand in this order in the table."""
    rows = [(7, "EUR", item, amount) for item, amount in order]
    items = pl.DataFrame([(7, "EUR", 1, 10_000), *rows], orient="row").rename(
        {"column_0": "customer", "column_1": "currency", "column_2": "item", "column_3": "open"}
    )
    quoted = items.head(1).with_columns(
        line=pl.lit(0, pl.Int64), amount=pl.lit(8_000, pl.Int64), millibits=pl.lit(20_000, pl.Int64)
    )
    return sorted(_with_credit_notes(quoted, SimpleNamespace(items=items))["item"].to_list())


@pytest.mark.parametrize("order", [NOTES, NOTES[::-1], [NOTES[2], *NOTES[:2], NOTES[3]]])
def test_of_equal_pairs_of_notes_the_oldest_numbers_are_offered_in_any_order(order):
    # Notes 2 and 3, 2 and 4, 2 and 5 come to as much, and all begin with 2.
    assert netted(order) == [1, 2, 3]
