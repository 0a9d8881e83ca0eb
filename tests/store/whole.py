"""A store that has rows in every table: two days of a small bank, matched, and everything else that can be recorded.

In: a folder and the URL of an empty store. Out: a workspace whose store verifies clean.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from recon.plugins import Plugins
from recon.run.daily.desk import open_desk
from recon.run.daily.flow import run
from recon.store.projections import catch_up
from recon.store.reading import fetch
from recon.store.tables import FACT, FACTS
from tests.faults.bank import Bank, make_workspace, put
from tests.run.quiet import Quiet

AT = "2026-02-01T09:00:00.000000Z"
NOW = dt.datetime(2026, 2, 1, 9, tzinfo=dt.UTC)


class Clock:
    """A clock that goes on a second each time that it is looked at; a test may set it anywhere."""

    def __init__(self, now=NOW):
        self.at = now

    def now(self):
        self.at += dt.timedelta(seconds=1)
        return self.at


def run_day(folder, clock=None, as_of=None, plugins=None, actor="anna"):
    """Do the daily job of a workspace in this process."""
    with open_desk(folder, actor, clock or Clock()) as desk:
        return run(desk, plugins or Plugins.discover(), Quiet(), as_of)


def make_whole(folder, url):
    """Fill a store; gives the folder of its workspace."""
    workspace = make_workspace(folder, url, EXTRA)
    (workspace / "accounts.csv").write_text("account,currency\nDE00OURS,EUR\n", "utf-8")
    bank = Bank(3)
    for _ in range(2):
        put(workspace / "inbox", *bank.next_day())
        put(workspace, "open_items.csv", bank.items)
        run_day(workspace)
    put(workspace / "inbox", "broken.sta", b":20:X\n:25:DE89\n:28C:1/1\n:60F:C2601")
    run_day(workspace)
    with open_desk(workspace, "anna", Clock()) as desk, desk.store.writing() as connection:
        for kind, rows in _further(connection).items():
            desk.record(connection, kind, {}, rows)
        catch_up(connection)
    return workspace


EXTRA = 'open_items = "open_items.csv"\ncustomers = "customers.csv"\naccounts = "accounts.csv"\n'


def _further(connection):
    """Give rows of the tables that no run fills, each by the kind of the event that brings them."""
    decisions = fetch(connection, FACT["decisions"])
    line = fetch(connection, FACT["deliveries"]).row(0, named=True)
    first, last = decisions.row(0, named=True), decisions["decision_no"].max()
    decided = {
        **first,
        "decision_no": last + 1,
        "fate": "unmatched",
        "reason": "rejected_by_person",
    }
    refused = {"line_id": first["line_id"], "item_number": "RE-1", "decision_no": last + 1}
    reject = {"place": 1, "file": "a.sta", "record": 1, "code": "amount", "reason": "no amount"}
    difference = {"item_id": "X", "number": "X", "currency": "EUR", "kind": "settled_in_books_only"}
    approval = {"decision_no": 1, "is_granted": True, "approver": "berta", "at": AT}
    comment = {"line_id": first["line_id"], "at": AT, "actor": "anna", "owner": "carl"}
    period = {"closed_until": dt.date(2025, 12, 31), "is_closed": True, "at": AT, "actor": "dora"}
    release = {"statement_id": line["statement_id"], "actor": "berta", "reason": "looked at"}
    announced = {"currency": "EUR", "payer_name": "ACME", "provider": "PayWorld", "file": "p.csv"}
    advice = {**announced, "place": 1, "advice_id": "A-1", "total": 100, "item_number": "RE-1"}
    part = {**announced, "place": 1, "row": 2, "batch_reference": "po_1", "kind": "payment"}
    part |= {"net_amount": 97, "gross_amount": 100, "fee": 3}
    paid_by = {"place": 1, "line_id": first["line_id"], "settlement_seq": 1}
    paid_by |= {"batch_reference": "po_1", "item_numbers": "RE-1"}
    answer = {"ledger": "books", "entry_key": "K1", "state": "posted", "attempts": 1}
    return {
        "decided": {
            "decisions": rows("decisions", decided),
            "refused_pairs": rows("refused_pairs", refused),
            "batch_lines": rows("batch_lines", {**paid_by, "provider": "PayWorld"}),
        },
        "file_received": {"rejects": rows("rejects", reject)},
        "advices_received": {"advices": rows("advices", advice)},
        "settlements_received": {"settlements": rows("settlements", part)},
        "items_loaded": {"item_differences": rows("item_differences", {**difference, "amount": 5})},
        "approved": {"approvals": rows("approvals", approval)},
        "assigned": {"comments": rows("comments", comment)},
        "period_closed": {"periods": rows("periods", {**period, "reason": "month end"})},
        "statement_released": {"releases": rows("releases", release)},
        "posting_answered": {"answers": rows("answers", answer)},
    }


def rows(name, *told):
    """Give rows of a fact as `append` takes them: without `seq`, and null where nothing is told."""
    names = [column for column in FACT[name].columns if column != "seq"]
    schema = {column: FACT[name].types[column] for column in names}
    return pl.DataFrame(
        [{**dict.fromkeys(names), **{k: one[k] for k in one if k in names}} for one in told],
        schema=schema,
    )


def empty_tables(connection):
    """Name the facts without a row."""
    return [fact.name for fact in FACTS if fetch(connection, fact).is_empty()]
