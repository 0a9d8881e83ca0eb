"""What a person may decide on a line, and what is refused; every decision keeps the cash identities."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recon.apply.conserve import check_identities
from recon.authority import User
from recon.errors import Refused
from recon.frames.decisions import Decisions
from recon.frames.entries import Entries
from recon.review.decide import accept, mark_not_receivable, put_on_account, reject, split
from recon.review.parts import PART_KINDS, Part
from recon.review.people import Authority
from tests.examples import examples
from tests.review.world import (
    DAY,
    L1,
    L2,
    L3,
    TODAY,
    act,
    decision,
    house,
    item,
    recorded,
    suggestion,
    world,
)


def check_conserved(standing, made):
    """Check the decision by the identities of a run: the line with its decision, the items as open before it."""
    line = standing.lines.filter(pl.col("line_id") == made.line_id)
    check_identities(line, standing.items, made.decision, made.allocations, Entries.create_empty())


def two_suggestions():
    """A line of 100.00: INV-1 pays it exactly, or INV-2 and a credit note."""
    return world(
        [{}],
        [item("INV-1", 10_000), item("INV-2", 12_000), item("CN-3", -2_000)],
        allocations=[
            suggestion(L1, "INV-1", 10_000),
            suggestion(L1, "INV-2", 12_000, rank=2, confidence_ppm=40_000),
            suggestion(L1, "CN-3", -2_000, rank=2, confidence_ppm=40_000),
        ],
    )


# ---------------------------------------------------------------- accept


def test_a_decision_prints_no_warning(capfd):
    # A warning that became an error inside Polars is printed there, and raised nowhere.
    accept(two_suggestions(), L1, 1, act())

    assert capfd.readouterr().err == ""


def test_an_accepted_suggestion_is_applied_as_it_was_made():
    standing = two_suggestions()
    made = accept(standing, L1, 2, act(saw=1))

    check_conserved(standing, made)
    row = made.decision.row(0, named=True)
    assert (row["fate"], row["reason"], row["decided_by"]) == (
        "applied",
        "accepted_by_person",
        "anna",
    )
    assert (row["policy_hash"], made.follows, made.approvals_needed) == ("policy-1", 1, 0)
    assert (made.effective_on, made.entry_date) == (TODAY, DAY)
    assert made.allocations["item_id"].to_list() == ["CN-3", "INV-2"]
    assert made.allocations["rank"].to_list() == [1, 1]
    assert made.allocations["because"][0] == "amount 9.0 bits; accepted by anna"


def test_the_record_holds_the_one_spelling_of_a_name():
    assert accept(two_suggestions(), L1, 1, act(" ANNA ")).decision["decided_by"].item() == "anna"


def test_a_suggestion_whose_item_was_taken_since_is_refused_with_both_figures():
    standing = world(
        [{}, {}],
        [item("INV-1", 10_000)],
        allocations=[suggestion(L1, "INV-1", 10_000), suggestion(L2, "INV-1", 10_000)],
    )
    after = recorded(standing, accept(standing, L1, 1, act()))
    with pytest.raises(Refused, match=r"INV-1 has 0\.00 EUR left, not 100\.00"):
        accept(after, L2, 1, act())


def test_what_waits_for_an_approval_is_spoken_for():
    standing = world(
        [{"amount": 100_000}, {"amount": 100_000}],
        [item("INV-1", 100_000)],
        allocations=[suggestion(L1, "INV-1", 100_000), suggestion(L2, "INV-1", 100_000)],
    )
    made = accept(standing, L1, 1, act())
    after = recorded(standing, made)

    assert made.approvals_needed == 1
    assert after.items["open_amount"].to_list() == [100_000]
    with pytest.raises(Refused, match=r"INV-1 has 0\.00 EUR left"):
        accept(after, L2, 1, act())


def test_a_line_that_nobody_decided_yet_has_no_suggestion():
    with pytest.raises(Refused, match="0 suggestions, and none of rank 1"):
        accept(world([{}], [], decisions=[]), L1, 1, act())


def test_a_rank_that_is_not_there_is_refused():
    with pytest.raises(Refused, match="2 suggestions, and none of rank 3"):
        accept(two_suggestions(), L1, 3, act())


def test_a_suggestion_in_another_currency_is_refused():
    standing = world(
        [{}],
        [item("INV-1", 10_000, currency="USD")],
        allocations=[suggestion(L1, "INV-1", 10_000, item_currency="USD")],
    )
    with pytest.raises(Refused, match="open in USD, the line is in EUR"):
        accept(standing, L1, 1, act())


# ---------------------------------------------------------------- split


def test_a_line_is_split_among_items_with_a_rest_on_account():
    standing = world([{}], [item("INV-1", 6_000), item("INV-2", 3_000)])
    parts = [
        Part(kind="payment", amount=6_000, item_id="INV-1"),
        Part(kind="payment", amount=2_500, item_id="INV-2"),
        Part(kind="on_account"),
    ]
    made = split(standing, L1, parts, act(comment="by phone"))

    check_conserved(standing, made)
    rows = made.allocations.select("item_number", "kind", "amount", "customer_id").rows()
    assert rows == [
        ("INV-1", "payment", 6_000, "C1"),
        ("INV-2", "payment", 2_500, "C1"),
        (None, "on_account", 1_500, "C1"),
    ]
    assert set(made.allocations["because"]) == {"split by anna: by phone"}


def test_a_discount_a_charge_and_a_write_off_settle_the_item_without_cash():
    standing = world(
        [{"charges": 300}],
        [item("INV-1", 10_700, discount_amount=350, discount_until=DAY)],
    )
    parts = [
        Part(kind="payment", amount=10_000, item_id="INV-1"),
        Part(kind="discount", amount=350, item_id="INV-1"),
        Part(kind="bank_charge", amount=300, item_id="INV-1"),
        Part(kind="write_off", amount=50, item_id="INV-1"),
    ]
    made = split(standing, L1, parts, act(comment="rounding"))

    check_conserved(standing, made)
    assert made.allocations["item_amount"].sum() == 10_700


REFUSED_PARTS = {
    "too little cash": ([("payment", 9_999, "INV-1")], r"use 99.99 EUR of the line's 100.00"),
    "too much cash": (
        [("payment", 10_000, "INV-1"), ("payment", 1, "INV-2")],
        r"use 100.01 EUR of the line's 100.00",
    ),
    "more than is open": (
        [("payment", 10_000, "INV-2")],
        "INV-2 has 50.00 EUR left, not 100.00",
    ),
    "more than is open in two parts": (
        [("payment", 3_000, "INV-2"), ("payment", 3_000, "INV-2"), ("on_account", None, None)],
        "INV-2 has 50.00 EUR left, not 60.00",
    ),
    "a write-off beyond what is open": (
        [("payment", 10_000, "INV-1"), ("write_off", 3_000, "INV-1")],
        "INV-1 has 120.00 EUR left, not 130.00",
    ),
    "a credit note the wrong way": (
        [("payment", 10_000, "INV-1"), ("payment", 100, "CN-3"), ("on_account", None, None)],
        "wrong way",
    ),
    "an invoice paid back": (
        [("payment", 12_000, "INV-1"), ("payment", -2_000, "INV-2")],
        "wrong way",
    ),
    "an item that nobody knows": ([("payment", 10_000, "INV-9")], "'INV-9' is not open"),
    "a negative rest": (
        [("payment", 12_000, "INV-1"), ("on_account", None, None)],
        "more than the line",
    ),
    "another currency": ([("payment", 10_000, "USD-4")], "open in USD"),
    "nothing": ([], "at least one item"),
    "only on account": ([("on_account", 10_000, None)], "at least one item"),
    "a part of nothing": (
        [("payment", 10_000, "INV-1"), ("write_off", 0, "INV-1")],
        "is no part",
    ),
    "a part without an item": (
        [("payment", 9_000, "INV-1"), ("payment", 1_000, None)],
        "needs an item",
    ),
    "two rests": (
        [("payment", 9_000, "INV-1"), ("on_account", None, None), ("on_account", None, None)],
        "once",
    ),
    "a payment without an amount": ([("payment", None, "INV-1")], "only the rest"),
    "an item on account": ([("on_account", 10_000, "INV-1")], "belongs to no item"),
    "a refund": ([("payment", 9_000, "INV-1"), ("refund", 1_000, None)], "no kind of part"),
    "an amount beyond all bounds": (
        [("payment", 10**16, "INV-1"), ("on_account", -(10**16), None)],
        "is no part",
    ),
}


@pytest.mark.parametrize("name", REFUSED_PARTS)
def test_parts_that_break_an_identity_are_refused(name):
    parts, message = REFUSED_PARTS[name]
    standing = world(
        [{}],
        [
            item("INV-1", 12_000),
            item("INV-2", 5_000),
            item("CN-3", -500),
            item("USD-4", 10_000, currency="USD"),
        ],
    )
    asked = [Part(kind=kind, amount=amount, item_id=number) for kind, amount, number in parts]
    with pytest.raises(Refused, match=message):
        split(standing, L1, asked, act(comment="x"))


def test_a_split_names_no_customer_that_nobody_knows():
    standing = world([{}], [item("INV-1", 5_000)])
    parts = [
        Part(kind="payment", amount=5_000, item_id="INV-1"),
        Part(kind="on_account", customer_id="C9"),
    ]
    with pytest.raises(Refused, match="nobody knows the customer 'C9'"):
        split(standing, L1, parts, act())


FREE = house(
    bands=(),
    customer_write_off_limit=10**6,
    customer_write_off_percent=100,
    daily_write_off_limit=10**6,
)
GENEROUS = Authority(
    {"carl": User(roles=("preparer",), write_off_limit=Decimal(10**6))}, FREE.controls
)
amounts = st.integers(-6_000, 12_000)
some_parts = st.lists(
    st.builds(
        Part,
        kind=st.sampled_from(PART_KINDS),
        amount=amounts,
        item_id=st.sampled_from([None, "A", "B", "C", "D"]),
    ),
    max_size=3,
)


@settings(max_examples=examples(8), deadline=None)
@given(line_amount=st.integers(1, 15_000), left=amounts, parts=some_parts)
def test_whatever_is_asked_what_comes_out_conserves_cash_and_items(line_amount, left, parts):
    standing = world([{"amount": line_amount}], [item("A", left), item("B", 9_000)])
    how = act("carl", authority=GENEROUS, comment="x")
    try:
        made = split(standing, L1, [*parts, Part(kind="on_account")], how)
    except Refused:
        return
    check_conserved(standing, made)


@settings(max_examples=examples(6), deadline=None)
@given(data=st.data(), line_amount=st.integers(3, 20_000))
def test_parts_that_come_to_the_line_within_what_is_open_are_taken(data, line_amount):
    opens = {"A": 9_000, "B": 5_000, "C": -4_000}
    paid = {
        name: data.draw(st.integers(min(left, 0), max(left, 0)), name)
        for name, left in opens.items()
    }
    paid = {name: amount for name, amount in paid.items() if amount}
    rest = line_amount - sum(paid.values())
    assume(paid and rest >= 0)
    standing = world([{"amount": line_amount}], [item(*one) for one in opens.items()])
    parts = [Part(kind="payment", amount=paid[name], item_id=name) for name in paid]
    forgiven = {
        name: opens[name] - paid[name]
        for name in paid
        if opens[name] != paid[name] and data.draw(st.booleans(), f"forgives {name}")
    }
    parts += [Part(kind="write_off", amount=forgiven[name], item_id=name) for name in forgiven]
    parts += [Part(kind="on_account")] if rest else []
    made = split(standing, L1, parts, act("carl", authority=GENEROUS, comment="x"))

    check_conserved(standing, made)
    cash = made.allocations.filter(pl.col("kind").is_in(["payment", "on_account"]))
    assert cash["amount"].sum() == line_amount
    assert made.allocations.filter(pl.col("kind") == "write_off").height == len(forgiven)


# ---------------------------------------------------------------- the rest


def test_a_whole_line_is_put_on_account_of_a_known_customer():
    standing = world([{}], parties=[{"customer_id": "C7"}])
    made = put_on_account(standing, L1, "C7", act())

    check_conserved(standing, made)
    assert (made.fate, made.allocations["customer_id"].to_list()) == ("on_account", ["C7"])
    with pytest.raises(Refused, match="nobody knows the customer"):
        put_on_account(standing, L1, "C8", act())


def test_a_line_is_marked_not_receivable_for_a_reason():
    standing = world([{}])
    with pytest.raises(Refused, match="for a reason"):
        mark_not_receivable(standing, L1, "  ", act())
    made = mark_not_receivable(standing, L1, "tax refund", act())

    check_conserved(standing, made)
    assert made.fate == "not_receivable"
    assert made.decision["note"].item() == "tax refund"
    assert made.allocations.is_empty()


def test_a_rejected_suggestion_is_refused_and_the_next_one_moves_up():
    made = reject(two_suggestions(), L1, 1, act())

    check_conserved(two_suggestions(), made)
    assert made.refused.rows(named=True) == [
        {"line_id": L1, "bank_reference": None, "item_number": "INV-1", "open_amount": 10_000}
    ]
    assert made.fate == "suggested"
    assert made.allocations["item_id"].to_list() == ["CN-3", "INV-2"]
    assert made.allocations["rank"].to_list() == [1, 1]
    assert made.decision["note"].item() == "anna refused INV-1"


def test_when_the_last_suggestion_is_rejected_the_line_is_unmatched():
    standing = world(
        [{"bank_reference": "R7"}],
        [item("INV-1", 10_000)],
        allocations=[suggestion(L1, "INV-1", 10_000)],
    )
    made = reject(standing, L1, 1, act())

    assert (made.fate, made.decision["reason"].item()) == ("unmatched", "rejected_by_person")
    assert made.refused["bank_reference"].to_list() == ["R7"]
    assert made.approvals_needed == 0


def test_only_what_no_other_suggestion_wants_is_refused():
    # {A, B} or {A}: refusing the pair with A would take the second suggestion too.
    standing = world(
        [{}],
        [item("A", 6_000), item("B", 4_000)],
        allocations=[
            suggestion(L1, "A", 6_000),
            suggestion(L1, "B", 4_000),
            suggestion(L1, "A", 6_000, rank=2),
            suggestion(L1, None, 4_000, rank=2, kind="on_account", item_number=None),
        ],
    )
    made = reject(standing, L1, 1, act())

    assert made.refused["item_number"].to_list() == ["B"]
    assert made.allocations["kind"].to_list() == ["payment", "on_account"]
    made = reject(standing, L1, 2, act())

    assert made.refused["item_number"].to_list() == ["A"]
    assert made.fate == "unmatched"


# ---------------------------------------------------------------- what is never decided

DEEDS = {
    "accept": lambda standing, line, how: accept(standing, line, 1, how),
    "split": lambda standing, line, how: split(
        standing, line, [Part(kind="payment", amount=10_000, item_id="INV-1")], how
    ),
    "put on account": lambda standing, line, how: put_on_account(standing, line, "C1", how),
    "mark": lambda standing, line, how: mark_not_receivable(standing, line, "tax", how),
    "reject": lambda standing, line, how: reject(standing, line, 1, how),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_no_deed_touches_a_line_that_may_not_be_decided(deed):
    do = DEEDS[deed]
    items = [item("INV-1", 10_000)]
    offered = [suggestion(L1, "INV-1", 10_000)]
    assert do(world([{}], items, allocations=offered), L1, act()).line_id == L1
    with pytest.raises(Refused, match="is held"):
        do(world([{"is_held": True}], items, allocations=offered), L1, act())
    with pytest.raises(Refused, match="is no receipt"):
        do(world([{"amount": -10_000}], items, allocations=offered), L1, act())
    with pytest.raises(Refused, match="is no receipt"):
        do(world([{"amount": 0}], items, allocations=offered), L1, act())
    with pytest.raises(Refused, match="there is no line"):
        do(world([{}], items), L2, act())
    for fate in ("applied", "on_account", "not_receivable", "returned"):
        settled = world(
            [{}], items, [decision(L1, 1, fate, "evidence_agrees")], allocations=offered
        )
        with pytest.raises(Refused, match=f"is decided \\({fate}"):
            do(settled, L1, act())


@pytest.mark.parametrize("deed", DEEDS)
def test_a_line_that_changed_since_the_person_looked_is_refused(deed):
    standing = world(
        [{}],
        [item("INV-1", 10_000)],
        [
            decision(L1, 1, "suggested", "ambiguous"),
            decision(L1, 2, "suggested", "one_class_only"),
        ],
        [suggestion(L1, "INV-1", 10_000, decision_no=2)],
    )
    with pytest.raises(Refused, match="you saw decision 1, it stands by 2"):
        DEEDS[deed](standing, L1, act(saw=1))
    assert DEEDS[deed](standing, L1, act(saw=2)).follows == 2


def test_what_one_reviewer_decided_another_cannot_decide_again():
    standing = two_suggestions()
    first = accept(standing, L1, 1, act("anna", saw=1))
    after = recorded(standing, first)
    with pytest.raises(Refused, match="you saw decision 1, it stands by 2"):
        accept(after, L1, 2, act("carl", saw=1))
    with pytest.raises(Refused, match="is decided"):
        accept(after, L1, 2, act("carl"))


def test_a_decision_cannot_count_before_the_money_came():
    standing = world([{"value_date": DAY + dt.timedelta(2)}], parties=[{"customer_id": "C1"}])
    with pytest.raises(Refused, match="the money came on 2026-01-10"):
        put_on_account(standing, L1, "C1", act(effective_on=DAY - dt.timedelta(1)))
    assert put_on_account(standing, L1, "C1", act(effective_on=DAY)).effective_on == DAY


def test_a_line_whose_decision_counts_later_is_not_decided_before():
    late = decision(L1, 2, "applied", "accepted_by_person", effective_on=TODAY + dt.timedelta(1))
    standing = world([{}], [], [decision(L1, 1, "unmatched", "no_candidate"), late])
    with pytest.raises(Refused, match=r"decision 2 of line .* waits for its value date"):
        put_on_account(standing, L1, "C1", act())


@pytest.mark.parametrize("name", ["berta", "dora", "emil", "mallory"])
@pytest.mark.parametrize("deed", DEEDS)
def test_only_a_preparer_decides(deed, name):
    standing = world([{}], [item("INV-1", 10_000)], allocations=[suggestion(L1, "INV-1", 10_000)])
    with pytest.raises(Refused):
        DEEDS[deed](standing, L1, act(name))


def test_a_decision_leaves_other_lines_alone():
    standing = world([{}, {}, {}], [item("INV-1", 10_000)], parties=[{"customer_id": "C1"}])
    after = recorded(standing, put_on_account(standing, L2, "C1", act()))

    before = standing.decisions.filter(pl.col("line_id") != L2)
    assert after.decisions.filter(pl.col("line_id") != L2).equals(before)
    assert set(after.decisions["line_id"]) == {L1, L2, L3}
    assert Decisions.is_valid(after.decisions)
