"""A query to a table of text. In: an open transaction and a statement. Out: every value as its exact text.

Rows are fetched in batches and become columns of Arrow batch by batch; PostgreSQL's by COPY where types allow it. What has no exact text (a float, bytes, a moment with a time zone) is refused with its
place, if it stands in a column that is looked for; other columns are dropped as they come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl
from polars import selectors as cs
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from recon.api import ConfigurationError, Place, UnreadableItems
from recon.api.sql_database import cause_of
from recon.api.table import Table, normalise_header
from recon_sql_items.cells import columns_of, schema_of
from recon_sql_items.copying import COPIED_TYPES, CopiedQuery
from recon_sql_items.options import SECTION

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, CursorResult, TextClause

_ROWS_AT_ONCE: Final = 20_000
_AS_OF: Final = "as_of"


class Query(NamedTuple):
    """A statement, the name of its option, and the value of `:as_of`."""

    name: str
    statement: str
    as_of: dt.date | None


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
        header, frames = _read(connection, clause, wanted, file)
    except (SQLAlchemyError, connection.dialect.loaded_dbapi.Error) as error:
        raise UnreadableItems(
            f"the query {query.name!r} failed: {cause_of(error)}",
            place=Place(file),
            hint=f"run it by the database's own program; it stands {SECTION}",
        ) from None
    texts = cs.by_name([name for name in frames.columns if name.isdecimal()])
    cells = frames.with_columns(texts.str.strip_chars().replace("", None))
    lines = pl.Series(range(1, cells.height + 1), dtype=pl.Int64)
    return Table(file, header, 0, cells, lines)


def _read(
    connection: Connection, clause: TextClause, wanted: set[str], file: str
) -> tuple[tuple[str, ...], pl.DataFrame]:
    """Give the header, and the columns that are looked for."""

    def kept(header: Iterable[str]) -> list[int]:
        return [at for at, name in enumerate(header) if normalise_header(name) in wanted]

    if connection.dialect.name == "postgresql":
        query = CopiedQuery(connection, clause)
        header, types = query.describe()
        places = kept(header)
        if all(types[at] in COPIED_TYPES for at in places):
            frames = query.batches({at: types[at] for at in places}, file, _ROWS_AT_ONCE)
            return header, pl.concat([pl.DataFrame(schema=schema_of(places)), *frames])
    with connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(clause) as result:
        if not result.returns_rows:
            raise UnreadableItems(f"the {file} gives no rows: it is no SELECT", place=Place(file))
        header = tuple(result.keys())
        places = kept(header)
        frames = _frames(file, result, places)
        return header, pl.concat([pl.DataFrame(schema=schema_of(places)), *frames])


def _frames(file: str, result: CursorResult[Any], kept: Sequence[int]) -> Iterator[pl.DataFrame]:
    """Give each batch of rows as columns of text, numbers and days."""
    first = 1
    for rows in result.partitions(_ROWS_AT_ONCE):
        values = list(zip(*rows, strict=True))
        yield pl.DataFrame(
            [column for at in kept for column in columns_of(values[at], at, file, first)]
        )
        first += len(rows)


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
