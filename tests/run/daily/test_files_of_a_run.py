"""What a run names: what came since the last one and what is not settled, so that no day's files outgrow the day's work."""

from __future__ import annotations

import json

from recon.run.daily.matching import take_snapshot
from recon.store.reading import fetch
from recon.store.tables import LINE_STATES
from tests.faults.bank import ACCOUNT, put
from tests.faults.looking import opened
from tests.store.whole import run_day

OTHER = "DE02120300000000202051"
# A receipt that no item explains.
STRAY = f""":20:X
:25:{OTHER}
:28C:1/1
:60F:C260105EUR0,
:61:2601050105C777,77NTRFNONREF//STRAY
:86:166?00GUTSCHRIFT?20SVWZ+no idea?32Nobody We Know
:62F:C260105EUR777,77
-
""".encode()
QUIET = f""":20:X
:25:{OTHER}
:28C:1/1
:60F:C260105EUR0,
:62F:C260105EUR0,
-
""".encode()


def another_day(workspace, bank, **files):
    """Do the next day, with files beside the bank's; gives the record of its run."""
    name, data = bank.next_day()
    put(workspace / "inbox", name, data)
    put(workspace, "open_items.csv", bank.items)
    for more, content in files.items():
        put(workspace / "inbox", f"{more}.sta", content)
    return json.loads((run_day(workspace).folder / "run.json").read_text("utf-8"))


def statements_of(record):
    named = sorted(one["name"] for one in record["inputs"] if one["role"] == "statement")
    assert {one["file"] for one in record["statement_checks"]} <= set(named)
    return named


def test_a_run_names_what_is_new_and_what_is_not_settled(workspace, bank):
    # The first day is settled whole, as its run says.
    run_day(workspace)
    with opened(workspace) as connection:
        assert set(fetch(connection, LINE_STATES)["fate"]) <= {"applied", "not_receivable"}
    second = another_day(workspace, bank, stray=STRAY)
    third = another_day(workspace, bank)

    assert statements_of(second) == ["day00002.sta", "stray.sta"]
    assert "stray.sta" in statements_of(third)
    assert "day00003.sta" in statements_of(third)
    assert "day00001.sta" not in statements_of(third)


def test_a_file_that_came_again_is_named_once_while_its_line_is_open(workspace, bank):
    another_day(workspace, bank, stray=STRAY)
    again = another_day(workspace, bank, stray=STRAY)
    later = another_day(workspace, bank)

    assert statements_of(again).count("stray.sta") == 1
    assert statements_of(later).count("stray.sta") == 1


def test_every_account_that_was_ever_seen_stays_an_own_one(workspace, bank):
    another_day(workspace, bank, quiet=QUIET)
    another_day(workspace, bank)
    with opened(workspace) as connection:
        snapshot = take_snapshot(connection, 400)

    assert "quiet.sta" not in snapshot.reading.statements["file"]
    assert set(snapshot.fetched.books.own_accounts["account"]) == {ACCOUNT, OTHER}
