"""Number what is recorded, without a gap. In: frames of decisions and allocations. Out: the same with their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import func, select

from recon.store.chain import instant
from recon.store.reading import pieces
from recon.store.tables import FACT

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Connection


def last_number(connection: Connection) -> int:
    """Give the number of the newest decision, 0 before the first; in a writing transaction, so that nobody else takes the next."""
    table = FACT["decisions"].table
    return connection.scalar(select(func.max(table.c.decision_no))) or 0


def number_decisions(
    decisions: pl.DataFrame, last: int, *, at: dt.datetime, facts: pl.DataFrame
) -> pl.DataFrame:
    """Give decisions their numbers in the order of their lines.

    Args:
        decisions: Decisions, one a line.
        last: the number before the first of them.
        at: when they are recorded.
        facts: line_id, effective_on, undoes, comment and approvals_needed of each.
    """
    ordered = decisions.sort("line_id").join(facts, on="line_id", maintain_order="left")
    return ordered.with_columns(
        decision_no=pl.int_range(last + 1, last + 1 + ordered.height, dtype=pl.Int64),
        at=pl.lit(instant(at)),
    )


def place_allocations(allocations: pl.DataFrame) -> pl.DataFrame:
    """Give the allocations of each decision their places."""
    order = ["decision_no", "rank", "status", "item_id", "kind", "amount"]
    return allocations.sort(order, nulls_last=True).with_columns(
        place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("decision_no")
    )


def keys_of(connection: Connection, lines: pl.Series) -> set[str]:
    """Give the keys of all entries that these lines ever had, by the decisions that were ever made of them."""
    decisions, entries = FACT["decisions"].table, FACT["entries"].table
    found: set[str] = set()
    for some in pieces(lines):
        made = select(decisions.c.decision_no).where(decisions.c.line_id.in_(some))
        found |= set(
            connection.scalars(select(entries.c.entry_key).where(entries.c.decision_no.in_(made)))
        )
    return found
