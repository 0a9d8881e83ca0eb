"""The report `differences`: what the books and what was done here do not agree on, extract by extract.

In: a Standing. Out: the body of the report, the newest extract first. A difference is listed, and never overwritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.report import shown
from recon.report.sheet import Column
from recon.report.standing.document import Body, Table, control_totals, total

if TYPE_CHECKING:
    from recon.protocols import Standing
    from recon.report.standing.document import Asked

DIFFERENCES: Final = (
    Column("seq", "Extract (event)", 9, "count"),
    Column("kind", "Difference", 24),
    Column("item_id", "Item", 16),
    Column("number", "Number", 18),
    Column("customer_id", "Customer", 14),
    Column("amount", "Amount", 15, "money"),
    Column("currency", "Currency", 9),
)
NOW: Final = (
    Column("item_id", "Item", 16),
    Column("number", "Number", 18),
    Column("customer_id", "Customer", 14),
    Column("book_amount", "Open in the books", 15, "money"),
    Column("unseen", "Settled here, unseen there", 15, "money"),
    Column("open_amount", "Left here", 15, "money"),
    Column("currency", "Currency", 9),
)
KINDS: Final = (
    Column("kind", "Difference", 24),
    Column("count", "Items", 9, "count"),
    Column("amount", "Amount", 18, "money"),
    Column("currency", "Currency", 9),
)


def build_differences(standing: Standing, _asked: Asked) -> Body:
    """Build the list of differences that extracts showed, and of what the books have not seen now."""
    rows = standing.differences.sort("seq", "kind", "item_id", descending=[True, False, False])
    newest = rows.filter(pl.col("seq") == pl.col("seq").max())
    kinds = newest.group_by("kind", "currency").agg(count=pl.len(), amount=total())
    unseen = standing.items.filter(pl.col("unseen") != 0).sort("item_id")
    totals = unseen.select("currency", amount="unseen")
    return Body(
        headline=f"{shown.counted(newest.height, 'difference')} with the newest extract that showed any; "
        f"{shown.counted(unseen.height, 'item')} settled here that the books have not seen.",
        totals=tuple(control_totals("not seen in the books", totals)),
        tables=(
            Table("differences", "Differences by extract", DIFFERENCES, rows),
            Table("unseen", "What the books have not seen now", NOW, unseen),
            Table("by_kind", "Newest extract by kind", KINDS, kinds.sort("kind", "currency")),
        ),
    )
