"""Verbs by which people decide: what each says, its exit code, and that a refusal leaves the record as it was."""

from __future__ import annotations

import pytest

from tests.cli.working import (
    AMBIGUOUS,
    EXTRA,
    SHORT,
    STRANGER,
    WEAK,
    office,
    team,
)

# Takes longer than a change can wait for.
pytestmark = pytest.mark.nightly

__all__ = ["office", "team"]


def test_a_suggestion_is_accepted_once_and_never_twice(office):
    number = office.number(f"accept {WEAK}")

    assert f"accepted_by_person) by decision {number}" in office.refused(f"accept {WEAK}")
    assert f"`recon undo {number}`" in office.refused(f"reject {WEAK}")
    assert office.line(WEAK) is None


def test_a_line_is_named_by_as_much_of_its_id_as_no_other_has(office):
    assert "more than one line begins with 'L'" in office.refused("accept L")
    assert "no line begins with 'Lzzz'" in office.refused("accept Lzzz")
    assert "no line begins with '%'" in office.refused("accept %")


def test_a_view_that_is_stale_is_refused(office):
    saw = office.line(AMBIGUOUS)["decision_no"]
    office.does(f"reject {AMBIGUOUS}")

    assert f"you saw decision {saw}" in office.refused(f"accept {AMBIGUOUS} --saw {saw}")
    now = office.line(AMBIGUOUS)["decision_no"]
    assert office.number(f"accept {AMBIGUOUS} --saw {now}") > now


def test_an_item_that_another_line_settled_meanwhile_is_not_paid_twice(office):
    office.does(f"accept {AMBIGUOUS}")

    told = office.refused(f"split {EXTRA} --pay 1010=250.00 --rest C102")
    assert "RE-2026-0433" in told
    assert "left" in told


def test_a_split_must_come_to_the_money_of_the_line(office):
    assert office.call(f"split {EXTRA} --pay 1003=1260.001")[0] == 2
    assert office.call(f"split {EXTRA} --pay 1003")[0] == 2
    office.refused(f"split {EXTRA} --pay 1010=250.00")
    office.refused(f"split {EXTRA} --pay 1010=250.00 --rest NOBODY")
    told = office.does(f"split {EXTRA} --pay 1010=250.00 --rest C102")

    assert "applied, decision" in told
    assert office.line(EXTRA) is None


def test_money_is_put_on_account_or_marked_as_no_receivable_with_its_reason(office):
    office.refused(f"on-account {STRANGER} --customer NOBODY")
    assert "on account" in office.does(f"on-account {STRANGER} --customer C100")
    assert "not receivable" in office.does(f'not-receivable {EXTRA} --reason "tax refund"')

    assert office.line(STRANGER)["reason"] == "on_account_by_person"
    assert office.line(EXTRA) is None


def test_an_undo_needs_a_reason_and_opens_the_line_again(office):
    number = office.number(f"accept {WEAK}")
    assert "needs a comment" in office.refused(f"undo {number}")
    assert "there is no decision 9999" in office.refused("undo 9999 --comment x")
    office.does(f'undo {number} --comment "wrong customer"')

    assert office.line(WEAK)["reason"] == "undone"
    assert "not in force" in office.refused(f"undo {number} --comment again")


def test_an_undo_lists_what_was_built_on_the_decision(office):
    number = office.number(f"accept {WEAK}")
    office.does("post journal-csv")

    assert "journal-csv" in office.refused(f"undo {number} --comment wrong")
    office.does(f"undo {number} --comment wrong --despite-dependents")
    assert "1 posted" in office.call("post journal-csv")[1]


def test_what_is_said_of_a_line_and_who_looks_after_it_stands_in_the_queue(office):
    office.does(f'comment {STRANGER} "asked the customer"')
    office.does(f"assign {STRANGER} bertha")
    row = office.line(STRANGER)

    assert (row["comment"], row["owner"]) == ("asked the customer", "bertha")
    assert STRANGER in office.does("queue --owner bertha")
    assert STRANGER not in office.does("queue --owner carl")
    office.refused(f'comment {STRANGER} " "')


def test_many_are_accepted_at_once_and_what_is_left_is_said_with_its_reason(office):
    code, told = office.call("accept --from-confidence 50%")

    assert code == 0
    assert {SHORT, WEAK, AMBIGUOUS} <= {row[:4] for row in told.splitlines()}
    assert office.line(WEAK) is None
    assert office.call("accept")[0] == 2
    assert office.call(f"accept {WEAK} --from-confidence 50%")[0] == 2
    assert office.call("accept --from-confidence 300%")[0] == 2


def test_a_refused_pair_stays_away_until_what_is_open_of_the_item_changes(office):
    office.does(f"reject {SHORT}")
    office.does("run --as-of 2026-10-20")
    assert "RE-2026-0445" not in (office.line(SHORT)["best_items"] or "")

    items = office.folder / "open_items.csv"
    text = items.read_text("utf-8").replace("1312.00,1312.00", "1312.00,1300.00")
    items.write_text(text, "utf-8")
    office.does("run --as-of 2026-10-20")
    assert "RE-2026-0445" in office.line(SHORT)["best_items"]


def test_a_new_policy_waits_for_somebody_else_where_the_controls_say_so(office):
    settings = office.folder / "recon.toml"
    rules = '[controls]\npolicy_needs_approval = true\n[users.eve]\nroles = ["admin"]\n'
    settings.write_text(f"{settings.read_text('utf-8')}{rules}[users.fred]\nroles = ['admin']\n")
    policy = office.folder / "policy.toml"
    policy.write_text(policy.read_text("utf-8").replace("grace_days = 8", "grace_days = 9"))

    code, told = office.call("run --as-of 2026-10-20", "eve")
    assert code == 1
    assert "set by eve, waits for an approval" in told
    changed = told.split("policy ")[1].split(",")[0]
    assert "somebody else approves it" in office.refused(f"approve --policy {changed}", "eve")
    office.does(f"approve --policy {changed}", "fred")
    office.does("run --as-of 2026-10-20", "eve")


def test_an_approval_from_a_band_on_changes_nothing_before_another_gave_it(team):
    number = team.number(f"accept {SHORT}", "carl")
    row = team.line(SHORT)

    assert (row["fate"], row["awaiting_no"], row["approvals_missing"]) == ("suggested", number, 1)
    assert "may not approve" in team.refused(f"approve {number}", "anna")
    assert "somebody else approves it" in team.refused(f"approve {number}", "carl")
    assert "counts from now on" in team.does(f"approve {number}", "bertha")
    assert team.line(SHORT) is None
    team.refused(f"approve {number}", "bertha")


def test_a_refused_decision_never_counts_and_the_line_stays_as_it_was(team):
    before = team.line(SHORT)
    number = team.number(f"accept {SHORT}")
    assert "needs a comment" in team.refused(f"approve {number} --refuse", "bertha")
    team.does(f'approve {number} --refuse --comment "wrong customer"', "bertha")

    assert team.line(SHORT) == before
    team.refused(f"approve {number}", "bertha")


def test_a_decision_that_waits_is_withdrawn_by_undo(team):
    before = team.line(SHORT)
    number = team.number(f"accept {SHORT}")
    assert "needs a comment" in team.refused(f"undo {number}")
    told = team.does(f"undo {number} --comment mistake")

    assert f"decision {number} is withdrawn" in told
    assert team.line(SHORT) == before
    assert team.number(f"accept {SHORT}") == number + 1


def test_what_is_below_the_band_counts_at_once(team):
    assert "approve" not in team.does(f"accept {WEAK}")
    assert team.line(WEAK) is None


def test_roles_part_those_who_decide_from_those_who_approve_and_look(team):
    for words, user in (
        (f"accept {WEAK}", "bertha"),
        (f"accept {WEAK}", "dora"),
        (f"accept {WEAK}", "eve"),
        (f"accept {WEAK}", "nobody"),
        (f"comment {WEAK} x", "dora"),
        (f"assign {WEAK} anna", "dora"),
        (f"assign {WEAK} nobody", "anna"),
        ("accept --from-confidence 50%", "eve"),
        ("undo 1 --comment x", "bertha"),
        ("period close 2026-10-10 --reason x", "anna"),
        ("post beancount", "anna"),
        ("release x --reason x", "anna"),
    ):
        team.refused(words, user)


def test_a_closed_period_takes_no_decision_and_dates_late_entries_by_their_day(team):
    team.does("period close 2026-10-18 --reason October", "bertha")
    team.refused("period close 2026-10-18 --reason again", "bertha")
    team.does(f"reject {AMBIGUOUS}")
    assert "closed until 2026-10-18" in team.refused("run --as-of 2026-10-18")
    assert "closed until 2026-10-18" in team.refused(f"accept {WEAK} --effective-on 2026-10-18")
    team.does(f"accept {WEAK} --effective-on 2026-10-20")
    rows = team.does("post journal-csv --dry-run --format csv", "bertha").splitlines()
    mine = {row.split(",")[0] for row in rows if "UK-5513" in row}

    assert mine == {"2026-10-20"}


def test_a_period_is_opened_again_by_an_admin_and_it_stands_in_the_changes(team):
    team.does("period close 2026-10-18 --reason October", "bertha")
    team.refused("period reopen 2026-10-18 --reason late", "bertha")
    team.does("period reopen 2026-10-18 --reason late", "eve")
    team.does(f"accept {WEAK} --effective-on 2026-10-18")

    assert "opened again" in team.does("report changes")


def test_a_changed_policy_is_not_set_by_whoever_works_first(team):
    policy = team.folder / "policy.toml"
    policy.write_text(policy.read_text("utf-8").replace("grace_days = 8", "grace_days = 9"))
    before = team.events()
    told = team.call("queue", "dora")[1]

    assert "until an admin works here" in told
    assert team.events() == before
    team.call("queue", "eve")
    assert team.events() != before
