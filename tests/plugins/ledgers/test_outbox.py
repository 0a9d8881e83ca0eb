"""The daily run's own outbox over a real connection: a service that dies half-way gets every entry once."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import stamina

from tests.cli.working import office
from tests.plugins.ledgers.http_json.books import SECRET, Books
from tests.plugins.ledgers.serving import serving

# Takes longer than a change can wait for.
pytestmark = pytest.mark.slow

__all__ = ["office"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("JOURNAL_SECRET", SECRET)
    stamina.set_testing(True, attempts=2)
    yield
    stamina.set_testing(False)


def test_a_service_that_dies_half_way_gets_every_entry_once(office):
    books = Books(["", "", "done, drop", "drop"] + ["drop"] * 200)
    with serving(books.answer) as url:
        policy = office.folder / "policy.toml"
        table = f'\n[ledgers.http-json]\nurl = "{url}"\nsecret_env = "JOURNAL_SECRET"\n'
        policy.write_text(policy.read_text(encoding="utf-8") + table, encoding="utf-8")
        code, _ = office.call("post http-json")
        stuck = {row["state"] for row in json.loads(office.does("outbox --format json"))}
        kept_before = len(books.kept)
        books.script = []
        again = office.call("post http-json")[0]
        kept = len(books.kept)

        assert (code, stuck, kept_before) == (4, {"unknown"}, 3)
        assert again == 0
        assert json.loads(office.does("outbox --format json")) == []
        assert office.call("post http-json")[0] == 0
        assert len(books.kept) == kept == 17
    sums = [sum(Decimal(p["amount"]) for p in entry["postings"]) for entry in books.kept.values()]
    assert set(sums) == {0}
