"""Which lines bear on a few: those that want or got the same items, that wait for an approval, or that people decided lately.

In: lines and items that somebody is about to decide. Out: the lines whose log they must know; a record of a million
lines need not be read for one of them.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from recon.store.reading import pieces
from recon.store.tables import EVENTS, FACT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Column, Connection

# What a person may forgive is counted by the day, in whatever time zone the day is.
_LATELY: Final = dt.timedelta(days=2)


def bearing_lines(
    connection: Connection, line_ids: Iterable[str], item_ids: Iterable[str] = ()
) -> set[str]:
    """Name the lines that bear on these lines and items, these among them.

    Args:
        connection: an open transaction.
        line_ids: the lines in question.
        item_ids: items that they may be given, beside those that were ever proposed for them.
    """
    wanted = set(line_ids)
    allocations, decisions = FACT["allocations"].table, FACT["decisions"].table
    items = set(item_ids)
    of_line = decisions.c.line_id
    joined = select(allocations.c.item_id).join(
        decisions, decisions.c.decision_no == allocations.c.decision_no
    )
    for some in pieces(wanted):
        query = joined.where(of_line.in_(some), allocations.c.item_id.is_not(None)).distinct()
        items |= set(connection.scalars(query))
    for some in pieces(items):
        wanted |= set(_lines_of(connection, allocations.c.item_id, some))
    newest = connection.scalar(select(func.max(EVENTS.table.c.at))) or "0001-01-03"
    since = dt.date.fromisoformat(newest[:10]) - _LATELY
    by_people = decisions.c.decided_by != "rule"
    lately = (decisions.c.at >= since.isoformat()) | (decisions.c.approvals_needed > 0)
    return wanted | set(connection.scalars(select(of_line).where(by_people, lately).distinct()))


def _lines_of(connection: Connection, column: Column[str], some: list[str]) -> Iterator[str]:
    allocations = FACT["allocations"].table
    yield from connection.scalars(select(allocations.c.line_id).where(column.in_(some)).distinct())
