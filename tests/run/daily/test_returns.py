"""A receipt that comes back days after it was applied opens its items again, and its entry gets an opposite one."""

from __future__ import annotations

import datetime as dt
import shutil

import polars as pl
import pytest

from recon.cli.progress import Silent
from recon.plugins import Plugins
from recon.run.daily.desk import open_desk
from recon.run.daily.flow import run
from recon.run.daily.posting import post, would_post
from recon.store.reading import fetch
from recon.store.tables import FACT, ITEM_STATES
from recon.store.verify import verify
from tests.architecture.project import ROOT

DEMO = ROOT / "fixtures" / "demo"
RETURNED = "RE-2026-0450"
OPEN_AT_FIRST = 51_280
PAYER = "?30BYLADEM1001?31DE02120300000000202051?32BAECKEREI MUELLER"
# The first day the direct debit comes in, the second day the bank gives it back.
FIRST = f"""\
:20:A
:25:DE89370400440532013000
:28C:1/1
:60F:C261012EUR0,00
:61:2610131013C512,80NDDTNONREF//1014
:86:171?00LASTSCHRIFT?20EREF+DD-0450?21SVWZ+RE-2026-0450{PAYER}
:62F:C261013EUR512,80
"""
SECOND = f"""\
:20:B
:25:DE89370400440532013000
:28C:2/1
:60F:C261013EUR512,80
:61:2610141014D512,80NRTINONREF//1015
:86:109?00RUECKLASTSCHRIFT?20EREF+DD-0450?21SVWZ+RE-2026-0450{PAYER}
:62F:C261014EUR0,00
"""


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "inbox").mkdir()
    for name in ("open_items.csv", "customers.csv", "accounts.csv"):
        shutil.copy(DEMO / name, tmp_path / name)
    (tmp_path / "recon.toml").write_text(
        'customers = "customers.csv"\naccounts = "accounts.csv"\n', encoding="utf-8"
    )
    return tmp_path


def run_with(workspace, statement, day):
    (workspace / "inbox" / f"{day}.sta").write_text(statement, encoding="utf-8")
    with open_desk(workspace, "anna") as desk:
        return run(desk, Plugins.discover(), Silent(), day)


def read(workspace, kept):
    with open_desk(workspace, "anna") as desk, desk.store.reading() as connection:
        return fetch(connection, kept)


def state_of_the_item(workspace):
    return read(workspace, ITEM_STATES).filter(pl.col("number") == RETURNED).row(0, named=True)


def test_a_return_of_a_later_day_opens_what_its_receipt_had_settled(workspace):
    run_with(workspace, FIRST, dt.date(2026, 10, 12))
    settled = state_of_the_item(workspace)
    run_with(workspace, SECOND, dt.date(2026, 10, 14))
    opened = state_of_the_item(workspace)
    decisions = read(workspace, FACT["decisions"])
    last = decisions.filter(pl.col("reason") == "returned_later").row(0, named=True)
    undone = decisions.filter(pl.col("decision_no") == last["undoes"]).row(0, named=True)

    assert (settled["open_amount"], settled["unseen"]) == (0, OPEN_AT_FIRST)
    assert (opened["open_amount"], opened["unseen"]) == (OPEN_AT_FIRST, 0)
    assert undone["fate"] == "applied"
    assert undone["line_id"] == last["line_id"]
    with open_desk(workspace, "anna") as desk, desk.store.reading() as connection:
        assert verify(connection).findings == ()


def test_its_entry_gets_an_opposite_only_where_a_ledger_was_to_have_it(workspace):
    run_with(workspace, FIRST, dt.date(2026, 10, 12))
    with open_desk(workspace, "anna") as desk:
        first = post(desk, "beancount", Plugins.discover(), Silent())
    run_with(workspace, SECOND, dt.date(2026, 10, 14))
    with open_desk(workspace, "anna") as desk:
        to_ledger = would_post(desk, "beancount").filter(pl.col("reverses").is_not_null())
        to_nobody = would_post(desk, "hledger").filter(pl.col("reverses").is_not_null())

    assert first.is_complete
    assert to_ledger["entry_key"].n_unique() == 1
    assert to_ledger.filter(pl.col("role") == "cash")["amount"].to_list() == [-OPEN_AT_FIRST]
    assert to_nobody.is_empty()
