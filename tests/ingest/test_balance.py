from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ingest.deliveries import Booked, Stated, delivery, ingest

AMOUNTS = st.lists(st.integers(-(10**15), 10**15), max_size=6)


@given(AMOUNTS, st.integers(-(10**15), 10**15), st.integers(-3, 3))
def test_a_statement_is_ok_exactly_when_opening_and_lines_give_the_closing(amounts, opening, off):
    booked = tuple(Booked(1, amount) for amount in amounts)
    closing = opening + sum(amounts) + off
    if abs(closing) > 10**18:
        return
    statements, lines, _ = ingest(
        delivery("a.sta", Stated(booked, opening=opening, closing=closing))
    )
    verdict, difference, held = statements.select(
        "balance_check", "balance_difference", "is_held"
    ).row(0)

    assert verdict == ("ok" if off == 0 else "broken")
    assert difference == off
    assert held == (off != 0)
    assert lines["is_held"].to_list() == [off != 0] * lines.height


def test_a_policy_of_warning_holds_nothing_but_says_so():
    broken = Stated((Booked(1, 1000),), closing=1)
    statements, lines, _ = ingest(delivery("a.sta", broken), holds_balance_break=False)

    assert statements["balance_check"].to_list() == ["broken"]
    assert not statements["is_held"].any()
    assert not lines["is_held"].any()


@pytest.mark.parametrize(("opening", "closing"), [(None, 1000), (0, None), (None, None)])
def test_a_statement_without_both_balances_is_not_checkable_and_not_held(opening, closing):
    statements, _, _ = ingest(
        delivery("a.ofx", Stated((Booked(1, 1000),), opening=opening, closing=closing))
    )

    assert statements.select("balance_check", "balance_difference", "is_held").row(0) == (
        "not_checkable",
        None,
        False,
    )


def test_a_statement_without_lines_must_close_as_it_opened():
    statements, _, _ = ingest(
        delivery("a.sta", Stated((), opening=500, closing=500)),
        delivery("b.sta", Stated((), opening=500, closing=501)),
    )

    assert statements.sort("file")["balance_check"].to_list() == ["ok", "broken"]


def continuity_of(*stated):
    statements, _, _ = ingest(*(delivery(f"{at}.sta", one) for at, one in enumerate(stated)))
    return statements.sort("file").select("continuity_check", "continuity_note").rows()


def test_the_first_statement_of_an_account_cannot_be_checked_and_the_next_one_continues_it():
    first = Stated((Booked(1, 1000),), opening=0, number="1")
    second = Stated((Booked(2, 500),), opening=1000, number="2")

    assert continuity_of(first, second) == [("not_checkable", None), ("ok", None)]


def test_a_gap_between_statements_is_named_with_both_balances():
    first = Stated((Booked(1, 1000),), opening=0, number="1")
    third = Stated((Booked(3, 500),), opening=1700, number="3")
    check, note = continuity_of(first, third)[1]

    assert check == "broken"
    assert note == "statement 3 opens with 17.00, but statement 1 before it closed with 10.00"


def test_a_gap_holds_nothing():
    first = Stated((Booked(1, 1000),), opening=0, number="1")
    third = Stated((Booked(3, 500),), opening=1700, number="3")
    statements, _, _ = ingest(delivery("a.sta", first), delivery("b.sta", third))

    assert not statements["is_held"].any()


def test_a_copy_of_a_statement_does_not_continue_itself():
    nothing_moved = Stated((Booked(1, 1000), Booked(1, -1000)), opening=500, number="1")

    assert continuity_of(nothing_moved, nothing_moved) == [("not_checkable", None)] * 2


def test_a_weekly_statement_beside_its_days_is_no_break():
    days = (
        Stated((Booked(1, 1000),), opening=0, number="1", opened_on=0),
        Stated((Booked(2, 500),), opening=1000, number="2", opened_on=1),
    )
    week = Stated((Booked(1, 1000), Booked(2, 500)), opening=0, number="W1", opened_on=0)
    checks = [check for check, _ in continuity_of(*days, week)]

    assert "broken" not in checks


def test_accounts_and_currencies_are_checked_apart():
    one = Stated((Booked(1, 1000),), opening=0, number="1")
    other = Stated((Booked(2, 1000),), opening=77, number="1", account="DE75512108001245126199")
    dollars = Stated((Booked(2, 1000),), opening=99, number="1", currency="USD")

    assert [check for check, _ in continuity_of(one, other, dollars)] == ["not_checkable"] * 3


def test_statement_numbers_are_ordered_as_numbers_on_one_day():
    nine = Stated((Booked(1, 1000),), opening=0, number="9")
    ten = Stated((Booked(1, 500),), opening=1000, number="10")

    assert continuity_of(ten, nine) == [("ok", None), ("not_checkable", None)]


def test_balances_near_the_limit_do_not_wrap():
    lines = tuple(Booked(1, 10**15) for _ in range(3))
    statements, _, _ = ingest(delivery("a.sta", Stated(lines, opening=0, closing=3 * 10**15)))

    assert statements.select(pl.col("balance_check")).item() == "ok"


@pytest.mark.parametrize("holds", [True, False])
def test_a_gap_holds_the_statement_behind_it_only_by_policy(holds):
    first = Stated((Booked(1, 1000),), opening=0, number="1")
    third = Stated((Booked(3, 500),), opening=1700, number="3")
    statements, lines, _ = ingest(
        delivery("a.sta", first), delivery("b.sta", third), holds_continuity_break=holds
    )

    assert statements.sort("file")["is_held"].to_list() == [False, holds]
    assert lines.sort("file")["is_held"].to_list() == [False, holds]


def test_statements_without_movements_continue_each_other():
    empty = [Stated((), opening=500, closing=500, number=str(at)) for at in range(3000)]
    statements, _, _ = ingest(delivery("a.sta", *empty))

    assert set(statements.sort("statement_index")["continuity_check"].to_list()[1:]) == {"ok"}


def test_a_pending_entry_counts_in_no_balance_and_is_held():
    booked = (Booked(1, 1000), Booked(1, 700, "soon", status="pending"))
    statements, lines, _ = ingest(delivery("a.xml", Stated(booked, closing=1000)))

    assert statements["balance_check"].to_list() == ["ok"]
    assert dict(lines.select("amount", "is_held").iter_rows()) == {1000: False, 700: True}


@pytest.mark.parametrize("holds", [True, False])
def test_a_notification_is_held_unless_the_policy_applies_it(holds):
    announced = Stated((Booked(1, 1000),), opening=None, closing=None, kind="notification")
    statements, lines, _ = ingest(delivery("a.xml", announced), holds_notifications=holds)

    assert statements["is_held"].to_list() == [holds]
    assert lines["is_held"].to_list() == [holds]


def test_a_statement_with_an_entry_in_another_currency_is_not_checkable():
    booked = (Booked(1, 1000), Booked(1, -2097, currency="USD"))
    statements, lines, _ = ingest(delivery("a.xml", Stated(booked, closing=1000)))

    assert statements.select("balance_check", "balance_difference", "is_held").row(0) == (
        "not_checkable",
        None,
        False,
    )
    assert not lines["is_held"].any()
