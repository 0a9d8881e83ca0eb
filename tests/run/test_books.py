from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from pathlib import Path

import pytest

from recon.api import OwnAccounts, Remittances
from recon.config import Policy
from recon.errors import PluginFailed, ReconError
from recon.plugins import Plugins
from recon.protocols import Books
from recon.run.books import fetch_all, fetch_books
from recon.run.request import MatchRequest
from tests.run.quiet import Quiet
from tests.scenarios.build import closed_frame, items_frame, parties_frame

STATEMENT = Path(__file__).resolve().parents[2] / "fixtures/demo/statements/eur_2026-10-14.sta"


class RememberingSource:
    """A source in the place of the item file that remembers what it was asked for."""

    name = "item-file"

    def __init__(self):
        self.asked = None

    def fetch(self, as_of, options):
        self.asked = (as_of, dict(options))
        return Books(
            items=items_frame([]),
            parties=parties_frame([]),
            remittances=Remittances.create_empty(),
            closed=closed_frame([]),
            own_accounts=OwnAccounts.create_empty(),
        )


class FailingSource(RememberingSource):
    def fetch(self, as_of, options):
        raise KeyError("number")


@pytest.fixture
def request_of(tmp_path):
    def build(**paths):
        for path in paths.values():
            if path.suffix:
                path.write_bytes(b"x")
        return MatchRequest(statements=(), out=tmp_path / "out", **paths)

    return build


def fetch(request, source, policy=None):
    return fetch_books(
        request, policy or Policy(), Plugins.for_tests([source]), dt.date(2026, 1, 31)
    )


def test_the_source_is_asked_for_exactly_the_files_that_were_named(tmp_path, request_of):
    source = RememberingSource()
    items, customers = tmp_path / "items.csv", tmp_path / "customers.csv"
    _, inputs = fetch(request_of(open_items=items, customers=customers), source)

    assert source.asked == (
        dt.date(2026, 1, 31),
        {
            "items": str(items),
            "customers": str(customers),
            "item_columns": {},
            "customer_columns": {},
        },
    )
    assert [(entry.role, Path(entry.name).name) for entry in inputs] == [
        ("customers", "customers.csv"),
        ("open_items", "items.csv"),
    ]
    assert {entry.sha256 for entry in inputs} == {hashlib.sha256(b"x").hexdigest()}


def test_remittance_advices_are_the_tables_of_a_folder_by_name(tmp_path, request_of):
    source, folder = RememberingSource(), tmp_path / "advices"
    folder.mkdir()
    for name in ("b.csv", "a.xlsx", "mail.pdf", ".c.csv", "~$a.xlsx"):
        (folder / name).write_text("x")
    _, inputs = fetch(request_of(open_items=tmp_path / "items.csv", remittances=folder), source)

    asked = [str(folder / "a.xlsx"), str(folder / "b.csv")]
    assert source.asked[1]["remittances"] == asked
    assert [Path(one.name).name for one in inputs if one.role == "remittances"] == [
        "a.xlsx",
        "b.csv",
    ]


def test_closed_items_come_from_the_history_where_it_has_them(tmp_path, request_of):
    history = tmp_path / "history"
    history.mkdir()
    source = RememberingSource()
    fetch(request_of(open_items=tmp_path / "items.csv", history=history), source)

    assert "closed" not in source.asked[1]

    (history / "closed_items.csv").write_bytes(b"y")
    _, inputs = fetch(request_of(open_items=tmp_path / "items.csv", history=history), source)

    assert source.asked[1]["closed"] == str(history / "closed_items.csv")
    assert "history" in {entry.role for entry in inputs}


def test_options_and_header_maps_of_the_policy_reach_the_source(tmp_path, request_of):
    source = RememberingSource()
    policy = Policy(
        item_columns={"number": "Belegnr"}, sources={"item-file": {"decimal_mark": ","}}
    )
    fetch(request_of(open_items=tmp_path / "items.csv"), source, policy)

    assert source.asked[1]["item_columns"] == {"number": "Belegnr"}
    assert source.asked[1]["decimal_mark"] == ","


def test_a_source_that_fails_stops_the_run_by_its_name(tmp_path, request_of):
    with pytest.raises(PluginFailed, match="item-file"):
        fetch(request_of(open_items=tmp_path / "items.csv"), FailingSource())


def test_books_that_are_not_there_stop_the_run(tmp_path):
    request = MatchRequest(statements=(), out=tmp_path / "out", open_items=tmp_path / "gone.csv")
    with pytest.raises(ReconError) as caught:
        fetch_books(request, Policy(), Plugins.discover(), None)

    assert "gone.csv" in caught.value.render()


def test_the_history_brings_its_decisions_and_the_statements_of_then(tmp_path):
    history = tmp_path / "history"
    (history / "statements").mkdir(parents=True)
    shutil.copy(STATEMENT, history / "statements" / "then.sta")
    (history / "statements" / "broken.sta").write_text("no statement", encoding="utf-8")
    (history / "allocations.csv").write_text(
        "bank_reference,item_number\nB1,OLD-1\n", encoding="utf-8"
    )
    (history / "rejected.csv").write_text("line_id,item_number\nLa,INV-1\n", encoding="utf-8")
    items = tmp_path / "items.csv"
    items.write_text("item_id,number,currency,open_amount\n1,INV-1,EUR,5.00\n", encoding="utf-8")
    request = MatchRequest(statements=(), out=tmp_path / "out", open_items=items, history=history)
    fetched = fetch_all(request, Policy(), Plugins.discover(), Quiet())

    assert fetched.history.lines.height > 0
    assert fetched.history.confirmed["item_number"].to_list() == ["OLD-1"]
    assert fetched.history.refused["item_number"].to_list() == ["INV-1"]
    assert sorted((Path(one.name).name, one.role, one.state) for one in fetched.inputs) == [
        ("allocations.csv", "history", "read"),
        ("broken.sta", "history", "quarantined"),
        ("items.csv", "open_items", "read"),
        ("rejected.csv", "history", "read"),
        ("then.sta", "history", "read"),
    ]


def test_without_a_history_nothing_is_learnt(tmp_path):
    items = tmp_path / "items.csv"
    items.write_text("item_id,number,currency,open_amount\n1,INV-1,EUR,5.00\n", encoding="utf-8")
    request = MatchRequest(statements=(), out=tmp_path / "out", open_items=items)
    history = fetch_all(request, Policy(), Plugins.discover(), Quiet()).history

    assert (history.lines.height, history.confirmed.height, history.refused.height) == (0, 0, 0)
