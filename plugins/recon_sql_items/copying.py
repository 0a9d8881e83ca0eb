"""The rows of PostgreSQL as the text that it writes itself: COPY, read by Polars straight into Arrow columns.

In: an open transaction of psycopg and a statement. Out: batches of columns, as the driver's values would give them.
No value becomes an object of Python, which is most of the time of reading. Only where every column that is looked for
is of a type whose text is the same either way; any other query is read by the driver's values.
Source: PostgreSQL's manual, COPY (CSV format: no quotes around a NULL, always around an empty text).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.api import Place, UnreadableItems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, TextClause

# Numbers of types in PostgreSQL's catalogue, pg_type.
_TEXTS: Final = frozenset({19, 25, 1042, 1043, 2950})  # name, text, bpchar, varchar, uuid
_NUMBERS: Final = frozenset({20, 21, 23, 1700})  # int8, int2, int4, numeric
_DAYS: Final = frozenset({1082, 1114})  # date, timestamp
COPIED_TYPES: Final = _TEXTS | _NUMBERS | _DAYS
# NaN, the infinities and years that are not of four digits have no value of the contract.
_WELL_FORMED: Final = {
    **dict.fromkeys(_NUMBERS, r"^-?\d+(\.\d+)?$"),
    **dict.fromkeys(_DAYS, r"^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?)?$"),
}


class CopiedQuery:
    """One query in an open transaction of psycopg."""

    def __init__(self, connection: Connection, clause: TextClause) -> None:
        asked = clause.compile(
            dialect=connection.dialect, compile_kwargs={"literal_binds": True}
        ).string
        # SQLAlchemy doubles percent signs, which psycopg takes for one only where there are parameters.
        self._text = asked.replace("%%", "%").strip().rstrip(";")
        # The driver's own connection: the interface of all drivers knows no COPY.
        self._connection: Any = connection.connection

    def describe(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Give the names and the types of its columns; no row is read."""
        with self._connection.cursor(name="described") as cursor:
            cursor.execute(self._text)
            names, types, *_ = zip(*cursor.description, strict=True)
        return names, types

    def batches(self, kept: dict[int, int], file: str, rows_at_once: int) -> Iterator[pl.DataFrame]:
        """Run it by COPY.

        Args:
            kept: the type of each column that is looked for, by its place; all are of `COPIED_TYPES`.
            file: what the place of an error names.
            rows_at_once: how many rows a batch has.

        Raises:
            UnreadableItems: a number is none (NaN, infinity), or a day has no year of four digits.
        """
        with self._connection.cursor() as cursor:
            cursor.execute("SET LOCAL datestyle = 'ISO, YMD'")
            # On a line of its own, the closing bracket is not part of a comment that ends the query.
            with cursor.copy(
                f"COPY ({self._text}\n) TO STDOUT (FORMAT csv, ENCODING 'UTF8')"
            ) as copy:
                rows, first = iter(copy), 1
                while batch := b"".join(islice(rows, rows_at_once)):
                    frame = _frame(batch, kept, file, first)
                    yield frame
                    first += frame.height


def _frame(batch: bytes, kept: dict[int, int], file: str, first: int) -> pl.DataFrame:
    read = pl.read_csv(batch, has_header=False, infer_schema=False, columns=list(kept))
    read.columns = [f"{at}" for at in kept]
    columns: list[pl.Expr] = []
    for at, kind in kept.items():
        value = pl.col(f"{at}")
        _refuse(read[f"{at}"], kind, file, first)
        day = value.str.slice(0, 10).str.to_date("%Y-%m-%d") if kind in _DAYS else None
        at_midnight = value.str.slice(10).is_in(["", " 00:00:00"])
        columns += [
            value,
            (value if kind in _NUMBERS else pl.lit(None, pl.String)).alias(f"{at}:number"),
            pl.when(at_midnight).then(day).cast(pl.Date).alias(f"{at}:day"),
        ]
    return read.select(columns)


def _refuse(values: pl.Series, kind: int, file: str, first: int) -> None:
    """Refuse the first value of a column that is none of the contract; `first` is the number of the first row."""
    if kind not in _WELL_FORMED:
        return
    wrong = (~values.str.contains(_WELL_FORMED[kind])).arg_true()
    if wrong.len():
        raise UnreadableItems(
            "books cannot hold this number or day",
            place=Place(file, first + wrong[0], int(values.name) + 1),
            excerpt=values[wrong[0]],
            hint="leave the row out in the query, or give the column another value there",
        )
