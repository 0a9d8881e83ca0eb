"""The daily run: the same again is nothing new, what is not whole waits, and nobody's decision is overwritten."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import zipfile

import pytest

from recon.errors import Locked, UnreadableItems
from recon.run import grouped
from recon.run.daily import flow, receive
from recon.run.daily.books import load_books
from recon.run.daily.desk import open_desk
from recon.store.connect import open_store
from recon.store.lock import run_lock
from recon.store.reading import fetch
from recon.store.tables import EVENTS, FACT
from tests.faults.bank import LONG_AGO, put
from tests.faults.looking import opened, state
from tests.run.quiet import Quiet
from tests.store.whole import Clock, run_day


def events(folder):
    with opened(folder) as connection:
        return fetch(connection, EVENTS)["kind"].to_list()


def waiting(folder):
    return sorted(path.name for path in (folder / "inbox").iterdir())


def test_a_day_is_recorded_and_the_same_files_again_are_nothing_new(workspace, bank):
    name = waiting(workspace)[0]
    data = (workspace / "inbox" / name).read_bytes()
    first = run_day(workspace)
    before = state(workspace)
    put(workspace / "inbox", "the_same_by_another_name.sta", data)
    second = run_day(workspace, Clock(dt.datetime(2026, 2, 2, tzinfo=dt.UTC)))

    assert first.recorded.run == 1
    assert second.outcome is None
    assert second.received.known == ("the_same_by_another_name.sta",)
    assert state(workspace) == before
    assert waiting(workspace) == []


def test_the_same_bytes_under_two_names_of_one_day_are_one_file(workspace, bank):
    name = waiting(workspace)[0]
    data = (workspace / "inbox" / name).read_bytes()
    put(workspace / "inbox", "zz_again.sta", data)
    received = run_day(workspace).received

    assert received.known == ("zz_again.sta",)
    assert len({entry.sha256 for entry in received.files}) == len(received.files)
    assert waiting(workspace) == []


def test_all_that_came_in_lies_in_the_archive_under_its_hash(workspace):
    run_day(workspace)
    with opened(workspace) as connection:
        digests = fetch(connection, FACT["files"])["sha256"].to_list()

    assert len(digests) == 3
    for digest in digests:
        data = (workspace / "archive" / digest[:2] / digest).read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest


@pytest.mark.parametrize("suffix", [".part", ".tmp", ".crdownload", ".filepart"])
def test_a_file_with_an_unfinished_name_waits(workspace, suffix):
    path = next((workspace / "inbox").iterdir())
    path.rename(path.with_name(path.name + suffix))
    result = run_day(workspace)

    assert result.received.files == ()
    assert result.received.left == (f"{path.name}{suffix}: it is not whole yet",)
    assert waiting(workspace) == [path.name + suffix]


def test_a_file_that_is_still_being_written_waits_and_is_read_when_it_is_whole(
    workspace, monkeypatch
):
    path = next((workspace / "inbox").iterdir())
    whole = path.read_bytes()
    path.write_bytes(whole[:300])

    def write_more(seconds):
        with path.open("ab") as file:
            file.write(b"x")

    monkeypatch.setattr("recon.run.daily.settling.time.sleep", write_more)
    first = run_day(workspace)
    put(workspace / "inbox", path.name, whole)
    second = run_day(workspace)

    assert first.received.left == (f"{path.name}: it is not whole yet",)
    assert [one.state for one in second.received.files] == ["read"]


def test_a_file_that_is_written_anew_while_the_old_one_is_stored_waits_for_the_next_run(
    workspace, bank, monkeypatch
):
    path = next((workspace / "inbox").iterdir())
    _, later = bank.next_day()
    store = receive.append_all

    def store_and_write(connection, happenings):
        store(connection, happenings)
        path.write_bytes(later)

    monkeypatch.setattr(receive, "append_all", store_and_write)
    first = run_day(workspace)
    monkeypatch.undo()
    put(workspace / "inbox", path.name, path.read_bytes())
    second = run_day(workspace)

    assert [one.state for one in (*first.received.files, *second.received.files)] == ["read"] * 2
    assert list((workspace / "inbox").iterdir()) == []


def test_members_of_an_archive_are_files_of_their_own_and_the_same_one_twice_is_one_line(workspace):
    path = next((workspace / "inbox").iterdir())
    data = path.read_bytes()
    path.unlink()
    with zipfile.ZipFile(workspace / "inbox" / "week.zip", "w") as file:
        file.writestr("one.sta", data)
        file.writestr("two.sta", data)
    os.utime(workspace / "inbox" / "week.zip", (LONG_AGO, LONG_AGO))
    result = run_day(workspace)
    rows = state(workspace)["rows"]["lines"]

    assert [one.name for one in result.received.files] == [
        "week.zip",
        "week.zip/one.sta",
        "week.zip/two.sta",
    ]
    assert {copies for _, _, copies, _, _ in rows} == {1}
    assert waiting(workspace) == []


def test_what_no_format_knows_stays_in_the_inbox_and_is_recorded_once(workspace):
    put(workspace / "inbox", "strange.csv", b"Date,Sum,Text\n2026-01-05,12.00,hello\n")
    first = run_day(workspace)
    again = run_day(workspace)

    assert [one.state for one in first.received.files] == ["read", "quarantined"]
    assert again.received.files == ()
    assert again.received.left[0].startswith("strange.csv: ")
    assert waiting(workspace) == ["strange.csv"]
    assert events(workspace).count("file_received") == 2


def test_what_was_quarantined_is_read_once_a_format_reads_it(workspace, monkeypatch):
    path = next((workspace / "inbox").iterdir())
    choose = grouped.choose_format

    def know_nothing(claims, names, name, head):
        return choose((), names, name, head)

    monkeypatch.setattr(grouped, "choose_format", know_nothing)
    first = run_day(workspace)
    monkeypatch.setattr(grouped, "choose_format", choose)
    second = run_day(workspace)

    assert [one.state for one in first.received.files] == ["quarantined"]
    assert [(one.name, one.state) for one in second.received.files] == [(path.name, "read")]
    assert waiting(workspace) == []


def test_a_list_of_items_in_the_inbox_by_mistake_is_never_taken_for_a_statement_that_was_read(
    workspace, bank
):
    put(workspace / "inbox", "items.csv", bank.items)
    run_day(workspace)
    second = run_day(workspace)

    assert second.received.known == ()
    assert second.received.left[0].startswith("items.csv: ")
    assert "items.csv" in waiting(workspace)


def test_a_newer_extract_closes_changes_and_adds_items_and_lists_what_differs(workspace, bank):
    run_day(workspace)
    put(workspace / "inbox", *bank.next_day())
    put(workspace, "open_items.csv", bank.items)
    result = run_day(workspace)

    assert set(result.loaded.changes) <= {"added", "changed", "closed"}
    assert result.loaded.changes["added"] == 5
    with opened(workspace) as connection:
        versions = fetch(connection, FACT["item_versions"])
        differences = fetch(connection, FACT["item_differences"])
    assert versions["seq"].n_unique() == 2
    assert sum(result.loaded.differences.values()) == differences.height


def test_an_extract_that_lost_most_of_its_items_is_refused_and_what_was_received_stays(
    workspace, bank
):
    run_day(workspace)
    put(workspace / "inbox", *bank.next_day())
    head, *rows = bank.items.decode().splitlines()
    put(workspace, "open_items.csv", "\n".join([head, rows[0], ""]).encode())

    with pytest.raises(UnreadableItems, match="less than 50 %"):
        run_day(workspace)

    assert events(workspace)[-1] == "file_received"
    assert waiting(workspace) == []


def test_what_moved_while_a_run_matched_is_left_and_the_next_run_looks_at_it(
    workspace, bank, monkeypatch
):
    match_open = flow.match_open

    def match_and_be_overtaken(desk, plugins, day):
        matched = match_open(desk, plugins, day)
        head, *rows = bank.items.decode().splitlines()
        halved = [row.replace(row.split(",")[7], "1.00") for row in rows]
        path = put(workspace, "newer.csv", "\n".join([head, *halved, ""]).encode())
        with open_desk(workspace, "berta", Clock()) as other:
            load_books(other, plugins, Quiet(), open_items=path)
        return matched

    monkeypatch.setattr(flow, "match_open", match_and_be_overtaken)
    first = run_day(workspace)
    monkeypatch.setattr(flow, "match_open", match_open)
    put(workspace, "open_items.csv", (workspace / "newer.csv").read_bytes())
    second = run_day(workspace)

    assert first.recorded.left_as_moved > 0
    assert second.outcome is not None
    assert second.recorded.left_as_moved == 0
    with opened(workspace) as connection:
        assert fetch(connection, FACT["decisions"])["line_id"].n_unique() == first.received.lines
    assert run_day(workspace).outcome is None


def test_a_second_run_at_once_is_told_who_runs(workspace):
    with open_desk(workspace, "berta") as desk:
        other = open_store(desk.workspace.store_url)
        with (
            run_lock(other, "recon run by berta"),
            pytest.raises(Locked, match="recon run by berta"),
        ):
            run_day(workspace)
        other.close()


def test_a_clock_that_goes_back_changes_no_order(workspace, bank):
    run_day(workspace, Clock(dt.datetime(2030, 1, 1, tzinfo=dt.UTC)))
    put(workspace / "inbox", *bank.next_day())
    put(workspace, "open_items.csv", bank.items)
    result = run_day(workspace, Clock(dt.datetime(2001, 1, 1, tzinfo=dt.UTC)), dt.date(2026, 2, 1))

    assert result.recorded.run == 2
    with opened(workspace) as connection:
        told = fetch(connection, EVENTS)
    assert told["seq"].to_list() == list(range(1, told.height + 1))
    assert told["at"][-1] < told["at"][0]


def test_a_dry_run_says_what_would_be_decided_and_writes_nothing(workspace):
    run_day(workspace)
    before = state(workspace)
    with open_desk(workspace, "anna", Clock()) as desk:
        from recon.plugins import Plugins

        result = flow.run(desk, Plugins.discover(), Quiet(), None, is_dry=True)

    assert result.recorded is None
    assert result.outcome is not None
    assert state(workspace) == before
