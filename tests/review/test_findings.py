"""Each detective control finds what it is for, and finds nothing in a sound record."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from recon.authority import Controls
from recon.frames.findings import CONTROLS
from recon.review.findings.every import all_findings
from tests.review.test_remarks import statement
from tests.review.world import (
    DAY,
    L1,
    L2,
    L3,
    NOW,
    POLICY,
    TODAY,
    decision,
    event,
    item,
    policy_set,
    suggestion,
    world,
)

SETTINGS = Controls()


def found(standing, code, controls=SETTINGS):
    """Give the findings of one code as rows."""
    return all_findings(standing, controls).filter(pl.col("finding") == code).to_dicts()


def codes(standing, controls=SETTINGS):
    return set(all_findings(standing, controls)["finding"])


def applied(of, number, amount=10_000, *, by="anna", no=1, **changed):
    """Decision `no` and its allocation: a line paid an item."""
    made = decision(of, no, "applied", "x", decided_by=by, **changed)
    return made, suggestion(of, number, amount, status="applied", decision_no=no)


def paid(line, *, number="INV-1", by="anna", parties=(), items=(), **changed):
    """A record of one line that paid one item of customer C1."""
    made, brought = applied(L1, number, by=by, **changed)
    return world([line], [item(number, 10_000), *items], [made], [brought], parties=list(parties))


# ---------------------------------------------------------------- C1


def feed(*rows):
    """Statements of one account a day apart: number, opening, closing."""
    return [
        statement(
            statement_id=f"s{at}",
            statement_number=number,
            opening_balance=opening,
            closing_balance=closing,
            opening_date=DAY + dt.timedelta(at),
            closing_date=DAY + dt.timedelta(at),
            balance_check="ok",
            is_held=False,
        )
        for at, (number, opening, closing) in enumerate(rows)
    ]


def test_a_feed_without_gaps_is_sound():
    rows = feed(("1", 0, 50), ("2", 50, 70), ("3", 70, 10))

    assert codes(world([], statements=rows)) == set()


def test_a_missing_statement_is_found_by_number_and_balance_with_both_figures():
    standing = world([], statements=feed(("1", 0, 5_000), ("3", 7_000, 9_000)))
    (gap,) = found(standing, "balance_gap")
    (number,) = found(standing, "number_gap")

    assert (gap["control"], gap["severity"], gap["amount"]) == ("C1", "act", 2_000)
    assert "opens with 70.00 EUR, but the one before closed with 50.00 EUR" in gap["words"]
    assert (number["severity"], number["statement_id"]) == ("act", "s1")
    assert "1 numbers are left out between statements 1 and 3" in number["words"]


def test_a_number_that_is_left_out_while_balances_continue_is_only_told():
    standing = world([], statements=feed(("1", 0, 50), ("3", 50, 90)))
    (number,) = found(standing, "number_gap")

    assert number["severity"] == "info"
    assert found(standing, "balance_gap") == []


def test_a_new_year_a_copy_and_an_overlapping_delivery_are_no_gaps():
    year = feed(("365", 0, 50), ("1", 50, 90))
    assert codes(world([], statements=year)) == set()
    copies = [*feed(("1", 0, 50), ("2", 50, 90)), *feed(("1", 0, 50), ("2", 50, 90))]
    copies = [{**row, "statement_id": f"c{at}"} for at, row in enumerate(copies)]
    assert codes(world([], statements=copies)) == set()
    week = {**feed(("1", 0, 90))[0], "statement_id": "week", "statement_number": None}
    week["closing_date"] = DAY + dt.timedelta(1)
    daily = feed(("1", 0, 50), ("2", 50, 90))
    assert codes(world([], statements=[*daily, week])) == set()


def test_accounts_and_currencies_are_feeds_of_their_own():
    rows = feed(("1", 0, 50), ("7", 900, 50))
    rows[1]["currency"] = "USD"
    assert codes(world([], statements=rows)) == set()
    rows[1] |= {"currency": "EUR", "account": "DE2"}
    assert codes(world([], statements=rows)) == set()


def test_a_date_as_a_number_is_no_sequence():
    rows = feed(("20260110", 0, 50), ("20260115", 50, 90))

    assert codes(world([], statements=rows)) == set()


def test_a_statement_that_does_not_balance_and_one_that_is_held_are_found():
    rows = feed(("1", 0, 50))
    rows[0] |= {"balance_check": "broken", "balance_difference": -150, "is_held": True}
    standing = world([], statements=rows)

    assert "-1.50 EUR" in found(standing, "balance_break")[0]["words"]
    assert found(standing, "statement_held")[0]["age_days"] == 22


# ---------------------------------------------------------------- C3 to C10


def test_a_policy_that_nobody_else_approved_is_found_where_it_must_be():
    rows = [policy_set(1, "first", "recon"), policy_set(2, POLICY, "dora")]
    standing = world([], events=rows)
    strict = Controls(policy_needs_approval=True)

    assert found(standing, "policy_not_approved", strict)[0]["user"] == "dora"
    assert found(standing, "policy_not_approved") == []
    (change,) = found(standing, "policy_changed")
    assert change["words"] == f"dora set policy {POLICY} in place of first on 2026-02-01"


def test_an_own_approval_is_shown_in_whatever_spelling():
    approval = {"seq": 1, "decision_no": 1, "is_granted": True, "at": NOW}
    made = decision(L1, 1, "applied", "x", decided_by="carl", approvals_needed=1)
    standing = world([{}], decisions=[made], approvals=[{**approval, "approver": "CARL"}])
    (own,) = found(standing, "own_approval")

    assert (own["control"], own["user"], own["decision_no"]) == ("C4", "CARL", 1)
    other = world([{}], decisions=[made], approvals=[{**approval, "approver": "berta"}])
    assert found(other, "own_approval") == []


def small_write_offs(count, by="anna"):
    rows, brought = [], []
    for at in range(count):
        made, payment = applied(L1, "INV-1", by=by, no=at + 1, at=NOW)
        made["line_id"] = payment["line_id"] = (L1, L2, L3, "L" + "b" * 16, "L" + "c" * 16)[at]
        rows.append(made)
        brought.append({**payment, "kind": "write_off", "amount": 100, "item_amount": 100})
    return world([{}] * 3, [item("INV-1", 10_000)], rows, brought)


def test_many_small_write_offs_of_one_person_are_found():
    (many,) = found(small_write_offs(5), "many_write_offs")

    assert many["words"] == "anna wrote off 5.00 EUR in 5 decisions of the last 30 days"
    assert found(small_write_offs(4), "many_write_offs") == []
    assert found(small_write_offs(5, by="rule"), "many_write_offs") == []


def test_an_approval_that_nobody_gives_is_found():
    made = decision(L1, 1, "applied", "x", decided_by="anna", approvals_needed=1)
    standing = world([{}], decisions=[made])
    (waits,) = found(standing, "approval_waits")

    assert (waits["control"], waits["age_days"]) == ("C6", 21)
    assert found(replace(standing, as_of=DAY + dt.timedelta(8)), "approval_waits") == []


def test_an_account_is_reconciled_up_to_its_first_open_line():
    lines = [{"account": "DE1", "booking_date": DAY}]
    rows = feed(("1", 0, 50))
    month = Controls(reconcile_within_days=22)
    assert found(world(lines, statements=rows), "not_reconciled", month) != []
    solved = world(lines, [], [decision(L1, 1, "not_receivable", "x")], statements=rows)
    assert found(solved, "not_reconciled", month) == []
    late = found(solved, "not_reconciled", Controls(reconcile_within_days=21))
    assert late[0]["words"] == (
        "DE1 (EUR) is reconciled up to 2026-01-10, 22 days ago; 21 are allowed"
    )


def test_a_line_left_lying_is_found_with_owner_and_last_action():
    said = {"seq": 1, "line_id": L1, "at": NOW, "actor": "carl", "owner": "anna"}
    old = {"booking_date": TODAY - dt.timedelta(31)}
    standing = world([old, old, {"booking_date": TODAY - dt.timedelta(30)}], comments=[said])
    first, second = found(standing, "stale_line")

    assert (first["line_id"], first["user"], first["age_days"]) == (L1, "anna", 31)
    assert "with anna; last touched by carl on 2026-02-01" in first["words"]
    assert "with nobody; nobody touched it" in second["words"]


def test_a_period_that_was_opened_again_is_shown_until_it_is_closed_and_after():
    row = {"closed_until": DAY, "at": NOW, "actor": "dora", "reason": "late invoice"}
    rows = [
        {**row, "seq": 1, "is_closed": True},
        {**row, "seq": 2, "is_closed": False},
    ]
    (is_open,) = found(world([], periods=rows), "period_reopened")
    again = [*rows, {**row, "seq": 3, "is_closed": True}]
    (is_closed,) = found(world([], periods=again), "period_reopened")

    assert (is_open["severity"], is_closed["severity"]) == ("look", "info")
    assert "opened again by dora: late invoice; it is open" in is_open["words"]


def test_a_number_that_is_missing_is_found():
    standing = world(
        [{}, {}],
        decisions=[decision(L1, 1, "unmatched", "x"), decision(L2, 4, "unmatched", "x")],
        events=[event(2, "run_started"), event(3, "run_completed")],
    )
    (gap,) = found(standing, "decision_gap")

    assert gap["words"] == "2 numbers are missing between decision 1 and 4"
    assert found(standing, "event_gap")[0]["words"] == "1 numbers are missing between event 0 and 2"


# ---------------------------------------------------------------- C13


def test_an_item_that_was_settled_past_us_is_found_as_long_as_the_newest_extract_says_so():
    difference = {
        "seq": 5,
        "item_id": "I1",
        "number": "INV-1",
        "currency": "EUR",
        "kind": "settled_in_books_only",
        "amount": 900,
    }
    other = {**difference, "item_id": "I2", "kind": "still_open_in_books"}
    loads = [event(5, "items_loaded")]
    standing = world([], differences=[difference, other], events=loads)
    (past,) = found(standing, "settled_in_books_only")

    assert (past["control"], past["item_id"]) == ("C13", "I1")
    later = world([], differences=[difference], events=[*loads, event(6, "items_loaded")])
    assert found(later, "settled_in_books_only") == []


# ---------------------------------------------------------------- C17

FAMILY = (
    {"customer_id": "C1", "accounts": ["DE11"]},
    {"customer_id": "C2", "accounts": ["DE22"]},
    {"customer_id": "C3", "accounts": ["DE33"], "parent_customer_id": "C1"},
)


def test_money_from_the_account_of_another_customer_is_found():
    (other,) = found(paid({"payer_account": "DE22"}, parties=FAMILY), "payer_of_another")

    assert (other["control"], other["customer_id"], other["user"]) == ("C17", "C1", "anna")
    for account in ("DE11", "de 11", "DE33"):
        sound = paid({"payer_account": account}, parties=FAMILY)
        assert found(sound, "payer_of_another") == []
    assert found(paid({"payer_account": "DE22"}), "payer_of_another") == []


def test_a_receipt_that_a_person_applied_long_after_it_came_is_found():
    old = {"booking_date": TODAY - dt.timedelta(31)}
    (late,) = found(paid(old, at=NOW), "applied_late")

    assert "applied by anna 31 days after it came" in late["words"]
    assert found(paid(old, by="rule", at=NOW), "applied_late") == []
    young = {"booking_date": TODAY - dt.timedelta(30)}
    assert found(paid(young, at=NOW), "applied_late") == []


def reapplied(number):
    first, brought = applied(L1, "INV-1", no=1, by="rule")
    second, again = applied(L1, number, no=3, by="carl")
    undone = decision(L1, 2, "unmatched", "undone", decided_by="anna", undoes=1)
    items = [item("INV-1", 10_000), item("INV-2", 10_000)]
    return world([{}], items, [first, undone, second], [brought, again])


def test_a_line_that_was_taken_back_and_applied_to_other_items_is_found():
    (anew,) = found(reapplied("INV-2"), "applied_anew")

    assert (
        anew["words"] == "100.00 EUR paid INV-1 until anna took it back; now it pays INV-2, by carl"
    )
    assert found(reapplied("INV-1"), "applied_anew") == []


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("for INV-2044", True),
        ("inv 2044, thanks", True),
        ("INV-2044 AND INV-1", True),
        ("for INV-1", False),
        ("for INV-20441", False),
        ("for XINV-2044", False),
        ("", False),
    ],
)
def test_a_receipt_whose_text_names_another_open_item_is_found(text, is_found):
    standing = paid({"remittance": text}, items=[item("INV-2044", 500)])

    assert bool(found(standing, "names_another_item")) is is_found


def test_an_item_that_is_not_open_may_be_named_and_rules_have_their_own_judges():
    done = item("INV-2044", 500, open_amount=0)
    assert found(paid({"remittance": "INV-2044"}, items=[done]), "names_another_item") == []
    by_rule = paid({"remittance": "INV-2044"}, by="rule", items=[item("INV-2044", 500)])
    assert found(by_rule, "names_another_item") == []


def test_a_receipt_without_a_payers_account_that_a_person_booked_is_told():
    (unknown,) = found(paid({}), "payer_unknown")

    assert unknown["severity"] == "info"
    assert found(paid({"payer_account": "DE1"}), "payer_unknown") == []
    assert found(paid({}, by="rule"), "payer_unknown") == []


def round_trip(days=1, amount=-10_000, **changed):
    there = {"payer_account": "DE11", "amount": 10_000, "booking_date": DAY}
    back = {
        "payer_account": "DE 11",
        "amount": amount,
        "booking_date": DAY + dt.timedelta(days),
        **changed,
    }
    return world([there, back])


def test_money_that_came_and_went_to_the_same_account_is_found():
    (trip,) = found(round_trip(), "round_trip")

    assert (trip["line_id"], trip["other_line_id"]) == (L1, L2)
    for other in (
        round_trip(days=4),
        round_trip(days=-1),
        round_trip(amount=-9_999),
        round_trip(currency="USD"),
        round_trip(payer_account="DE12"),
        round_trip(is_reversal=True),
    ):
        assert found(other, "round_trip") == []


# ---------------------------------------------------------------- C18 and C19


def twice(days=14, fates=("unmatched", "unmatched"), **changed):
    first = {"payer_account": "DE11", "remittance": "INV 1"}
    second = {**first, "booking_date": DAY + dt.timedelta(days), **changed}
    decisions = [decision(of, at + 1, fates[at], "x") for at, of in enumerate((L1, L2))]
    return world([first, second], decisions=decisions)


def test_a_receipt_that_came_twice_is_found_and_is_grave_if_both_were_applied():
    (double,) = found(twice(), "came_twice")

    assert (double["control"], double["line_id"], double["other_line_id"]) == ("C18", L2, L1)
    assert double["severity"] == "look"
    assert found(twice(fates=("applied", "applied")), "came_twice")[0]["severity"] == "act"
    assert found(twice(remittance="inv-1"), "came_twice") != []
    for other in (
        twice(days=15),
        twice(amount=10_001),
        twice(currency="USD"),
        twice(remittance="INV 2"),
        twice(payer_account="DE12"),
        twice(fates=("returned", "unmatched")),
    ):
        assert found(other, "came_twice") == []


def test_the_window_of_doubles_is_the_controls():
    assert found(twice(days=15), "came_twice", Controls(duplicate_days=15)) != []


def test_payers_without_account_and_name_are_nobodys_doubles():
    lines = [{"remittance": "x"}, {"remittance": "x"}]
    assert found(world(lines), "came_twice") == []
    named = [{**line, "payer_name": "Acme"} for line in lines]
    assert found(world(named), "came_twice") != []


@pytest.mark.parametrize("reason", ["duplicate_payment", "quotes_closed_item"])
def test_a_receipt_for_an_item_that_was_settled_before_is_found(reason):
    standing = world([{}], decisions=[decision(L1, 1, "on_account", reason)])

    assert found(standing, "item_settled_before")[0]["line_id"] == L1


def test_a_new_account_of_a_known_customer_is_found_whoever_applied_it():
    for by in ("anna", "rule"):
        (new,) = found(paid({"payer_account": "DE99"}, by=by, parties=FAMILY), "new_account")
        assert (new["control"], new["customer_id"]) == ("C19", "C1")
    assert found(paid({"payer_account": "DE99"}), "new_account") == []
    assert found(paid({"payer_account": "DE22"}, parties=FAMILY), "new_account") == []


# ---------------------------------------------------------------- all


def test_a_sound_record_has_no_findings():
    standing = paid(
        {"payer_account": "DE11", "remittance": "INV-1", "account": "DE1"},
        parties=FAMILY,
    )
    rows = feed(("1", 0, 50))

    assert all_findings(standing, SETTINGS).is_empty()
    assert codes(world([], statements=rows)) == set()


def test_findings_come_gravest_first_and_in_the_same_order_however_the_rows_lie():
    standing = twice(fates=("applied", "applied"), is_held=True)
    rows = feed(("1", 0, 50), ("9", 70, 90))
    standing = replace(standing, statements=world([], statements=rows).statements)
    every = all_findings(standing, SETTINGS)
    turned = replace(
        standing,
        lines=standing.lines.reverse(),
        statements=standing.statements.reverse(),
        decision_log=standing.decision_log.reverse(),
    )

    assert every.height >= 3
    assert all_findings(turned, SETTINGS).equals(every)
    ranks = [("act", "look", "info").index(severity) for severity in every["severity"]]
    assert ranks == sorted(ranks)


def test_every_finding_names_a_control_of_the_list_and_says_something():
    strict = Controls(policy_needs_approval=True, daily_write_off_limit=Decimal(1))
    every = all_findings(reapplied("INV-2"), strict)

    assert not every.is_empty()
    assert set(every["control"]) <= set(CONTROLS)
    assert every["words"].str.len_chars().min() > 10
