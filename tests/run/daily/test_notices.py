"""What payers and providers announce is received once, used from the next run on, and given until it is used up."""

from __future__ import annotations

import json

import pytest

from recon.plugins import Plugins
from recon.run.audit.pack import export_pack
from recon.run.audit.replay import replay
from recon.run.daily.desk import open_desk
from recon.run.daily.matching import take_snapshot
from recon.run.daily.notices import laid_name
from recon.store.reading import fetch
from recon.store.tables import EVENTS, FACT, LINE_STATES
from tests.faults.bank import put
from tests.faults.looking import opened
from tests.plugins.advices.samples import ubl, ubl_line
from tests.run.daily.announced_bank import (
    ADVICE,
    ADVICE_HEAD,
    BATCH,
    BATCH_HEAD,
    ITEMS,
    announce,
    make_announced,
)
from tests.run.quiet import Quiet
from tests.store.whole import run_day

# Takes longer than a change can wait for.
nightly = pytest.mark.nightly


@pytest.fixture
def workspace(tmp_path):
    return make_announced(tmp_path / "workspace")


def fates(folder):
    with opened(folder) as connection:
        lines = fetch(connection, LINE_STATES)
        told = lines.join(
            fetch(connection, FACT["deliveries"]), on=["statement_id", "record"]
        ).select("bank_reference", "fate")
    return dict(told.rows())


def given(folder):
    """What a run would be given now: ids of advices, references of batches with their file."""
    with opened(folder) as connection:
        books = take_snapshot(connection, 730).fetched.books
    advices = sorted(set(books.remittances["advice_id"]))
    batches = (
        [] if books.batches is None else books.batches.select("batch_reference", "file").rows()
    )
    return advices, sorted(set(batches))


def kinds(folder):
    with opened(folder) as connection:
        return fetch(connection, EVENTS)["kind"].to_list()


def test_an_advice_and_a_settlement_report_let_a_run_apply_what_it_could_not(workspace):
    first = run_day(workspace)
    before = fates(workspace)
    announce(workspace, "remittances", ADVICE)
    announce(workspace, "batches", BATCH)
    second = run_day(workspace)

    assert first.recorded.run == 1
    assert "applied" not in before.values()
    assert second.recorded.decided == 2
    assert fates(workspace) == {"B1": "applied", "B2": "applied"}
    assert {role: one.rows for role, one in second.noticed.items()} == {
        "remittances": 2,
        "batches": 2,
    }
    assert sorted(path.name for path in second.folder.iterdir() if "batch" in path.name) == [
        "batches.csv"
    ]
    assert not list((workspace / "remittances").iterdir())


@nightly
def test_the_same_announcement_again_is_nothing_new(workspace):
    announce(workspace, "remittances", ADVICE)
    announce(workspace, "batches", BATCH)
    run_day(workspace)
    before = kinds(workspace)
    announce(workspace, "remittances", ADVICE, "again.csv")
    announce(workspace, "batches", BATCH, "again.csv")
    again = run_day(workspace)

    assert again.outcome is None
    assert [one.known for one in again.noticed.values()] == [["again.csv"], ["again.csv"]]
    assert kinds(workspace) == before
    assert not list((workspace / "batches").iterdir())


@nightly
def test_what_was_used_is_not_given_again_and_is_open_again_once_it_is_taken_back(workspace):
    announce(workspace, "remittances", ADVICE)
    announce(workspace, "batches", BATCH)
    first = run_day(workspace)
    used = given(workspace)
    paid_by = dict(first.outcome.view.decisions.select("fate", "line_id").rows())
    with open_desk(workspace, "anna") as desk:
        from recon.daily import WorkspaceDesk

        work = WorkspaceDesk(desk)
        for number in (1, 2):
            work.undo(number, comment="looked again")

    assert paid_by.keys() == {"applied"}
    assert used == ([], [])
    assert given(workspace) == (["A-17"], [("PO-884201", "first.csv")])


@nightly
def test_an_advice_that_came_before_its_items_waits_for_them(workspace):
    put(workspace, "open_items.csv", "\n".join(ITEMS.splitlines()[:3]).encode())
    announce(workspace, "remittances", ADVICE)
    run_day(workspace)
    before = fates(workspace)["B2"]
    put(workspace, "open_items.csv", ITEMS.encode())
    run_day(workspace)

    assert before == "unmatched"
    assert fates(workspace)["B2"] == "applied"


@nightly
def test_a_batch_that_a_person_applied_from_a_suggestion_is_used_up(workspace):
    chargeback = "PO-884201,Stripe,2026-01-15,EUR,177.40,ch_3,INV-1002,-0.60,0.00\n"
    text = BATCH.replace(",100.00,", ",100.60,") + chargeback
    announce(workspace, "batches", text)
    run_day(workspace)
    before = given(workspace), fates(workspace)["B1"]
    with open_desk(workspace, "anna") as desk:
        from recon.daily import WorkspaceDesk

        work = WorkspaceDesk(desk)
        line = next(
            row["line_id"] for row in work.queue().iter_rows(named=True) if row["amount"] == 17_740
        )
        work.accept(line, comment="as the provider says")

    assert before == (([], [("PO-884201", "first.csv")]), "suggested")
    assert given(workspace) == ([], [])


@nightly
def test_a_later_report_replaces_an_earlier_one_that_a_run_has_seen(workspace):
    announce(workspace, "batches", BATCH.replace("80.00,1.20", "80.00,1.10"))
    first = run_day(workspace)
    announce(workspace, "batches", BATCH, "corrected.csv")
    run_day(workspace)

    assert set(first.outcome.view.batches["finding"]) == {"batch_does_not_add_up"}
    assert fates(workspace)["B1"] == "applied"


@nightly
def test_of_two_reports_that_come_together_and_differ_neither_is_used(workspace):
    other = BATCH.replace("177.40", "178.40").replace("1.40", "0.40")
    announce(workspace, "batches", BATCH)
    announce(workspace, "batches", other, "other.csv")
    result = run_day(workspace)

    assert set(result.outcome.view.batches["finding"]) == {"batch_reference_twice"}
    assert fates(workspace)["B1"] != "applied"


@nightly
def test_a_later_advice_replaces_an_earlier_one_of_the_same_payer(workspace):
    wrong = ADVICE.replace("7003,500.00", "7003,400.00").replace("7004,800.00", "7004,900.00")
    announce(workspace, "remittances", wrong)
    run_day(workspace)
    announce(workspace, "remittances", ADVICE, "second.csv")
    run_day(workspace)

    assert fates(workspace)["B2"] == "applied"


@nightly
def test_advices_of_one_name_and_different_payers_stand_side_by_side(workspace):
    other = ADVICE_HEAD + "A-17,Berta Bau,,90.00,EUR,INV-1001,90.00\n"
    announce(workspace, "remittances", ADVICE)
    announce(workspace, "remittances", other, "second.csv")
    run_day(workspace)

    assert fates(workspace)["B2"] == "applied"
    assert given(workspace)[0] == ["A-17"]


@nightly
def test_advices_without_an_id_in_files_of_one_name_do_not_replace_each_other(workspace):
    rows = [row.partition(",")[2] for row in ADVICE.splitlines()]
    other = [rows[0], "Acme GmbH,,55.00,EUR,9999,55.00"]
    put(workspace, "inbox/bank.sta", (workspace / "inbox" / "bank.sta").read_bytes()).rename(
        workspace / "later.sta"
    )
    announce(workspace, "remittances", "\n".join(rows), "advice.csv")
    run_day(workspace)
    announce(workspace, "remittances", "\n".join(other), "advice.csv")
    run_day(workspace)
    waiting = given(workspace)[0]
    (workspace / "later.sta").rename(workspace / "inbox" / "bank.sta")
    run_day(workspace)

    assert [one.startswith("advice (event ") for one in waiting] == [True, True]
    assert fates(workspace)["B2"] == "applied"


def test_a_file_that_cannot_be_read_stays_with_its_reason_and_the_rest_goes_on(workspace):
    torn = announce(workspace, "batches", BATCH[: len(BATCH_HEAD) + 40])
    announce(workspace, "remittances", ADVICE)
    first = run_day(workspace)
    second = run_day(workspace)
    (refused,) = first.noticed["batches"].files

    assert refused.state == "quarantined"
    assert "first.csv:2" in refused.error
    assert str(workspace) not in refused.error
    assert "/tmp" not in refused.error
    assert torn.exists()
    assert fates(workspace)["B2"] == "applied"
    assert second.outcome is None
    assert second.noticed["batches"].left == [f"first.csv: {refused.error}"]


@nightly
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 no zip at all", "archive"),
        (b"", "empty"),
        (b":20:X\n:25:DE89\n", "currency"),
    ],
)
def test_what_is_no_advice_is_refused_with_a_reason(workspace, data, said):
    put(workspace / "remittances", "wrong.csv", data)
    result = run_day(workspace)
    (refused,) = result.noticed["remittances"].files

    assert refused.state == "quarantined"
    assert said in refused.error


@nightly
def test_a_folder_that_is_not_there_is_said(workspace):
    (workspace / "batches").rmdir()
    result = run_day(workspace)

    assert result.noticed["batches"].left == ["batches: there is no such folder"]


@nightly
def test_what_is_older_than_the_history_is_not_given(workspace):
    announce(workspace, "remittances", ADVICE.replace("7003", "8003"))
    run_day(workspace)
    with opened(workspace) as connection:
        recent = take_snapshot(connection, 730).fetched.books.remittances
        # The newest line is of January, and the advice came on the first of February.
        none = take_snapshot(connection, -60).fetched.books.remittances

    assert recent.height == 2
    assert none.is_empty()


@pytest.mark.parametrize(
    ("name", "laid"),
    [
        ("A 17 (2).csv", "A 17 (2).csv"),
        ("sub/Zahlungsavis Ä.csv", "Zahlungsavis Ä.csv"),
        ("..", "file"),
        (".hidden", "file"),
        ("a\\b.csv", "file"),
        ("x" * 300, "file"),
    ],
)
def test_a_file_is_laid_down_under_its_own_name_where_that_is_safe(name, laid):
    assert laid_name(name) == laid


@nightly
def test_the_summary_tells_what_came_in(workspace, capsys):
    from recon.cli.run import _as_json

    announce(workspace, "remittances", ADVICE)
    told = json.loads(json.dumps(_as_json(run_day(workspace))))

    assert told["remittances"] == {
        "files": 1,
        "known": 0,
        "left": [],
        "quarantined": [],
        "rows": 2,
    }


@nightly
def test_an_advice_in_a_format_of_its_own_is_read_by_the_source_that_claims_it(workspace):
    told = ubl(ubl_line("7003", "500.00"), ubl_line("7004", "800.00"))
    put(workspace / "remittances", "advice.xml", told)
    put(workspace / "remittances", "torn.xml", told[:700])
    result = run_day(workspace)
    files = {one.name: one.state for one in result.noticed["remittances"].files}

    assert files == {"advice.xml": "read", "torn.xml": "quarantined"}
    assert fates(workspace)["B2"] == "applied"


class Telling:
    """A source that tells the books of the workspace's files, and advices with them."""

    name = "telling"

    def __init__(self, folder, advices):
        self.options = {
            "items": str(folder / "open_items.csv"),
            "customers": str(folder / "customers.csv"),
            "remittances": [str(folder / advices)],
        }

    def fetch(self, as_of, options):
        return Plugins.discover().fetch("item-file", as_of, self.options)


@nightly
def test_advices_that_a_source_tells_with_the_books_are_received_and_made_again(workspace):
    put(workspace, "advices.csv", ADVICE.encode())
    (workspace / "recon.toml").write_text('source = "telling"\npolicy = "policy.toml"\n', "utf-8")
    # What is laid down by others is written otherwise; what a source told is not.
    (workspace / "policy.toml").write_text(
        '[sources.item-file.remittances_written]\ndecimal_mark = ","\n', "utf-8"
    )
    telling = Plugins.for_tests([Telling(workspace, "advices.csv")])._registered.values()
    plugins = Plugins(
        [
            *Plugins.discover()._registered.values(),
            *(one for one in telling if one.kind == "source"),
        ]
    )
    first = run_day(workspace, plugins=plugins)
    again = run_day(workspace, plugins=plugins)
    put(workspace, "advices.csv", ADVICE.replace("ZR-88123", "ZR-9").encode())
    run_day(workspace, plugins=plugins)
    put(workspace, "advices.csv", ADVICE.encode())
    told_again = run_day(workspace, plugins=plugins)
    with open_desk(workspace, "anna") as desk:
        pack = export_pack(desk, workspace / "pack").out

    assert fates(workspace)["B2"] == "applied"
    assert [one.name for one in first.noticed["remittances"].files] == ["books/remittances.csv"]
    assert again.outcome is None
    assert told_again.noticed["remittances"].rows == 2
    assert replay(pack, plugins, Quiet()).findings == ()
