"""Write whole frames into tables and read them back. In: a connection, a table and a frame. Out: the same frame.

Rows are stored in the order of their key, since random order costs a hundred times as much; where a frame is large,
only columns that hold anything are read, and by column.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from sqlalchemy import Text, cast, func, select

from recon.store.blocks import COUNT, FIRST, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Select

    from recon.store.tables import Kept

_ROWS_AT_ONCE: Final = 50_000
# A statement may have so many conditions and no more.
_KEYS_AT_ONCE: Final = 500
# From here on it pays to ask first which columns are empty, and to read by column.
_MANY: Final = 20_000
_ROWS_AS_JSON: Final = 200_000


def pieces(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """Give keys of one type in order, as many at once as one statement may name."""
    ordered = sorted(keys)
    for at in range(0, len(ordered), _KEYS_AT_ONCE):
        yield ordered[at : at + _KEYS_AT_ONCE]


def stored_form(kept: Kept, frame: pl.DataFrame) -> pl.DataFrame:
    """Put a frame into the form in which it is stored and hashed: texts and whole numbers, in the order of its key."""
    return _stored(kept, frame.select(kept.columns))


def _stored(kept: Kept, frame: pl.DataFrame) -> pl.DataFrame:
    types = ((name, kept.types[name]) for name in frame.columns)
    return frame.sort(kept.order).with_columns(
        _as_stored(name, dtype) for name, dtype in types if dtype != pl.String
    )


def _as_stored(column: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean:
        return pl.col(column).cast(pl.Int64)
    if isinstance(dtype, pl.List):
        return pl.struct(pl.col(column).alias("of")).struct.json_encode().alias(column)
    return pl.col(column).cast(pl.String) if dtype == pl.Date else pl.col(column)


def _as_frame(column: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean:
        return pl.col(column).cast(pl.Boolean)
    if isinstance(dtype, pl.List):
        return (
            pl.col(column)
            .str.json_decode(pl.Struct({"of": dtype}))
            .struct.field("of")
            .alias(column)
        )
    return pl.col(column).str.to_date("%Y-%m-%d") if dtype == pl.Date else pl.col(column)


def insert(connection: Connection, kept: Kept, stored: pl.DataFrame, conflict: str = "") -> None:
    """Insert rows in stored form; `conflict` says what happens to one that is there already."""
    if stored.is_empty():
        return
    # A column that is left out is null; binding nulls takes as long as binding values.
    told = pack(stored) if kept.is_packed else stored.select(_told(stored))
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * told.width)
        into = f"INSERT INTO {kept.name} ({', '.join(told.columns)}) VALUES ({marks}) {conflict}"  # noqa: S608
        cursor = connection.connection.cursor()
        for rows in told.iter_slices(_ROWS_AT_ONCE):
            cursor.executemany(into, rows.rows())
        return
    _copy(connection, kept.name, told)


def _told(stored: pl.DataFrame) -> list[str]:
    """Name the columns that hold anything."""
    return [name for name in stored.columns if stored[name].null_count() < stored.height]


def _copy(connection: Connection, table: str, stored: pl.DataFrame) -> None:
    """Send rows to PostgreSQL in its own text form; servers before 18 may take a text within CSV for the end."""
    into = f"COPY {table} ({', '.join(stored.columns)}) FROM STDIN"
    told = pl.col(pl.String).str.replace_many(_ESCAPED)
    cursor: Any = connection.connection.cursor()
    with cursor.copy(into) as copy:
        for rows in stored.iter_slices(_ROWS_AT_ONCE):
            out = io.BytesIO()
            rows.with_columns(told).write_csv(
                out, include_header=False, separator="\t", quote_style="never", null_value="\\N"
            )
            copy.write(out.getvalue())


_ESCAPED: Final = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


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
    order = [_byte_order(kept.table.c[name], connection) for name in kept.order]
    columns = [kept.table.c[name] for name in wanted]
    query = select(*columns).where(*where)
    return read(connection, query.order_by(*order), {name: kept.types[name] for name in wanted})


def fetch_blocks(
    connection: Connection, kept: Kept, *where: ColumnElement[bool], names: Sequence[str]
) -> pl.DataFrame:
    """Read blocks as they lie in a packed table, in the order of their key."""
    table = kept.table
    order = [_byte_order(table.c[name], connection) for name in ("statement_id", FIRST)]
    schema = {name: _in_table(table.c[name]) for name in names}
    found = connection.execute(
        select(*(table.c[name] for name in names)).where(*where).order_by(*order)
    )
    return pl.concat([pl.DataFrame(schema=schema), *_frames(found.cursor, schema)])


def _unpacked(
    connection: Connection, kept: Kept, where: Sequence[ColumnElement[bool]], wanted: list[str]
) -> pl.DataFrame:
    blocks = fetch_blocks(connection, kept, *where, names=(COUNT, *wanted))
    return unpack(blocks, {name: _stored_type(kept.types[name]) for name in wanted})


def _in_table(column: ColumnElement[Any]) -> pl.DataType:
    return pl.String() if column.type.python_type is str else pl.Int64()


def read(
    connection: Connection, query: Select[Any], types: Mapping[str, pl.DataType]
) -> pl.DataFrame:
    """Read what a query selects, in stored form; `types` are those of the frame."""
    wanted = {name: _stored_type(dtype) for name, dtype in types.items()}
    total, filled = _filled(connection, query)
    schema = {name: dtype for name, dtype in wanted.items() if name in filled}
    narrow = query.with_only_columns(
        *[column for column in query.selected_columns if column.key in filled],
        maintain_column_froms=True,
    )
    # The driver's own cursor gives rows three times as fast as objects made of them.
    pieces = (
        _by_column(connection, narrow, schema, total)
        if total > _MANY
        else _frames(connection.execute(narrow).cursor, schema)
    )
    frame = pl.concat([pl.DataFrame(schema=schema), *pieces])
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


def _by_column(
    connection: Connection, query: Select[Any], schema: Mapping[str, pl.DataType], total: int
) -> Iterator[pl.DataFrame]:
    """Let the database give each column of many rows as one JSON array: no object a value is made on the way.

    Polars takes the arrays apart in a thread of its own while the database writes the next ones.
    """
    as_array = func.json_group_array if connection.dialect.name == "sqlite" else _json_agg
    with ThreadPoolExecutor(1) as aside:
        waiting = []
        for first in range(0, total, _ROWS_AS_JSON):
            rows = query.limit(_ROWS_AS_JSON).offset(first).subquery()
            told = connection.execute(select(*(as_array(rows.c[name]) for name in schema))).one()
            waiting.append(aside.submit(_from_json, tuple(told), schema))
        for piece in waiting:
            yield piece.result()


def _json_agg(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.json_agg(column), Text)


def _from_json(told: tuple[str, ...], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    arrays = pl.DataFrame([pl.Series(name, [one]) for name, one in zip(schema, told, strict=True)])
    return arrays.select(
        pl.col(name).str.json_decode(pl.List(dtype)).explode() for name, dtype in schema.items()
    )


def as_frames(kept: Kept, stored: pl.DataFrame) -> pl.DataFrame:
    """Turn rows in stored form back into the frame that they are."""
    return stored.with_columns(
        _as_frame(name, kept.types[name])
        for name in stored.columns
        if kept.types.get(name, pl.String()) != pl.String
    )


def upsert(connection: Connection, kept: Kept, frame: pl.DataFrame) -> None:
    """Put rows in the place of those with the same key, or beside them."""
    stored = stored_form(kept, frame)
    if stored.is_empty():
        return
    keys = ", ".join(kept.order)
    others = ", ".join(
        f"{name} = excluded.{name}" for name in kept.columns if name not in kept.order
    )
    conflict = f"ON CONFLICT ({keys}) DO UPDATE SET {others}"
    if connection.dialect.name == "sqlite":
        insert(connection, kept, stored, conflict)
        return
    with _beside(connection, kept, stored) as fresh:
        connection.exec_driver_sql(f"INSERT INTO {kept.name} SELECT * FROM {fresh} {conflict}")  # noqa: S608


def change(connection: Connection, kept: Kept, frame: pl.DataFrame) -> None:
    """Change some columns of rows that are there.

    Args:
        connection: an open transaction.
        kept: the table.
        frame: its key, and the columns to change.
    """
    if frame.is_empty():
        return
    others = [name for name in frame.columns if name not in kept.order]
    stored = _stored(kept, frame.select(*others, *kept.order))
    if connection.dialect.name == "sqlite":
        values = ", ".join(f"{name} = ?" for name in others)
        where = " AND ".join(f"{name} = ?" for name in kept.order)
        cursor = connection.connection.cursor()
        for rows in stored.iter_slices(_ROWS_AT_ONCE):
            cursor.executemany(f"UPDATE {kept.name} SET {values} WHERE {where}", rows.rows())  # noqa: S608
        return
    with _beside(connection, kept, stored) as fresh:
        values = ", ".join(f"{name} = {fresh}.{name}" for name in others)
        where = " AND ".join(f"{kept.name}.{name} = {fresh}.{name}" for name in kept.order)
        connection.exec_driver_sql(f"UPDATE {kept.name} SET {values} FROM {fresh} WHERE {where}")  # noqa: S608


@contextmanager
def _beside(connection: Connection, kept: Kept, stored: pl.DataFrame) -> Iterator[str]:
    """Send rows to a table beside the one that they are meant for, and name it."""
    fresh = f"fresh_{kept.name}"
    columns = ", ".join(stored.columns)
    connection.exec_driver_sql(
        f"CREATE TEMP TABLE {fresh} ON COMMIT DROP AS SELECT {columns} FROM {kept.name} WHERE false"  # noqa: S608
    )
    _copy(connection, fresh, stored)
    yield fresh
    connection.exec_driver_sql(f"DROP TABLE {fresh}")


def _frames(cursor: Any, schema: Mapping[str, pl.DataType]) -> Iterator[pl.DataFrame]:
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        yield pl.DataFrame(
            [
                pl.Series(name, values, dtype=dtype, strict=True)
                for (name, dtype), values in zip(
                    schema.items(), zip(*rows, strict=True), strict=True
                )
            ]
        )


def _stored_type(dtype: pl.DataType) -> pl.DataType:
    return pl.Int64() if dtype in (pl.Int64, pl.Boolean) else pl.String()


def _byte_order(column: ColumnElement[Any], connection: Connection) -> ColumnElement[Any]:
    """Order as Polars does, by bytes, whatever the language of the server."""
    is_text = connection.dialect.name != "sqlite" and column.type.python_type is str
    return column.collate("C") if is_text else column
