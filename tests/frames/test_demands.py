"""The quick check of a frame and dataframely's own never differ, for any schema and any rule of it."""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil

import dataframely as dy
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import recon.frames
from recon.api import ReadLines, ReadStatements
from recon.frames.demands import demands_of, is_shaped, validated

MODULES = [
    importlib.import_module(f"recon.frames.{module.name}")
    for module in pkgutil.iter_modules(recon.frames.__path__)
]
SCHEMAS = [
    found
    for module in MODULES
    for found in vars(module).values()
    if isinstance(found, type)
    and issubclass(found, dy.Schema)
    and found.__module__ == module.__name__
]
RULES = [
    (schema, rule)
    for schema in SCHEMAS
    for rule in schema._validation_rules(with_cast=False)
    if rule != "primary_key"
]
WORDS = (
    "",
    "A",
    "EUR",
    "L" + "a" * 16,
    "L" + "a" * 15 + "b",
    "0" * 64,
    "2026-11-22T08:00:00.000000Z",
    "?",
    "booked",
    "final",
    "ok",
    "payment",
)
# The first of each list of words that a column may hold.
WORDS += tuple(
    found[0]
    for module in MODULES
    for found in vars(module).values()
    if isinstance(found, tuple) and found and isinstance(found[0], str)
)
NUMBERS = (-(10**15) - 1, -1, 0, 1, 2, 10**15, 10**15 + 1)
DAY = dt.date(2026, 1, 5)


def values(column: dy.Column) -> list[object]:
    """Give values of a column's type, sound and unsound, and null."""
    by_type = {pl.String: WORDS, pl.Int64: NUMBERS, pl.Date: (DAY,), pl.Boolean: (True, False)}
    known = by_type.get(column.dtype, ([], ["A"], [None]))
    return [*known, None]


def column_of(column: dy.Column, value: object) -> pl.Series:
    return pl.Series([value], dtype=column.dtype)


def sound(schema: type[dy.Schema]) -> pl.DataFrame:
    """Build one row that keeps every rule, by trying values column by column."""
    columns = {}
    for name, column in schema.columns().items():
        rules = column.validation_rules(pl.col("one"))
        columns[name] = next(
            made
            for value in values(column)
            for made in [column_of(column, value)]
            if not rules or all(pl.DataFrame({"one": made}).select(**rules).row(0))
        )
    return pl.DataFrame(columns)


def verdict(frame: pl.DataFrame, schema: type[dy.Schema]) -> bool:
    """Say whether dataframely's own check holds, and that ours says the same."""
    holds = schema.is_valid(frame)
    if holds:
        assert validated(frame, schema).equals(schema.validate(frame))
    else:
        with pytest.raises((dy.exc.SchemaError, dy.exc.ValidationError)):
            validated(frame, schema)
    return holds


def quick(frame: pl.DataFrame, schema: type[dy.Schema]) -> bool:
    """Say whether the quick check alone lets a frame pass."""
    demands = demands_of(schema)
    return is_shaped(frame, demands.types) and all(frame.select_seq(demands.rules).row(0))


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda one: one.__name__)
def test_every_rule_of_dataframely_is_demanded(schema):
    demanded = [rule.meta.output_name() for rule in demands_of(schema).rules]

    assert sorted(demanded) == sorted(schema._validation_rules(with_cast=False))


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda one: one.__name__)
def test_a_sound_frame_and_an_empty_one_pass_without_asking_dataframely(schema):
    frame = sound(schema)

    assert verdict(frame, schema)
    assert quick(frame, schema)
    assert verdict(frame.clear(), schema)
    assert quick(frame.clear(), schema)


@pytest.mark.parametrize(
    ("schema", "rule"), RULES, ids=[f"{schema.__name__}-{rule}" for schema, rule in RULES]
)
def test_a_frame_that_breaks_one_rule_in_one_row_is_refused(schema, rule):
    name = rule.partition("|")[0]
    column, frame = schema.columns()[name], sound(schema)
    holds = schema._validation_rules(with_cast=False)[rule].expr
    broken = next(
        made
        for value in values(column)
        for made in [frame.with_columns(column_of(column, value).alias(name))]
        if made.select(holds.all()).item() is False
    )

    assert not verdict(pl.concat([frame, broken, frame]), schema)
    assert not quick(broken, schema)


@pytest.mark.parametrize(
    "schema", [one for one in SCHEMAS if one.primary_key()], ids=lambda one: one.__name__
)
def test_a_key_that_comes_twice_is_refused(schema):
    frame = sound(schema)

    assert not verdict(pl.concat([frame, frame]), schema)
    assert not quick(pl.concat([frame, frame]), schema)


@pytest.mark.parametrize("schema", [ReadLines, ReadStatements])
def test_columns_in_another_order_are_put_in_order_and_a_wrong_type_is_refused(schema):
    frame = sound(schema)

    assert verdict(frame.select(reversed(frame.columns)), schema)
    assert not verdict(frame.with_columns(pl.col("statement_index").cast(pl.Int32)), schema)
    assert not verdict(frame.drop("statement_index"), schema)


def test_what_a_plugin_does_to_its_frame_later_reaches_no_one():
    given_away = sound(ReadLines)
    kept = validated(given_away, ReadLines)
    given_away.replace_column(0, pl.Series("statement_index", [7]))

    assert kept["statement_index"].to_list() != [7]


@given(data=st.data())
def test_any_mixture_of_values_gets_the_verdict_of_dataframely(data):
    schema = data.draw(st.sampled_from(SCHEMAS))
    height = data.draw(st.integers(0, 4))
    frame = pl.concat([sound(schema)] * height) if height else sound(schema).clear()
    for name in data.draw(st.lists(st.sampled_from(frame.columns), max_size=3, unique=True)):
        column = schema.columns()[name]
        drawn = data.draw(
            st.lists(st.sampled_from(values(column)), min_size=height, max_size=height)
        )
        frame = frame.with_columns(pl.Series(name, drawn, dtype=column.dtype))

    assert quick(frame, schema) == verdict(frame, schema)
