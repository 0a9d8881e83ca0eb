"""Many rows are read by column, piece after piece: all of them, in order, whatever is asked of them."""

from __future__ import annotations

import polars as pl
import pytest
from sqlalchemy import select

from recon.errors import StoreBroken
from recon.store import reading
from recon.store.form import stored_form
from recon.store.reading import fetch, read
from recon.store.tables import FACT
from recon.store.writing import insert

KEPT = FACT["comments"]


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(reading, "_MANY", 0)
    monkeypatch.setattr(reading, "_ROWS_AS_JSON", 2)
    monkeypatch.setattr(reading, "_ROWS_BY_HASH", 2)


@pytest.fixture
def comments(store):
    """Nine comments; the owner's and the first lines' names say little of the order."""
    frame = pl.DataFrame(
        [
            {
                "seq": seq,
                "line_id": f"L{seq * 7 % 3}",
                "at": "now",
                "actor": "a",
                "owner": None if seq % 2 else "b",
                "comment": f"\\{seq}\n",
            }
            for seq in range(9, 0, -1)
        ],
        schema=KEPT.types,
    )
    with store.writing() as connection:
        insert(connection, KEPT, stored_form(KEPT, frame))
    return frame.sort("seq")


def test_rows_come_in_the_order_of_their_key_also_where_it_is_not_asked_for(store, comments):
    with store.reading() as connection:
        assert fetch(connection, KEPT).equals(comments)
        assert fetch(connection, KEPT, names=("comment", "owner")).equals(
            comments.select("comment", "owner")
        )


def test_each_different_row_comes_once(store, comments):
    line_id, owner = KEPT.table.c.line_id, KEPT.table.c.owner
    types = {name: KEPT.types[name] for name in ("owner", "line_id")}
    with store.reading() as connection:
        found = read(connection, select(owner, line_id).distinct(), types)

    assert found.sort(pl.all()).equals(comments.select(*types).unique().sort(pl.all()))


@pytest.mark.usefixtures("comments")
def test_fewer_rows_than_were_counted_are_an_error(store, monkeypatch):
    monkeypatch.setattr(reading, "_from_json", lambda told, schema: pl.DataFrame(schema=schema))
    with (
        store.reading() as connection,
        pytest.raises(StoreBroken, match="gave 0 rows of 9"),
    ):
        fetch(connection, KEPT)
