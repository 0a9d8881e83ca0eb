"""The rows of the page on batches: every part with what became of it, those that need a look first.

In: a RunView. Out: plain dicts; text is cut to a bounded length and spelled out. The template escapes everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.report import shown, tables
from recon.report.text import clipped, spelled_out

if TYPE_CHECKING:
    from recon.protocols import RunView

# In this order a person looks at them.
_ORDER: Final = ("refused", "not_found", "not_matched", "suggested", "on_account", "applied")
_TEXT_LIMIT: Final = 280


def batch_page_rows(view: RunView, limit: int) -> list[dict[str, Any]]:
    """Give the first parts of batches that are shown; none if no batches were given."""
    rows = tables.batch_rows(view)
    rank = pl.col("state").replace_strict(_ORDER, range(len(_ORDER)), return_dtype=pl.Int64)
    first = rows.sort(rank, "file", "row").head(limit)
    texts = [name for name, kind in first.schema.items() if kind == pl.String]
    safe = first.with_columns(
        clipped(spelled_out(pl.col(name)), _TEXT_LIMIT, "batches.csv") for name in texts
    )
    return [_row(row) for row in safe.to_dicts()]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    code = row["currency"]
    return {
        "batch": row["batch_reference"],
        "provider": row["provider"] or "",
        "place": f"{row['file']}:{row['row']}",
        "settled_on": row["settled_on"].isoformat() if row["settled_on"] else "",
        "currency": code,
        "net": shown.amount(row["net_amount"], code),
        "part": row["part_id"] or "",
        "reference": row["reference"] or "",
        "customer": row["customer_name"] or row["customer_id"] or "",
        "gross": shown.amount(row["gross_amount"], code),
        "gross_minor": row["gross_amount"],
        "fee": shown.amount(row["fee"], code),
        "state": shown.words(row["state"]),
        "is_used": row["state"] not in ("refused", "not_found"),
        "finding": shown.words(row["finding"]),
        "note": row["note"] or "",
        "line_id": row["line_id"] or "",
        "items": (row["item_numbers"] or "").replace("|", ", "),
    }
