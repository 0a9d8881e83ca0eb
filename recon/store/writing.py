"""Write whole frames into tables. In: a connection, a table and a frame. Out: rows, in the order of their key.

Random order costs a hundred times as much.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.store.blocks import pack
from recon.store.form import in_stored_form, stored_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from recon.store.tables import Kept

_ROWS_AT_ONCE: Final = 50_000
# A block is a thousand rows: a server takes in the first ones while the next are written.
_BLOCKS_AT_ONCE: Final = 2
# A million keys joined in memory are changed in half the time; until the end of the transaction.
_ROOM_TO_JOIN: Final = "SET LOCAL work_mem = '128MB'"


def insert(connection: Connection, kept: Kept, stored: pl.DataFrame, conflict: str = "") -> None:
    """Insert rows in stored form; `conflict` says what happens to one that is there already."""
    send(connection, kept, laid_out(kept, stored), conflict)


def laid_out(kept: Kept, stored: pl.DataFrame) -> pl.DataFrame:
    """Lay rows in stored form out as the table holds them: in blocks, or without the columns that hold nothing."""
    if stored.is_empty():
        return stored
    # A column that is left out is null; binding nulls takes as long as binding values.
    return pack(stored) if kept.is_packed else stored.select(_told(stored))


def send(connection: Connection, kept: Kept, told: pl.DataFrame, conflict: str = "") -> None:
    """Insert rows that are laid out."""
    if told.is_empty():
        return
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * told.width)
        into = f"INSERT INTO {kept.name} ({', '.join(told.columns)}) VALUES ({marks}) {conflict}"  # noqa: S608
        cursor = connection.connection.cursor()
        for rows in told.iter_slices(_ROWS_AT_ONCE):
            cursor.executemany(into, rows.rows())
        return
    _copy(connection, kept.name, told, _BLOCKS_AT_ONCE if kept.is_packed else _ROWS_AT_ONCE)


def _told(stored: pl.DataFrame) -> list[str]:
    """Name the columns that hold anything."""
    return [name for name in stored.columns if stored[name].null_count() < stored.height]


def _copy(
    connection: Connection, table: str, stored: pl.DataFrame, at_once: int = _ROWS_AT_ONCE
) -> None:
    """Send rows to PostgreSQL in its own text form; servers before 18 may take a text within CSV for the end."""
    into = f"COPY {table} ({', '.join(stored.columns)}) FROM STDIN"
    told = pl.col(pl.String).str.replace_many(_ESCAPED)
    cursor: Any = connection.connection.cursor()
    with cursor.copy(into) as copy:
        for rows in stored.iter_slices(at_once):
            out = io.BytesIO()
            rows.with_columns(told).write_csv(
                out, include_header=False, separator="\t", quote_style="never", null_value="\\N"
            )
            copy.write(out.getvalue())


_ESCAPED: Final = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


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
    stored = in_stored_form(kept, frame.select(*others, *kept.order))
    if connection.dialect.name == "sqlite":
        values = ", ".join(f"{name} = ?" for name in others)
        where = " AND ".join(f"{name} = ?" for name in kept.order)
        cursor = connection.connection.cursor()
        for rows in stored.iter_slices(_ROWS_AT_ONCE):
            cursor.executemany(f"UPDATE {kept.name} SET {values} WHERE {where}", rows.rows())  # noqa: S608
        return
    with _beside(connection, kept, stored) as fresh:
        connection.exec_driver_sql(_ROOM_TO_JOIN)
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
