"""What a source of items does to us: it stops before anything is loaded, names what is wrong, and a person can answer."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from recon.errors import PluginFailed, UnreadableItems
from recon.frames.items import Items
from recon.plugins import Plugins
from recon.run.daily.books import load_books
from recon.store.chain import head
from recon.store.reading import fetch
from recon.store.tables import ITEM_STATES
from recon.store.verify import verify
from recon_item_file.plugin import ItemFile
from tests.run.daily.demo_desk import at_work, worked_workspace
from tests.run.quiet import Quiet


class Scripted:
    """The source that the daily run asks, with something done to what it tells."""

    name = "item-file"

    def __init__(self, change):
        self.change = change

    def fetch(self, as_of, options):
        books = ItemFile().fetch(as_of, options)
        return dataclasses.replace(books, items=self.change(books.items))


@pytest.fixture
def desk(tmp_path):
    folder = worked_workspace(tmp_path / "demo")
    # Another delivery of the same books: bytes that are new.
    extract = folder / "open_items.csv"
    extract.write_bytes(extract.read_bytes().rstrip(b"\n") + b"\r\n")
    with at_work(folder) as found:
        yield found


def load(desk, change, **may):
    return load_books(desk, Plugins.for_tests([Scripted(change)]), Quiet(), **may)


def item_states(desk):
    with desk.store.reading() as connection:
        assert not verify(connection).findings
        return fetch(connection, ITEM_STATES).sort("item_id"), head(connection).seq


def in_yen(*item_ids):
    chosen = pl.col("item_id").is_in(list(item_ids))
    return lambda items: Items.validate(
        items.with_columns(currency=pl.when(chosen).then(pl.lit("JPY")).otherwise("currency"))
    )


def item_of(desk, *, is_settled):
    """Give the id of an item with, or without, money applied here that the books have not seen."""
    states, _ = item_states(desk)
    is_wanted = (pl.col("unseen") != 0) if is_settled else (pl.col("unseen") == 0)
    return states.filter("is_in_books", is_wanted, pl.col("currency") != "JPY")["item_id"][0]


IMPOSSIBLE = {
    "shrinks": (lambda items: items.head(items.height // 3), UnreadableItems, "the one before had"),
    "doubles": (lambda items: pl.concat([items, items.head(1)]), PluginFailed, "primary_key"),
    "empty": (lambda items: items.clear(), UnreadableItems, "the extract has 0 items"),
    "euro": (lambda items: items.with_columns(currency=pl.lit("EURO")), PluginFailed, "currency"),
    "no currency": (
        lambda items: items.with_columns(currency=pl.lit("XQX")), PluginFailed, "no ISO 4217",
    ),
    "floats": (
        lambda items: items.cast({"open_amount": pl.Float64}), PluginFailed, "invalid dtype",
    ),
    "no column": (lambda items: items.drop("number"), PluginFailed, "number"),
    "no frame": (lambda items: None, PluginFailed, "it gave None, not a frame of Items"),
}  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        name if name in ("shrinks", "doubles") else pytest.param(name, marks=pytest.mark.slow)
        for name in IMPOSSIBLE
    ],
)
def test_books_that_cannot_be_true_load_nothing(desk, name):
    change, error, said = IMPOSSIBLE[name]
    before, seq = item_states(desk)
    with pytest.raises(error, match=said) as caught:
        load(desk, change)
    after, then = item_states(desk)

    assert after.equals(before)
    assert then == seq
    if error is PluginFailed:
        assert caught.value.message.startswith("tests (tests 0), fetch of item-file: ")
    else:
        assert "--may-shrink" in caught.value.hint


def test_a_person_may_say_that_the_books_did_shrink(desk):
    loaded = load(desk, lambda items: items.head(items.height // 3), may_shrink=True)

    assert loaded.changes["closed"] > 0


def test_an_item_in_another_currency_stops_the_load_until_a_person_says_that_it_is_right(desk):
    item = item_of(desk, is_settled=False)
    before, seq = item_states(desk)
    with pytest.raises(UnreadableItems, match="have another currency than before") as caught:
        load(desk, in_yen(item))

    assert "--may-change-currency" in caught.value.hint
    assert item_states(desk)[0].equals(before)
    load(desk, in_yen(item), may_change_currency=True)
    states, then = item_states(desk)
    assert states.filter(item_id=item)["currency"].to_list() == ["JPY"]
    assert then > seq


def test_an_item_that_money_was_applied_to_keeps_its_currency_whoever_asks(desk):
    item = item_of(desk, is_settled=True)
    with pytest.raises(UnreadableItems, match="another currency") as caught:
        load(desk, in_yen(item), may_change_currency=True)

    assert "take that back first" in caught.value.hint
