"""`recon post` and `recon outbox`: what a pipe gets, what is stuck, and how a person settles it."""

from __future__ import annotations

import json

import pytest

from recon.plugins import Plugins
from tests.cli.working import office
from tests.run.daily.fake_ledger import FakeLedger

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

__all__ = ["office"]


@pytest.fixture
def ledger(monkeypatch):
    found = FakeLedger("neither", ["timeout_after"])
    plugins = Plugins.for_tests([found])
    monkeypatch.setattr(Plugins, "discover", classmethod(lambda cls: plugins))
    return found


def test_what_is_stuck_is_listed_settled_by_a_person_and_gone(office, ledger):
    planned = office.does("post fake --dry-run --format csv")
    assert office.call("post fake")[0] == 4
    code, told = office.call("post fake")
    rows = json.loads(office.does("outbox --format json"))

    assert planned.startswith("date,entry_key,")
    assert (code, "17 entries wait for a person" in told) == (4, True)
    assert {row["entry_key"] for row in rows} == set(ledger.book)
    assert {row["state"] for row in rows} == {"needs_confirmation"}
    for row in rows[1:]:
        settle = f"outbox --ledger fake --entry {row['entry_key']} --found 1 --comment seen"
        assert "is in fake as 1" in office.does(settle)
    last = f"outbox --ledger fake --entry {rows[0]['entry_key'][:10]}"
    for wrong in ("", " --found 1 --resend", " --resend --found 2 --comment x"):
        assert office.call(last + wrong)[0] == 2
    assert "needs a comment" in office.refused(f"{last} --found 1")
    office.does(f"{last} --found 1 --comment seen")
    assert json.loads(office.does("outbox --format json")) == []
    assert office.call("post fake")[0] == 0
    assert office.call("outbox --found 1")[0] == 2
