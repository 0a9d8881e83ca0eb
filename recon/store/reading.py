"""Read whole frames out of tables. In: a connection, a table and conditions. Out: the frame that was written.

Where a frame is large, only columns that hold anything are read, and by column.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from sqlalchemy import Text, cast, func, select

from recon.errors import StoreBroken
from recon.store.blocks import COUNT, FIRST, unpack
from recon.store.form import as_frames, stored_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Select, Subquery

    from recon.store.tables import Kept

_ROWS_AT_ONCE: Final = 50_000
# A block is a thousand rows.
_BLOCKS_AT_ONCE: Final = 200
# A statement may have so many conditions and no more.
_KEYS_AT_ONCE: Final = 500
# From here on it pays to ask first which columns are empty, and to read by column.
_MANY: Final = 20_000
_ROWS_AS_JSON: Final = 200_000
# A server looks at all rows for each piece, so there are fewer.
_ROWS_BY_HASH: Final = 500_000
_HINT: Final = "run it again; then `recon verify`"


def pieces(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """Give keys of one type in order, as many at once as one statement may name."""
    ordered = sorted(keys)
    for at in range(0, len(ordered), _KEYS_AT_ONCE):
        yield ordered[at : at + _KEYS_AT_ONCE]


def fetch(
    connection: Connection,
    kept: Kept,
    *where: ColumnElement[bool],
    names: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Read rows as the frame that they are, in the order of the table's key.

    Args:
        connection: an open transaction.
        kept: the table.
        where: conditions that all hold.
        names: the columns wanted; all if left out.
    """
    return as_frames(kept, fetch_stored(connection, kept, *where, names=names))


def fetch_stored(
    connection: Connection,
    kept: Kept,
    *where: ColumnElement[bool],
    names: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Read rows in stored form, as they are hashed."""
    wanted = list(names or kept.types)
    if kept.is_packed:
        return _unpacked(connection, kept, where, wanted)
    # The key comes along: what is read by column is put in order here.
    asked = [*wanted, *(name for name in kept.order if name not in wanted)]
    query = select(*(kept.table.c[name] for name in asked)).where(*where)
    types = {name: kept.types[name] for name in asked}
    return read(connection, query, types, kept.order).select(wanted)


def fetch_blocks(
    connection: Connection, kept: Kept, *where: ColumnElement[bool], names: Sequence[str]
) -> pl.DataFrame:
    """Read blocks as they lie in a packed table, in the order of their key."""
    schema = {name: _in_table(kept.table.c[name]) for name in names}
    return pl.concat([pl.DataFrame(schema=schema), *_blocks(connection, kept, where, schema)])


def _blocks(
    connection: Connection,
    kept: Kept,
    where: Sequence[ColumnElement[bool]],
    schema: Mapping[str, pl.DataType],
) -> Iterator[pl.DataFrame]:
    table = kept.table
    order = [_byte_order(table.c[name], connection) for name in ("statement_id", FIRST)]
    found = connection.execute(
        select(*(table.c[name] for name in schema)).where(*where).order_by(*order)
    )
    return _frames(found.cursor, schema, _BLOCKS_AT_ONCE)


def _unpacked(
    connection: Connection, kept: Kept, where: Sequence[ColumnElement[bool]], wanted: list[str]
) -> pl.DataFrame:
    """Take blocks apart in a thread of their own, while the next ones come over; the result is one piece."""
    schema = {name: _in_table(kept.table.c[name]) for name in (COUNT, *wanted)}
    types = {name: stored_type(kept.types[name]) for name in wanted}
    with ThreadPoolExecutor(1) as aside:
        waiting = [
            aside.submit(unpack, blocks, types)
            for blocks in _blocks(connection, kept, where, schema)
        ]
    unpacked = [pl.DataFrame(schema=types), *(rows.result() for rows in waiting)]
    return pl.concat(unpacked, rechunk=True)


def _in_table(column: ColumnElement[Any]) -> pl.DataType:
    return pl.String() if column.type.python_type is str else pl.Int64()


def read(
    connection: Connection,
    query: Select[Any],
    types: Mapping[str, pl.DataType],
    order: Sequence[str] = (),
) -> pl.DataFrame:
    """Read what a query selects, in stored form.

    Args:
        connection: an open transaction.
        query: without an order of its own.
        types: those of the frame.
        order: the columns by which the rows are put in order, texts by their bytes.
    """
    wanted = {name: stored_type(dtype) for name, dtype in types.items()}
    total, filled = _filled(connection, query)
    schema = {name: dtype for name, dtype in wanted.items() if name in filled}
    narrow = query.with_only_columns(
        *[column for column in query.selected_columns if column.key in filled],
        maintain_column_froms=True,
    )
    if total > _MANY:
        frame = _by_column(connection, narrow, schema, order, total)
    else:
        # The driver's own cursor gives rows three times as fast as objects made of them.
        rows = connection.execute(_ordered(connection, narrow, order)).cursor
        frame = pl.concat([pl.DataFrame(schema=schema), *_frames(rows, schema)])
    return frame.select(
        pl.col(name) if name in schema else pl.lit(None, dtype).alias(name)
        for name, dtype in wanted.items()
    )


def _filled(connection: Connection, query: Select[Any]) -> tuple[int, set[str]]:
    """Count the rows and name the columns that hold anything, where it pays to ask; else all columns."""
    nullable = {str(column.key): _may_be_null(column) for column in query.selected_columns}
    names = list(nullable)
    rows = query.order_by(None).subquery()
    some = select(rows.c[names[0]]).limit(_MANY + 1).subquery()
    if (connection.scalar(select(func.count()).select_from(some)) or 0) <= _MANY:
        return 0, set(names)
    asked = [name for name, may_be in nullable.items() if may_be]
    counts = connection.execute(
        select(func.count(), *(func.count(rows.c[name]) for name in asked)).select_from(rows)
    ).one()
    empty = {name for name, count in zip(asked, counts[1:], strict=True) if not count}
    return counts[0], set(names) - empty or {names[0]}


def _may_be_null(column: ColumnElement[Any]) -> bool:
    return bool(getattr(column, "nullable", True))


def _ordered(connection: Connection, query: Select[Any], order: Sequence[str]) -> Select[Any]:
    columns = query.selected_columns
    return query.order_by(*(_byte_order(columns[name], connection) for name in order))


def _by_column(
    connection: Connection,
    query: Select[Any],
    schema: Mapping[str, pl.DataType],
    order: Sequence[str],
    total: int,
) -> pl.DataFrame:
    """Let the database give each column of many rows as JSON arrays: no object a value is made on the way.

    Polars takes the arrays apart in a thread of its own while the database writes the next ones.

    Raises:
        StoreBroken: more or fewer rows came than were counted.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    as_array = func.json_group_array if is_sqlite else _json_agg
    pieces = (
        _in_turn(_ordered(connection, query, order), total)
        if is_sqlite
        else _by_hash(query.subquery(), total)
    )
    with ThreadPoolExecutor(1) as aside:
        waiting = []
        for rows in pieces:
            told = connection.execute(select(*(as_array(rows.c[name]) for name in schema))).one()
            # Of a piece without rows there are no arrays.
            if told[0] is not None:
                waiting.append(aside.submit(_from_json, tuple(told), schema))
        frame = pl.concat([pl.DataFrame(schema=schema), *(piece.result() for piece in waiting)])
    if frame.height != total:
        raise StoreBroken(f"the store gave {frame.height:,} rows of {total:,}", hint=_HINT)
    # Where rows lie in the order of their key, they come in it.
    return frame if is_sqlite or not order else frame.sort(order)


def _in_turn(query: Select[Any], total: int) -> Iterator[Subquery]:
    for first in range(0, total, _ROWS_AS_JSON):
        yield query.limit(_ROWS_AS_JSON).offset(first).subquery()


def _by_hash(rows: Subquery, total: int) -> Iterator[Subquery]:
    """Give pieces of about the same size in no order: to sort a million rows for each takes a server three times as long."""
    pieces = -(-total // _ROWS_BY_HASH)
    number = func.coalesce(func.hashtext(cast(next(iter(rows.c)), Text)), 0)
    # Of a negative number the rest is negative.
    rest = func.mod(func.mod(number, pieces) + pieces, pieces)
    for piece in range(pieces):
        yield select(rows).where(rest == piece).subquery()


def _json_agg(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.json_agg(column), Text)


def _from_json(told: tuple[str, ...], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    arrays = pl.DataFrame([pl.Series(name, [one]) for name, one in zip(schema, told, strict=True)])
    return arrays.select(
        pl.col(name).str.json_decode(pl.List(dtype)).explode() for name, dtype in schema.items()
    )


def _frames(
    cursor: Any, schema: Mapping[str, pl.DataType], at_once: int = _ROWS_AT_ONCE
) -> Iterator[pl.DataFrame]:
    while rows := cursor.fetchmany(at_once):
        yield pl.DataFrame(
            [
                pl.Series(name, values, dtype=dtype, strict=True)
                for (name, dtype), values in zip(
                    schema.items(), zip(*rows, strict=True), strict=True
                )
            ]
        )


def _byte_order(column: ColumnElement[Any], connection: Connection) -> ColumnElement[Any]:
    """Order as Polars does, by bytes, whatever the language of the server."""
    is_text = connection.dialect.name != "sqlite" and column.type.python_type is str
    return column.collate("C") if is_text else column
