"""Values of a driver as columns of exact text. In: the values of one column of one batch. Out: three columns.

A column whose values are all of one common type is turned as a whole; any other, value by value, so that a value
without an exact text (a float, bytes) is refused with its place.
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from recon.api import Place, UnreadableItems

if TYPE_CHECKING:
    from collections.abc import Sequence

_MIDNIGHT: Final = dt.time()


class _Cell(NamedTuple):
    """One value: its text, the same if it is a number, and its day if it is one."""

    text: str | None
    number: str | None = None
    day: dt.date | None = None


def schema_of(kept: Sequence[int]) -> dict[str, pl.DataType]:
    """Give the columns of a table whose kept columns stand at these places, see `Table`."""
    schema: dict[str, pl.DataType] = {}
    for at in kept:
        schema |= {f"{at}": pl.String(), f"{at}:number": pl.String(), f"{at}:day": pl.Date()}
    return schema


def columns_of(values: Sequence[Any], at: int, file: str, first: int) -> list[pl.Series]:
    """Give the text, the numbers and the days of one column.

    Args:
        values: of one column, in the order of the rows.
        at: the place of the column, from 0.
        file: what the place of an error names.
        first: the number of the first row.

    Raises:
        UnreadableItems: a value has no exact text.
    """
    none = [None] * len(values)
    texts: Sequence[str | None]
    numbers: Sequence[str | None] = none
    days: Sequence[dt.date | None] = none
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {str}:
        texts = values
    elif kinds == {int}:
        texts = numbers = [None if value is None else str(value) for value in values]
    elif kinds == {dt.date}:
        texts = [None if value is None else value.isoformat() for value in values]
        days = values
    else:
        cells = [_cell(value, file, row, at) for row, value in enumerate(values, start=first)]
        texts = [cell.text for cell in cells]
        numbers = [cell.number for cell in cells]
        days = [cell.day for cell in cells]
    return [
        pl.Series(f"{at}", texts, pl.String),
        pl.Series(f"{at}:number", numbers, pl.String),
        pl.Series(f"{at}:day", days, pl.Date),
    ]


def _cell(value: Any, file: str, row: int, at: int) -> _Cell:
    if value is None or isinstance(value, (str, uuid.UUID)):
        return _Cell(None if value is None else str(value))
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and isfinite(value):
        plain = format(value, "f") if isinstance(value, Decimal) else str(value)
        return _Cell(plain, plain)
    if isinstance(value, dt.datetime):
        # A moment within a day, or in a time zone, is no due date.
        is_day = value.tzinfo is None and value.time() == _MIDNIGHT
        return _Cell(value.isoformat(sep=" "), day=value.date() if is_day else None)
    if isinstance(value, dt.date):
        return _Cell(value.isoformat(), day=value)
    raise _inexact(value, Place(file, row, at + 1))


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
