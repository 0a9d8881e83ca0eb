"""PostgreSQL's rows by COPY: the same table as by the driver's values, for whatever the database holds."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from recon.api import UnreadableItems
from recon_sql_items import query
from recon_sql_items.database import open_database, reading
from recon_sql_items.query import Query, read_query
from tests.stores import fresh_url

HEADERS = {"name", "amount", "whole", "day", "moment"}
DAYS = st.dates(dt.date(1000, 1, 1), dt.date(9999, 12, 31))
ROWS = st.lists(
    st.tuples(
        st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12),
        st.none() | st.decimals(-(10**12), 10**12, places=3),
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | DAYS,
        st.none() | st.datetimes(dt.datetime(1000, 1, 1), dt.datetime(9999, 12, 31)),  # noqa: DTZ001
    ),
    max_size=7,
)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with fresh_url("postgresql", tmp_path_factory.mktemp("books")) as url:
        yield url


def write(url, statement, rows=()):
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text(statement), *([rows] if rows else []))
    engine.dispose()


def read(url, statement, wanted=HEADERS):
    with reading(open_database(url, None)) as connection:
        return read_query(connection, Query("items", statement, None), wanted).cells


def read_by_values(url, statement, monkeypatch, wanted=HEADERS):
    with monkeypatch.context() as patch:
        patch.setattr(query, "COPIED_TYPES", frozenset())
        return read(url, statement, wanted)


@given(ROWS)
@example([('a "quoted"; text,\nof two lines\\.', Decimal("1.100"), 0, None, None)])
@example([("", None, None, None, None), (" \t", None, None, None, dt.datetime(2026, 3, 1))])  # noqa: DTZ001
@example([(r"\.", None, None, None, None), ("NULL", None, None, None, None)])
@settings(max_examples=60, deadline=None)
def test_both_ways_give_the_same_table(url, rows):
    write(url, "DROP TABLE IF EXISTS t")
    write(
        url,
        "CREATE TABLE t (at INT, name TEXT, amount NUMERIC, whole BIGINT, day DATE, moment TIMESTAMP)",
    )
    named = [dict(zip("nabdm", row, strict=True), at=at) for at, row in enumerate(rows)]
    if named:
        write(url, "INSERT INTO t VALUES (:at, :n, :a, :b, :d, :m)", named)
    asked = "SELECT * FROM t ORDER BY at"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(query, "_ROWS_AT_ONCE", 3)
        copied, by_values = read(url, asked), read_by_values(url, asked, patch)

    # A moment's text differs in the zeros at the end of its fraction alone, and it is shown in errors only.
    def without_zeros(cells):
        last = f"{len(cells.columns) // 3}"
        return cells.with_columns(cells[last].str.replace(r"(\.\d*?)0+$", "${1}"))

    assert without_zeros(copied).equals(without_zeros(by_values))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("'NaN'::numeric AS amount", "NaN"),
        ("'-Infinity'::numeric AS amount", "-Infinity"),
        ("'infinity'::date AS day", "infinity"),
        ("'0044-03-15 BC'::date AS day", "0044-03-15 BC"),
        ("'12026-01-01'::timestamp AS moment", "12026-01-01 00:00:00"),
    ],
)
def test_what_books_cannot_hold_is_refused_with_its_place(url, value, shown):
    with pytest.raises(UnreadableItems) as caught:
        read(url, f"SELECT 'x' AS name, {value}")

    assert (str(caught.value.place), caught.value.excerpt) == ("query items:1:2", shown)


def test_the_place_counts_over_batches(url, monkeypatch):
    monkeypatch.setattr(query, "_ROWS_AT_ONCE", 2)
    asked = "SELECT CASE WHEN n = 4 THEN 'NaN'::numeric ELSE n END AS amount FROM generate_series(1, 9) AS n"
    with pytest.raises(UnreadableItems) as caught:
        read(url, asked)

    assert str(caught.value.place) == "query items:4:1"


@pytest.mark.parametrize(
    "value", ["'EUR'::currency", "TRUE::text::varchar", "'{}'::jsonb ->> 'x'", "'2 EUR'::char(9)"]
)
def test_types_of_ones_own_are_read_by_values_or_alike(url, value, monkeypatch):
    write(
        url,
        "DO $$ BEGIN CREATE TYPE currency AS ENUM ('EUR'); EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    )
    asked = f"SELECT {value} AS name, 1 AS amount"

    assert read(url, asked).equals(read_by_values(url, asked, monkeypatch))


@pytest.mark.parametrize(
    "tail",
    [";", " ; \n", " -- the newest", "\n-- a;b\n;", " WHERE 5 % 3 = 2", " WHERE 'a%' LIKE 'a\\:%'"],
)
def test_whatever_ends_a_query(url, tail, monkeypatch):
    asked = f"SELECT 1 AS amount, 2 AS amount{tail}"

    assert read(url, asked).equals(read_by_values(url, asked, monkeypatch))


def test_the_day_goes_into_the_query(url):
    asked = Query(
        "items", "SELECT 1 AS whole WHERE DATE '2026-03-01' = :as_of", dt.date(2026, 3, 1)
    )
    with reading(open_database(url, None)) as connection:
        assert read_query(connection, asked, HEADERS).cells.height == 1


def test_the_style_of_dates_of_the_server_does_not_matter(url):
    name = make_url(url).database
    write(url, f"ALTER DATABASE \"{name}\" SET datestyle = 'German'")
    cells = read(url, "SELECT DATE '2026-03-01' AS day")

    assert cells.row(0) == ("2026-03-01", None, dt.date(2026, 3, 1))
