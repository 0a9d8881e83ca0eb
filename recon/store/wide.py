"""Lines in full: the delivery that is shown of each, with its state. In: line states. Out: Lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
from sqlalchemy import tuple_

from recon.frames.demands import validated
from recon.frames.lines import Lines
from recon.store.blocks import FIRST, LAST
from recon.store.projections import by_column, by_keys
from recon.store.reading import fetch, fetch_blocks, pieces
from recon.store.tables import FACT, LINE_STATES

if TYPE_CHECKING:
    import dataframely as dy
    from sqlalchemy import Connection

_KEY: Final = ("statement_id", "record")
_OF_STATEMENT: Final = ("file", "account")
_OF_STATE: Final = ("line_id", "occurrence", "copies", "is_held")


def wide_lines(connection: Connection, states: pl.DataFrame) -> dy.DataFrame[Lines]:
    """Give the lines of these states, sorted by line: a few by name, many by reading all deliveries of their statements."""
    told = _deliveries(connection, states.select(_KEY))
    names = fetch(connection, FACT["statements"], names=("statement_id", *_OF_STATEMENT))
    # What is joined and sorted is narrow, by whole numbers; the wide columns are put in order once.
    statements = pl.Enum(names["statement_id"].sort())
    number = pl.col("statement_id").cast(statements).to_physical().cast(pl.Int64)
    key = number * _RECORDS + pl.col("record")
    narrow = (
        states.select("statement_id", *_OF_STATE, key=key)
        .join(told.select(key=key).with_row_index("at"), on="key", maintain_order="left")
        .join(names, on="statement_id", how="left")
        .sort("line_id")
    )
    lines = told[narrow["at"]].hstack(narrow.select(*_OF_STATEMENT, *_OF_STATE))
    return validated(lines.select(Lines.column_names()), Lines)


def _deliveries(connection: Connection, keys: pl.DataFrame) -> pl.DataFrame:
    """Read what was delivered under these keys and beside them; never by what stands now in `line_states`."""
    kept = FACT["deliveries"]
    statement = kept.table.c.statement_id
    if keys.height > _FEW:
        ids = keys["statement_id"].unique().to_list()
        return fetch(connection, kept, *([statement.in_(ids)] if len(ids) <= _NAMED else []))
    found = (
        fetch(connection, kept, tuple_(statement, kept.table.c[FIRST]).in_(some))
        for some in pieces(_blocks_of(connection, keys))
    )
    return pl.concat([pl.DataFrame(schema=kept.types), *found])


def _blocks_of(connection: Connection, keys: pl.DataFrame) -> list[tuple[str, int]]:
    """Name the blocks in which a few deliveries lie."""
    kept = FACT["deliveries"]
    statement = kept.table.c.statement_id
    bounds = [
        fetch_blocks(connection, kept, statement.in_(some), names=("statement_id", FIRST, LAST))
        for some in pieces(set(keys["statement_id"]))
    ]
    if not bounds:
        return []
    inside = pl.col("record").is_between(pl.col(FIRST), pl.col(LAST))
    wanted = pl.concat(bounds).join(keys, on="statement_id").filter(inside)
    return wanted.select("statement_id", FIRST).unique().rows()


def lines_by_id(connection: Connection, line_ids: set[str]) -> dy.DataFrame[Lines]:
    """Give lines by their ids."""
    return wide_lines(connection, by_keys(connection, LINE_STATES, line_ids))


def lines_of_amounts(
    connection: Connection, states: pl.DataFrame, amounts: pl.Series
) -> dy.DataFrame[Lines]:
    """Give those lines of these states whose amount is one of these, in minor units."""
    ids = set(states["statement_id"])
    names = (*_KEY, "amount")
    told = by_column(connection, FACT["deliveries"], "statement_id", ids, names)
    wanted = told.filter(pl.col("amount").is_in(amounts.implode()))
    return wide_lines(connection, states.join(wanted, on=_KEY, how="semi"))


# No file has so many entries.
_RECORDS: Final = 1 << 32
# From here on reading whole statements is quicker than naming lines.
_FEW: Final = 5_000
# From here on reading all of them is quicker than naming statements.
_NAMED: Final = 500
