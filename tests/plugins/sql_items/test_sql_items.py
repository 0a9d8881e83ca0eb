"""Open items from a database, on both engines: exact, in one moment, without a write, or an error with its place."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

import recon_sql_items.plugin
from recon.api import ConfigurationError, ItemSource, UnreadableItems, sqlite_library
from recon.run.extract import extract_files
from recon.testing import SourceConformance
from recon_item_file.plugin import ItemFile
from recon_sql_items import query
from recon_sql_items.database import open_database, reading
from tests.stores import ENGINES, fresh_url

(SOURCE,) = recon_sql_items.plugin.recon_register_sources()
ITEMS = "SELECT * FROM invoices"
CUSTOMERS = "SELECT code AS customer_id, name, iban FROM partners"
TABLES = (
    """CREATE TABLE invoices (item_id TEXT, number TEXT, customer_id TEXT, currency TEXT,
    open_amount NUMERIC(18, 3), due_date DATE, weight DOUBLE PRECISION)""",
    "CREATE TABLE partners (code TEXT, name TEXT, iban TEXT)",
)
ROWS = (
    """INSERT INTO invoices VALUES
    ('1', '0014', 'C1', 'EUR', 100, '2026-03-01', 0.1),
    ('2', '1814', 'C1', 'JPY', 1200, NULL, 0.2),
    ('3', 'CN-7', 'C1', 'KWD', -7, '2026-02-28', NULL)""",
    "INSERT INTO partners VALUES ('C1', 'Zoë & Co', 'DE89 3704 0044 0532 0130 00')",
)


def run(url, *statements):
    """Let the books' own program write."""
    if url.startswith("sqlite"):
        engine = create_engine(url, module=sqlite_library())
    else:
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def books_at(engine, folder):
    """Give the URL of books with three items and a customer."""
    if engine == "sqlite":
        url = f"sqlite:///{folder / 'books.db'}"
        run(url, *TABLES, *ROWS)
        yield url
        return
    with fresh_url(engine, folder) as url:
        run(url, *TABLES, *ROWS)
        yield url


@pytest.fixture(scope="module", params=ENGINES)
def url(request, tmp_path_factory):
    yield from books_at(request.param, tmp_path_factory.mktemp("books"))


@pytest.fixture
def own_url(tmp_path):
    yield from books_at("sqlite", tmp_path)


def fetch(url, as_of=None, **options):
    return SOURCE.fetch(as_of, {"url": url, "items": ITEMS, **options})


def wrong(url, **options):
    with pytest.raises(UnreadableItems) as caught:
        fetch(url, **options)
    return caught.value


class TestItKeepsTheRulesOfASource(SourceConformance):
    source = SOURCE
    broken: ClassVar = {"url": "sqlite:///no_such_file.db", "items": ITEMS}

    @pytest.fixture(autouse=True)
    def _books(self, own_url):
        type(self).options = {"url": own_url, "items": ITEMS, "customers": CUSTOMERS}


def test_it_keeps_the_protocol():
    assert isinstance(SOURCE, ItemSource)


def test_values_come_out_exactly_in_minor_units(url):
    books = fetch(url, customers=CUSTOMERS)

    assert books.items["open_amount"].to_list() == [10_000, 1_200, -7_000]
    assert books.items["number"].to_list() == ["0014", "1814", "CN-7"]
    assert books.items["kind"].to_list() == ["invoice", "invoice", "credit_note"]
    assert books.items["due_date"].to_list() == [dt.date(2026, 3, 1), None, dt.date(2026, 2, 28)]
    assert books.parties["accounts"].to_list() == [["DE89370400440532013000"]]
    assert books.parties["name"].to_list() == ["Zoë & Co"]


def test_whole_numbers_are_minor_units_where_the_options_say_so(url):
    whole = (
        "SELECT item_id, number, currency, CAST(open_amount AS BIGINT) AS open_amount FROM invoices"
    )
    books = fetch(url, items=whole, amounts="minor_units")

    assert books.items["open_amount"].to_list() == [100, 1_200, -7]


def test_a_decimal_point_is_no_amount_in_minor_units(url):
    asked = "SELECT item_id, number, currency, '100.00' AS open_amount FROM invoices"
    error = wrong(url, items=asked, amounts="minor_units")

    assert str(error.place) == "query items:1:4"
    assert "minor_units" in error.hint


def test_a_float_is_refused_with_its_place_where_it_is_looked_for(url):
    # Nobody looks for the weight, so it may be what it likes.
    assert fetch(url).items.height == 3
    error = wrong(url, item_columns={"discount_amount": "weight"})

    assert str(error.place) == "query items:1:7"
    assert error.excerpt == "0.1"


def test_more_decimals_than_the_currency_has_are_no_amount(url):
    error = wrong(
        url,
        items=f"{ITEMS} WHERE item_id = '1'".replace(
            "*", "item_id, number, currency, '1.001' AS open_amount"
        ),
    )

    assert "more than 2 decimals" in error.message


def test_columns_are_found_by_the_map_in_any_case(url):
    asked = "SELECT item_id AS Id, number AS Belegnummer, open_amount, 'EUR' AS Waehrung FROM invoices WHERE currency = 'EUR'"
    books = fetch(
        url,
        items=asked,
        item_columns={"item_id": "ID", "number": "belegnummer", "currency": "Waehrung"},
    )

    assert books.items.rows_by_key("item_id", unique=True)["1"][1] == "0014"


def test_one_currency_may_stand_in_the_options(url):
    asked = "SELECT item_id, number, open_amount FROM invoices WHERE item_id = '2'"

    assert fetch(url, items=asked, default_currency="JPY").items["open_amount"].to_list() == [1_200]
    assert "'currency'" in wrong(url, items=asked).message


def test_the_day_is_a_parameter_of_the_query(url):
    asked = f"{ITEMS} WHERE CAST(:as_of AS DATE) IS NULL OR due_date >= :as_of"

    assert fetch(url, items=asked).items.height == 3
    assert fetch(url, dt.date(2026, 3, 1), items=asked).items["item_id"].to_list() == ["1"]


def test_another_parameter_is_refused_by_name(url):
    with pytest.raises(ConfigurationError, match=":since"):
        fetch(url, items=f"{ITEMS} WHERE due_date > :since")


@pytest.mark.parametrize(
    "statement", ["DELETE FROM invoices", "DELETE FROM invoices RETURNING *", "DROP TABLE partners"]
)
def test_nothing_can_be_written(url, statement):
    error = wrong(url, items=statement)

    assert "'items'" in error.message
    assert fetch(url, customers=CUSTOMERS).items.height == 3


@pytest.mark.parametrize("engine", ENGINES)
def test_the_transaction_itself_is_for_reading(engine, tmp_path):
    for url in books_at(engine, tmp_path):
        told = pytest.raises(DBAPIError, match=r"read.?only")
        with reading(open_database(url, None)) as connection, told:
            connection.execute(text("DELETE FROM invoices"))


def test_a_failing_query_is_named_with_what_the_database_says(url):
    error = wrong(url, customers="SELECT nothing FROM partners")

    assert "'customers'" in error.message
    assert "nothing" in error.message


def test_a_number_that_is_there_twice_stops_the_whole(url):
    error = wrong(url, items=f"{ITEMS} UNION ALL {ITEMS}")

    assert "3 cells are wrong" in error.message
    assert str(error.place) == "query items:4:1"


def test_rows_of_several_batches_are_all_there_and_places_count_on(url, monkeypatch):
    monkeypatch.setattr(query, "_ROWS_AT_ONCE", 2)
    assert fetch(url).items["item_id"].to_list() == ["1", "2", "3"]

    broken = "CASE WHEN item_id = '3' THEN 'x' ELSE '1' END AS open_amount"
    asked = f"SELECT item_id, number, currency, {broken} FROM invoices ORDER BY item_id"

    assert str(wrong(url, items=asked).place) == "query items:3:4"


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    error = wrong(f"sqlite:///{tmp_path / 'no.db'}")

    assert "no.db" in error.message
    assert not list(tmp_path.iterdir())


def test_no_message_shows_the_password(monkeypatch):
    monkeypatch.setenv("BOOKS", "postgresql://me:hush@127.0.0.1:1/books")
    with pytest.raises(UnreadableItems) as caught:
        SOURCE.fetch(None, {"url_env": "BOOKS", "items": ITEMS})

    assert "cannot be reached" in caught.value.message
    assert "hush" not in caught.value.render()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "nonsense"}, "cannot be opened"),
        ({"url": ""}, "url_env"),
        ({"default_currency": "EURO"}, "EURO"),
        ({"amounts": "cents"}, "cents"),
        ({"item_columns": {"weight": "w"}}, "weight"),
    ],
)
def test_a_wrong_option_is_a_matter_of_configuration(own_url, options, said):
    with pytest.raises(ConfigurationError) as caught:
        fetch(**{"url": own_url, **options})

    assert said in caught.value.message


def test_sqlite_keeps_fractions_of_numeric_as_floats_and_they_are_refused(own_url):
    run(own_url, "UPDATE invoices SET open_amount = 100.5 WHERE item_id = '2'")
    error = wrong(own_url)

    assert str(error.place) == "query items:2:5"
    assert "minor_units" in error.hint


@given(st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=8))
@settings(max_examples=8, deadline=None)
def test_amounts_are_read_as_they_were_written(tmp_path_factory, amounts):
    url = f"sqlite:///{tmp_path_factory.mktemp('one') / 'b.db'}"
    values = ", ".join(
        f"('{at}', 'N{at}', 'EUR', '{Decimal(one).scaleb(-2)}')" for at, one in enumerate(amounts)
    )
    run(
        url,
        "CREATE TABLE i (item_id, number, currency, open_amount)",
        f"INSERT INTO i VALUES {values}",
    )

    assert fetch(url, items="SELECT * FROM i").items["open_amount"].to_list() == amounts


def test_an_extract_reads_back_as_the_same_books(url, tmp_path):
    books = fetch(
        url, customers=CUSTOMERS, closed="SELECT number, currency, 5 AS amount FROM invoices"
    )
    files = extract_files(books)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    names = {"items": "open_items", "customers": "customers", "closed": "closed_items"}
    again = ItemFile().fetch(None, {k: str(tmp_path / f"{v}.csv") for k, v in names.items()})

    assert sorted(files) == ["closed_items.csv", "customers.csv", "open_items.csv"]
    assert again.items.equals(books.items.sort("item_id"))
    assert again.parties.equals(books.parties)
    assert again.closed.equals(books.closed.sort("number"))
