"""What is taken back gets an entry with the opposite amounts, and no two entries share a key."""

from __future__ import annotations

import datetime as dt

import polars as pl

from recon.apply.opposite import opposite, with_fresh_keys
from recon.frames.entries import EntryLog

DAY = dt.date(2026, 11, 2)
ENTRIES = pl.DataFrame(
    [
        {"entry_key": "k1", "posting": 1, "amount": 500, "date": dt.date(2026, 10, 1)},
        {"entry_key": "k1", "posting": 2, "amount": -500, "date": dt.date(2026, 10, 1)},
    ]
).with_columns(
    pl.lit("x").alias(name)
    for name in ("line_id", "role", "account", "currency", "description", "evidence")
)
LOG = ENTRIES.with_columns(
    item_number=pl.lit(None, pl.String),
    customer_id=pl.lit(None, pl.String),
    decision_no=pl.lit(3, pl.Int64),
    reverses=pl.lit(None, pl.String),
).select(EntryLog.column_names())


def test_an_opposite_has_the_opposite_amounts_a_day_and_a_key_of_its_own():
    back = opposite(LOG, DAY)

    assert back["amount"].to_list() == [-500, 500]
    assert back["date"].unique().to_list() == [DAY]
    assert back["reverses"].unique().to_list() == ["k1"]
    assert back["entry_key"].n_unique() == 1
    assert back["entry_key"][0] != "k1"


def test_the_opposite_of_an_entry_has_the_same_key_whenever_it_is_made():
    assert opposite(LOG, DAY)["entry_key"].to_list() == opposite(LOG, DAY)["entry_key"].to_list()


def test_an_entry_that_is_made_again_gets_another_key_each_time():
    taken = {"k1"}
    again = with_fresh_keys(ENTRIES, taken)["entry_key"].unique().to_list()
    third = with_fresh_keys(ENTRIES, taken | set(again))["entry_key"].unique().to_list()

    assert len({"k1", *again, *third}) == 3
    assert with_fresh_keys(ENTRIES, set())["entry_key"].unique().to_list() == ["k1"]
