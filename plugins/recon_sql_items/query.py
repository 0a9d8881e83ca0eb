"""A query to a table of text. In: an open transaction and a statement. Out: every value as its exact text.

Rows are fetched in batches. What has no exact text (a float, bytes, a moment with a time zone) is refused with its
place, if it stands in a column that is looked for; other columns are dropped as they come.
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from recon.api import ConfigurationError, Place, UnreadableItems
from recon.api.sql_database import cause_of
from recon.api.table import Table, normalise_header
from recon_sql_items.options import SECTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, CursorResult, TextClause

_ROWS_AT_ONCE: Final = 20_000
_AS_OF: Final = "as_of"


class Query(NamedTuple):
    """A statement, the name of its option, and the value of `:as_of`."""

    name: str
    statement: str
    as_of: dt.date | None


class _Cell(NamedTuple):
    """One value: its text, the same if it is a number, and its day if it is one."""

    text: str | None
    number: str | None = None
    day: dt.date | None = None


def read_query(connection: Connection, query: Query, wanted: set[str]) -> Table:
    """Run a query and read all of it; rows count from 1.

    Args:
        connection: the reading transaction.
        query: what is asked.
        wanted: headers that are looked for, normalised.

    Raises:
        ConfigurationError: it has a parameter other than `:as_of`.
        UnreadableItems: the database refuses it, or a value has no exact text.
    """
    file = f"query {query.name}"
    clause = _clause(connection, query)
    try:
        with connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(clause) as result:
            if not result.returns_rows:
                raise UnreadableItems(
                    f"the query {query.name!r} gives no rows: it is no SELECT", place=Place(file)
                )
            header = tuple(result.keys())
            kept = [at for at, name in enumerate(header) if normalise_header(name) in wanted]
            frames = list(_frames(file, result, kept))
    except SQLAlchemyError as error:
        raise UnreadableItems(
            f"the query {query.name!r} failed: {cause_of(error)}",
            place=Place(file),
            hint=f"run it by the database's own program; it stands {SECTION}",
        ) from None
    cells = pl.concat([pl.DataFrame(schema=_schema(kept)), *frames])
    lines = pl.Series(range(1, cells.height + 1), dtype=pl.Int64)
    return Table(file, header, 0, cells, lines)


def _clause(connection: Connection, query: Query) -> TextClause:
    clause = text(query.statement)
    names = set(clause.compile(dialect=connection.dialect).params)
    if names - {_AS_OF}:
        raise ConfigurationError(
            f"the query {query.name!r} has the parameter :{min(names - {_AS_OF})}",
            hint="the only one there is is :as_of; a colon that is none is written \\:",
        )
    if not names:
        return clause
    # SQLite keeps dates as text, and its driver has none of its own.
    is_text = connection.dialect.name == "sqlite" and query.as_of is not None
    value = query.as_of.isoformat() if is_text and query.as_of else query.as_of
    return clause.bindparams(as_of=value)


def _schema(kept: Sequence[int]) -> dict[str, pl.DataType]:
    schema: dict[str, pl.DataType] = {}
    for at in kept:
        schema |= {f"{at}": pl.String(), f"{at}:number": pl.String(), f"{at}:day": pl.Date()}
    return schema


def _frames(file: str, result: CursorResult[Any], kept: Sequence[int]) -> Iterable[pl.DataFrame]:
    """Give each batch of rows as columns of text, numbers and days."""
    first = 1
    for rows in result.partitions(_ROWS_AT_ONCE):
        columns: dict[str, list[Any]] = {}
        for at in kept:
            cells = [
                _cell(row[at], Place(file, number, at + 1))
                for number, row in enumerate(rows, start=first)
            ]
            columns[f"{at}"] = [cell.text for cell in cells]
            columns[f"{at}:number"] = [cell.number for cell in cells]
            columns[f"{at}:day"] = [cell.day for cell in cells]
        yield pl.DataFrame(columns, schema=_schema(kept))
        first += len(rows)


def _cell(value: Any, place: Place) -> _Cell:
    """Give a value as exact text.

    Raises:
        UnreadableItems: it has none.
    """
    if value is None or isinstance(value, (str, uuid.UUID)):
        return _Cell(str(value or "").strip() or None)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and isfinite(value):
        plain = format(value, "f") if isinstance(value, Decimal) else str(value)
        return _Cell(plain, plain)
    if isinstance(value, dt.datetime):
        # A moment within a day, or in a time zone, is no due date.
        is_day = value.tzinfo is None and value.time() == dt.time()
        return _Cell(value.isoformat(sep=" "), day=value.date() if is_day else None)
    if isinstance(value, dt.date):
        return _Cell(value.isoformat(), day=value)
    raise _inexact(value, place)


def _inexact(value: Any, place: Place) -> UnreadableItems:
    hint = "cast the column in the query, to text or to a date"
    if isinstance(value, Real):
        hint = (
            "store or cast amounts as NUMERIC or as text; SQLite keeps NUMERIC 100.50 as a float, "
            'so keep whole cents there and set `amounts = "minor_units"`'
        )
    return UnreadableItems(
        f"a value of type {type(value).__name__} has no exact text",
        place=place,
        excerpt=repr(value)[:60],
        hint=hint,
    )
