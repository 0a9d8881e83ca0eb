"""What a schema demands of a frame, worked out once a schema. In: a frame. Out: whether it is sound, or the frame.

Dataframely builds its rules anew for each frame and copies the frame with a column for each of them. Nearly all frames
are sound, so that is asked first, in one look at each column; of one that is not, dataframely says what is wrong.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar, cast

import dataframely as dy
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

S = TypeVar("S", bound=dy.Schema)

_KEY: Final = "primary_key"


class Demands(NamedTuple):
    """The columns of a schema in order with their types, and an expression a rule: true where the whole column keeps it."""

    types: pl.Schema
    rules: tuple[pl.Expr, ...]


@cache
def demands_of(schema: type[dy.Schema]) -> Demands:
    """Work out what a schema demands; each rule is named like dataframely's own."""
    types = pl.Schema({name: column.dtype for name, column in schema.columns().items()})
    return Demands(types, tuple(_rules(schema)))


def validated(frame: pl.DataFrame, schema: type[S]) -> dy.DataFrame[S]:
    """Do `schema.validate` without a cast, quickly where nothing is wrong.

    Args:
        frame: any frame; columns beyond the schema's are left out, as dataframely does.
        schema: the contract.

    Returns:
        the frame, as an object of its own that shares the data.

    Raises:
        dataframely.exc.SchemaError: a column is missing or of another type.
        dataframely.exc.ValidationError: a rule is broken.
    """
    demands = demands_of(schema)
    # No rule can be broken where there is no row.
    if is_shaped(frame, demands.types) and (
        frame.is_empty() or all(frame.select_seq(demands.rules).row(0))
    ):
        return cast("dy.DataFrame[S]", frame.clone())
    return schema.validate(frame, cast=False)


def are_sound(frame: pl.DataFrame, schema: type[dy.Schema], *, within: str) -> bool:
    """Say whether rows of many frames keep each rule of their schema; a key need be the only one of its own frame.

    Args:
        frame: the rows of all frames, of the schema's columns and types.
        schema: the contract of each.
        within: a further column that tells the frames apart.
    """
    key = [within, *schema.primary_key()]
    rules = [one for one in demands_of(schema).rules if one.meta.output_name() != _KEY]
    is_once = (pl.struct(key).n_unique() == pl.len()).alias(_KEY)
    return frame.is_empty() or all(frame.select_seq(*rules, is_once).row(0))


def is_of(frame: object, schema: type[dy.Schema]) -> bool:
    """Say whether an object is a frame with just the columns of a schema."""
    return isinstance(frame, pl.DataFrame) and is_shaped(frame, demands_of(schema).types)


def is_shaped(frame: pl.DataFrame, types: pl.Schema) -> bool:
    """Say whether a frame has these columns, in this order and of these types."""
    return frame.columns == list(types) and frame.dtypes == list(types.values())


def _rules(schema: type[dy.Schema]) -> Iterator[pl.Expr]:
    key = schema.primary_key()
    if key:
        keys = pl.struct(key) if key[1:] else pl.col(key)
        yield (keys.n_unique() == pl.len()).alias(_KEY)
    for name, column in schema.columns().items():
        values = pl.col(name)
        for rule, rows in column.validation_rules(values).items():
            holds = rows
            if rule == "regex" and not column.primary_key:
                # A pattern is dear, and the texts that have one are codes: few distinct ones, but for keys.
                holds = column.validation_rules(values.unique())[rule]
            # Null keeps every rule but the one against nulls.
            yield holds.all(ignore_nulls=True).alias(f"{name}|{rule}")
