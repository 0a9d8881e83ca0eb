"""Hypothesis strategies for frames of the contracts, made from the schemas: limits, forms, keys and nulls.

In: a schema. Out: strategies of validated frames. Needs Hypothesis, which the engine does not.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, TypeVar

import dataframely as dy
import polars as pl

from recon.frames.items import Items
from recon.frames.lines import Lines
from recon.frames.words import Word
from recon.money import AMOUNT_LIMIT

try:
    from hypothesis import strategies as st
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "recon.testing.strategies needs Hypothesis: pip install hypothesis"
    ) from error

if TYPE_CHECKING:
    from collections.abc import Mapping

S = TypeVar("S", bound=dy.Schema)

# Currencies with no, two and three decimals.
CURRENCIES: Final = ("EUR", "JPY", "KWD", "USD")
_FIRST_DAY: Final = dt.date(2020, 1, 1)
_LAST_DAY: Final = dt.date(2030, 12, 31)
_MOST_ROWS: Final = 8


def lines(max_size: int = _MOST_ROWS) -> st.SearchStrategy[dy.DataFrame[Lines]]:
    """Make distinct lines of a run."""
    return frames(Lines, {"currency": st.sampled_from(CURRENCIES)}, max_size)


def items(max_size: int = _MOST_ROWS) -> st.SearchStrategy[dy.DataFrame[Items]]:
    """Make open items."""
    return frames(Items, {"currency": st.sampled_from(CURRENCIES)}, max_size)


def frames(
    schema: type[S],
    columns: Mapping[str, st.SearchStrategy[Any]] | None = None,
    max_size: int = _MOST_ROWS,
    min_size: int = 0,
) -> st.SearchStrategy[dy.DataFrame[S]]:
    """Make validated frames of a schema.

    Args:
        schema: the contract.
        columns: strategies for columns whose rule is a function, or whose values the caller chooses.
        max_size: the most rows of a frame.
        min_size: the fewest rows of a frame.
    """
    own = dict(columns or {})
    made = {
        name: own[name] if name in own else values(column)
        for name, column in schema.columns().items()
    }
    keys = schema.primary_key()
    rows = st.lists(
        st.fixed_dictionaries(made),
        min_size=min_size,
        max_size=max_size,
        unique_by=(lambda row: tuple(row[key] for key in keys)) if keys else None,
    )
    polars_schema = schema.create_empty().schema
    return rows.map(lambda found: schema.validate(pl.DataFrame(found, schema=polars_schema)))


def values(column: Any) -> st.SearchStrategy[Any]:
    """Make values of one column by its type, limits and form."""
    made = _values(column)
    return st.none() | made if column.nullable else made


def _values(column: Any) -> st.SearchStrategy[Any]:
    if isinstance(column, dy.Int64):
        least = column.min if column.min is not None else -AMOUNT_LIMIT
        most = column.max if column.max is not None else AMOUNT_LIMIT
        return st.integers(least, most)
    if isinstance(column, dy.String):
        return _texts(column)
    if isinstance(column, dy.Date):
        return st.dates(_FIRST_DAY, _LAST_DAY)
    if isinstance(column, dy.Bool):
        return st.booleans()
    if isinstance(column, dy.List):
        return st.lists(_values(column.inner), max_size=3)
    raise TypeError(f"no strategy for a column of type {type(column).__name__}")


def _texts(column: dy.String) -> st.SearchStrategy[str]:
    if isinstance(column, Word):
        return st.sampled_from(column.words)
    if column.regex:
        return st.from_regex(column.regex, fullmatch=True).map(str.strip)
    return st.text(_PRINTABLE, min_size=column.min_length or 0, max_size=20)


# Any letter of any script, and the marks that break careless writers of text.
_PRINTABLE: Final = st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from(
    "\n\t\"';,|=+-@"
)
