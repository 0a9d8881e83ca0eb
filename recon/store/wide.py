"""Lines in full: the delivery that is shown of each, with its state. In: line states. Out: Lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
from sqlalchemy import select, tuple_

from recon.frames.demands import validated
from recon.frames.lines import Lines
from recon.store.bulk import as_frames, fetch, read
from recon.store.tables import FACT, LINE_STATES

if TYPE_CHECKING:
    import dataframely as dy
    from sqlalchemy import ColumnElement, Connection

_OF_STATE: Final = ("line_id", "account", "occurrence", "copies", "is_held")


def wide_lines(connection: Connection, states: pl.DataFrame) -> dy.DataFrame[Lines]:
    """Give the lines of these states, sorted by line: a few by name, many by reading all deliveries of their statements."""
    key = ("statement_id", "record")
    told = _deliveries(connection, states.select(key))
    return _lines(connection, states.select(*key, *_OF_STATE).join(told, on=key))


def _deliveries(connection: Connection, keys: pl.DataFrame) -> pl.DataFrame:
    """Read what was delivered under these keys; never by `line_states`, which know only what stands now."""
    kept = FACT["deliveries"]
    table = kept.table
    if keys.height > _FEW:
        ids = keys["statement_id"].unique().to_list()
        return fetch(
            connection, kept, *([table.c.statement_id.in_(ids)] if len(ids) <= _AT_ONCE else [])
        )
    pair = tuple_(table.c.statement_id, table.c.record)
    ordered = sorted(keys.rows())
    pieces = [ordered[at : at + _AT_ONCE] for at in range(0, len(ordered), _AT_ONCE)]
    none = pl.DataFrame(schema=kept.types)
    return pl.concat([none, *(fetch(connection, kept, pair.in_(piece)) for piece in pieces)])


def lines_by_id(connection: Connection, line_ids: set[str]) -> dy.DataFrame[Lines]:
    """Give lines by their ids."""
    key = LINE_STATES.table.c.line_id
    ordered = sorted(line_ids)
    pieces = [ordered[at : at + _AT_ONCE] for at in range(0, len(ordered), _AT_ONCE)]
    found = [lines_where(connection, key.in_(piece)) for piece in pieces]
    return validated(pl.concat([Lines.create_empty(), *found]).sort("line_id"), Lines)


def lines_where(connection: Connection, *where: ColumnElement[bool]) -> dy.DataFrame[Lines]:
    """Give the lines that keep to conditions on `line_states` and `deliveries`, found by the database itself."""
    deliveries, states = FACT["deliveries"].table, LINE_STATES.table
    types = {
        **{name: FACT["deliveries"].types[name] for name in FACT["deliveries"].types},
        **{name: LINE_STATES.types[name] for name in _OF_STATE},
    }
    columns = [states.c[name] if name in _OF_STATE else deliveries.c[name] for name in types]
    joined = states.join(
        deliveries,
        (deliveries.c.statement_id == states.c.statement_id)
        & (deliveries.c.record == states.c.record),
    )
    query = select(*columns).select_from(joined).where(*where)
    stored = read(connection, query, types)
    return _lines(connection, as_frames(FACT["deliveries"], stored))


def _lines(connection: Connection, told: pl.DataFrame) -> dy.DataFrame[Lines]:
    statements = fetch(connection, FACT["statements"], names=("statement_id", "file"))
    named = told.join(statements, on="statement_id", how="left")
    return validated(
        named.with_columns(pl.col("is_held").cast(pl.Boolean))
        .select(Lines.column_names())
        .sort("line_id"),
        Lines,
    )


_AT_ONCE: Final = 500
# From here on reading whole statements is quicker than naming lines.
_FEW: Final = 5_000
