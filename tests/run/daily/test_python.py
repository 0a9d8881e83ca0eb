"""`recon.daily`: the day's job and people's decisions from Python, with the same controls and the same record."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal

import polars as pl
import pytest

from recon.daily import Part, Recorded, open_workspace
from recon.errors import Refused
from recon.plugins import Plugins
from recon.store.reading import fetch
from recon.store.tables import ITEM_STATES
from recon.store.verify import verify
from tests.cli.working import AMBIGUOUS, BANDS, ON_ACCOUNT, PEOPLE, SHORT, STRANGER, WEAK
from tests.run.daily.demo_desk import SETTINGS, Clock, new_workspace, worked_workspace
from tests.run.daily.fake_ledger import FakeLedger


@pytest.fixture
def folder(tmp_path):
    return worked_workspace(tmp_path / "demo")


def at(folder, user="anna"):
    return open_workspace(folder, user=user, clock=Clock())


def row(work, beginning):
    found = work.queue().to_dicts()
    return next((one for one in found if one["line_id"].startswith(beginning)), None)


@pytest.mark.slow
def test_a_day_is_run_and_run_again_with_nothing_new(tmp_path):
    with at(new_workspace(tmp_path / "demo")) as work:
        dry = work.run(dry_run=True)
        first, again = work.run(), work.run()

    assert dry.recorded is None
    assert first.recorded.run == 1
    assert again.outcome is None
    assert dry.outcome is not None


def test_each_decision_is_recorded_under_who_works(folder):
    with at(folder) as work:
        accepted = work.accept(WEAK, comment="agreed by phone")
        rejected = work.reject(AMBIGUOUS)
        work.comment(STRANGER, "who is this?")
        work.assign(STRANGER, "bertha")
        other = work.mark_not_receivable(STRANGER, "own_transfer", comment="ours")
        told = work.undo(accepted.decision_no, comment="the wrong one")
        standing = work.standing([accepted.line_id])
        with work._desk.store.reading() as connection:
            assert not verify(connection).findings

    assert isinstance(accepted, Recorded)
    assert accepted.approvals_needed == 0
    assert rejected.decision_no == accepted.decision_no + 1
    assert other.decision_no == rejected.decision_no + 1
    assert "is taken back by decision" in told
    log = standing.decision_log.filter(decision_no=accepted.decision_no)
    assert log["decided_by"].to_list() == ["anna"]
    assert log["comment"].to_list() == ["agreed by phone"]


@pytest.mark.slow
def test_money_is_divided_and_put_on_account(folder):
    with at(folder) as work:
        currency = row(work, SHORT)["currency"]
        with work._desk.store.reading() as connection:
            states = fetch(connection, ITEM_STATES)
        item = states.filter(pl.col("open_amount") > 100, currency=currency).row(0, named=True)
        parts = [
            Part(kind="payment", item_id=item["item_id"], amount=100),
            Part(kind="on_account", customer_id=item["customer_id"]),
        ]
        divided = work.split(SHORT, parts, comment="as they wrote")
        moved = work.put_on_account(WEAK, item["customer_id"], comment="wait")
        allocations = work.standing([divided.line_id]).allocations

    kinds = allocations.filter(line_id=divided.line_id)["kind"].to_list()
    assert sorted(kinds) == ["on_account", "payment"]
    assert moved.decision_no > divided.decision_no


def test_what_a_control_forbids_is_refused_and_not_recorded(tmp_path):
    folder = worked_workspace(tmp_path / "demo", BANDS + PEOPLE)
    with at(folder, "dora") as work, pytest.raises(Refused):
        work.accept(WEAK)
    with at(folder) as work:
        line = row(work, WEAK)
        with pytest.raises(Refused):
            work.accept(WEAK, saw=9_999)
        with pytest.raises(Refused, match="no line begins"):
            work.accept("Lnone")
        assert row(work, WEAK) == line


@pytest.mark.slow
def test_what_needs_a_second_person_counts_once_they_agree(tmp_path):
    folder = worked_workspace(
        tmp_path / "demo", "[controls]\nbands = [{ from_amount = 0, approvals = 1 }]\n" + PEOPLE
    )
    with at(folder) as work:
        made = work.accept(WEAK)
        with pytest.raises(Refused):
            work.approve(made.decision_no)
    with at(folder, "bertha") as work:
        assert work.approve(made.decision_no) is True
    with at(folder) as work:
        other = work.put_on_account(SHORT, "C100", comment="wait")
    with at(folder, "bertha") as work:
        work.refuse(other.decision_no, comment="no")
        with pytest.raises(Refused):
            work.approve(other.decision_no)

    assert made.approvals_needed == 1


@pytest.mark.slow
def test_what_is_sure_enough_is_accepted_and_what_is_left_says_why(folder):
    with at(folder) as work:
        made, left = work.accept_all(Decimal("0.5"), comment="all of them")

    assert {one.line_id for one in made}.isdisjoint(left)
    assert made or left


def test_what_would_be_posted_stands_beside_what_the_ledger_has(folder, monkeypatch):
    ledger = FakeLedger("both")
    monkeypatch.setattr(Plugins, "discover", classmethod(lambda cls: Plugins.for_tests([ledger])))
    with at(folder) as work:
        planned = work.would_post("fake")
        ledger.book += planned["entry_key"].unique().to_list()
        found = work.compare("fake")

    assert found.postings.drop("in_ledger").equals(planned)
    assert found.postings["in_ledger"].unique().to_list() == ["yes"]
    assert (found.failure, found.unconfirmed.height, ledger.sent) == (None, 0, [])


def test_entries_are_delivered_listed_and_confirmed(folder, monkeypatch):
    ledger = FakeLedger("neither", ["timeout_after"])
    monkeypatch.setattr(Plugins, "discover", classmethod(lambda cls: Plugins.for_tests([ledger])))
    with at(folder) as work:
        planned = work.would_post("fake")
        first, second = work.post("fake"), work.post("fake")
        waiting = work.outbox("fake")
        key = waiting["entry_key"][0]
        assert work.confirm("fake", key[:12], comment="seen", remote_id="1") == key
        left = work.outbox()

    assert planned["entry_key"].n_unique() == 17
    assert (first.open_entries, second.stuck) == (17, 17)
    assert (waiting.height, left.height) == (17, 16)


RECONFILE = """
from recon.api import Evidence, hookimpl

class Silent:
    name = "silent"

    def find(self, lines, items, parties):
        return Evidence.create_empty()

@hookimpl
def recon_register_evidence():
    return [Silent()]
"""


@pytest.mark.slow
def test_the_hash_of_its_own_plugin_stands_in_the_record_of_a_run(tmp_path):
    settings = f"{SETTINGS}[plugins]\nreconfile = true\n"
    folder = new_workspace(tmp_path / "demo", settings)
    folder.chmod(0o755)
    (folder / "reconfile.py").write_text(RECONFILE, "utf-8")
    (folder / "reconfile.py").chmod(0o644)
    with at(folder) as work:
        result = work.run()
    told = json.loads((result.folder / "run.json").read_text("utf-8"))["plugins"]

    digest = hashlib.sha256(RECONFILE.encode()).hexdigest()[:16]
    assert f"reconfile (reconfile.py {digest})" in {one["owner"] for one in told}


@pytest.mark.slow
def test_on_account_money_waits_in_the_queue(folder):
    with at(folder) as work:
        assert row(work, ON_ACCOUNT)["fate"] == "on_account"
