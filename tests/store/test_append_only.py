"""The database itself refuses to change or remove what was recorded, on every table of facts."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from recon.errors import StoreBroken
from recon.store.tables import EVENTS, FACTS

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

TABLES = [kept.name for kept in (EVENTS, *FACTS)]


def refused(connection, statement):
    inner = connection.begin_nested()
    with pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))
    inner.rollback()


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_changed_removed_or_replaced(whole, table):
    column = next(kept for kept in (EVENTS, *FACTS) if kept.name == table).columns[-1]

    assert whole.scalar(text(f"SELECT count(*) FROM {table}")) > 0
    refused(whole, f"UPDATE {table} SET {column} = {column}")
    refused(whole, f"DELETE FROM {table}")
    if whole.dialect.name == "sqlite":
        refused(whole, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
    else:
        refused(whole, f"TRUNCATE {table}")


def insert_and_delete(store):
    insert = "INSERT INTO own_accounts (seq, account, currency) VALUES (1, 'A', 'EUR')"
    with store.writing() as connection:
        connection.execute(text(insert))
        connection.execute(text("DELETE FROM own_accounts"))


def test_the_refusal_is_told_in_words(store):
    with pytest.raises(StoreBroken, match="append-only") as caught:
        insert_and_delete(store)

    assert "another event follows" in caught.value.hint
