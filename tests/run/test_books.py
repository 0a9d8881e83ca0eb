from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from recon.api import OwnAccounts, Remittances
from recon.config import Policy
from recon.errors import PluginFailed, ReconError
from recon.plugins import Plugins
from recon.protocols import Books
from recon.run.books import fetch_books
from recon.run.request import MatchRequest
from tests.scenarios.build import closed_frame, items_frame, parties_frame


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
