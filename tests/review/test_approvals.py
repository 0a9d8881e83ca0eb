"""Maker-checker by amount band, for policies and for payer accounts; each way round four eyes is refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from recon.authority import Band, User
from recon.errors import Refused
from recon.frames.decisions import DecisionLog
from recon.frames.events import Events, Periods
from recon.review.approvals import answer, by_band, withdraw
from recon.review.decide import accept, mark_not_receivable, put_on_account, split
from recon.review.parts import Part
from recon.review.people import Authority
from recon.review.policy_change import (
    check_policy,
    check_policy_approval,
    check_set_policy,
    policy_change,
)
from recon.review.record import line_state
from recon.review.undo import undo
from tests.review.world import (
    L1,
    L2,
    NOW,
    POLICY,
    TODAY,
    USERS,
    act,
    answered,
    decision,
    frame,
    house,
    item,
    policy_approved,
    policy_set,
    recorded,
    suggestion,
    world,
)

PARTY = [{"customer_id": "C1"}]


def waiting(amount=500_000, maker="anna", **changed):
    """A line of 5,000.00 that was put on account and waits for an approval; its decision is number 2."""
    standing = world([{"amount": amount}, {}], parties=PARTY, **changed)
    standing = replace(
        standing,
        decision_log=standing.decision_log.with_columns(
            decision_no=pl.Series([1, 10], dtype=pl.Int64)
        ),
    )
    made = put_on_account(standing, L1, "C1", act(maker))
    return recorded(standing, made)


NUMBER = 11


# ---------------------------------------------------------------- bands


@pytest.mark.parametrize(
    ("amount", "currency", "needed"),
    [
        (99_999, "EUR", 0),
        (100_000, "EUR", 1),
        (-100_000, "EUR", 1),
        (1_000_000, "EUR", 2),
        (999, "JPY", 0),
        (1_000, "JPY", 1),
        (999_999, "KWD", 0),
        (1_000_000, "KWD", 1),
    ],
)
def test_the_band_counts_whole_units_of_the_lines_own_currency(amount, currency, needed):
    assert by_band(amount, currency, house().controls) == needed


def test_bands_may_be_written_in_any_order():
    bands = (Band(from_amount=Decimal(100), approvals=2), Band(from_amount=Decimal(1), approvals=1))

    assert by_band(15_000, "EUR", house(bands=bands).controls) == 2


def test_a_decision_in_a_band_does_not_count_before_it_is_approved():
    standing = waiting()

    assert line_state(standing, L1).fate == "unmatched"
    given = answer(standing, NUMBER, act("berta"), is_granted=True)
    assert given.is_last
    assert line_state(answered(standing, given), L1).fate == "on_account"


def test_a_refused_decision_never_counts_and_the_line_is_free_again():
    standing = waiting()
    with pytest.raises(Refused, match="needs a comment"):
        answer(standing, NUMBER, act("berta"), is_granted=False)
    given = answer(standing, NUMBER, act("berta", comment="ask them first"), is_granted=False)
    after = answered(standing, given)

    assert not given.is_last
    assert line_state(after, L1).fate == "unmatched"
    with pytest.raises(Refused, match="does not wait for an approval"):
        answer(after, NUMBER, act("carl"), is_granted=True)
    assert put_on_account(after, L1, "C1", act()).approvals_needed == 1


def test_the_second_of_two_approvals_brings_it_into_force():
    standing = waiting(1_000_000)
    first = answer(standing, NUMBER, act("berta"), is_granted=True)
    once = answered(standing, first)
    second = answer(once, NUMBER, act("carl"), is_granted=True)

    assert (first.is_last, second.is_last) == (False, True)
    assert line_state(once, L1).fate == "unmatched"
    assert line_state(answered(once, second), L1).fate == "on_account"


# ---------------------------------------------------------------- ways round four eyes
# Each gives a record and a call that must be refused, with what it says.


def own(spelling):
    return lambda: answer(waiting(maker="carl"), NUMBER, act(spelling), is_granted=True)


def approved_twice(spelling):
    standing = waiting(1_000_000)
    once = answered(standing, answer(standing, NUMBER, act("berta"), is_granted=True))
    return lambda: answer(once, NUMBER, act(spelling), is_granted=True)


def role_taken_away():
    users = {**USERS, "berta": User(roles=("viewer",))}
    return answer(
        waiting(),
        NUMBER,
        act("berta", authority=Authority(users, house().controls)),
        is_granted=True,
    )


def removed_from_the_users():
    users = {name: user for name, user in USERS.items() if name != "berta"}
    return answer(
        waiting(),
        NUMBER,
        act("berta", authority=Authority(users, house().controls)),
        is_granted=True,
    )


def after_undo():
    # carl decides, another approves, carl takes it back: he does not approve his own undoing either.
    standing = waiting(maker="carl")
    done = answered(standing, answer(standing, NUMBER, act("berta"), is_granted=True))
    undone = recorded(done, undo(done, NUMBER, act("carl", comment="x")))
    return answer(undone, NUMBER + 1, act("carl"), is_granted=True)


def after_replacement():
    # What berta looked at was withdrawn and made anew; her answer names the old one.
    standing = waiting()
    gone = answered(standing, withdraw(standing, NUMBER, act("anna", comment="x")))
    anew = recorded(gone, mark_not_receivable(gone, L1, "tax", act("anna")))
    return answer(anew, NUMBER, act("berta"), is_granted=True)


def split_under_the_band():
    standing = world([{"amount": 500_000}], [item(str(n), 50_000) for n in range(10)])
    parts = [Part(kind="payment", amount=50_000, item_id=str(n)) for n in range(10)]
    after = recorded(standing, split(standing, L1, parts, act("carl")))
    return answer(after, 2, act("carl"), is_granted=True)


def decided_again_by_the_approver():
    standing = waiting()
    return put_on_account(standing, L1, "C1", act("carl"))


def settled_meanwhile():
    standing = world([{"amount": 500_000}], [item("INV-1", 500_000)])
    part = Part(kind="payment", amount=500_000, item_id="INV-1")
    after = recorded(standing, split(standing, L1, [part], act()))
    items = after.items.with_columns(open_amount=pl.lit(100, dtype=pl.Int64))
    return answer(replace(after, items=items), 2, act("berta"), is_granted=True)


def closed_meanwhile():
    rows = [
        {
            "seq": 7,
            "closed_until": TODAY,
            "is_closed": True,
            "at": NOW,
            "actor": "dora",
            "reason": "x",
        }
    ]
    standing = replace(waiting(), periods=frame(Periods, rows))
    return answer(standing, NUMBER, act("berta"), is_granted=True)


def held_meanwhile():
    standing = waiting()
    lines = standing.lines.with_columns(is_held=pl.lit(value=True))
    return answer(replace(standing, lines=lines), NUMBER, act("berta"), is_granted=True)


def under_ones_own_policy():
    events = [
        policy_set(1, "first", "recon"),
        policy_set(2, POLICY, "carl"),
    ]
    return answer(waiting(events=events), NUMBER, act("carl"), is_granted=True)


def under_ones_own_policy_that_one_approved():
    events = [
        policy_set(1, "first", "recon"),
        policy_set(2, POLICY, "carl"),
        policy_approved(3, POLICY, "Carl"),
    ]
    return answer(waiting(events=events), NUMBER, act("carl"), is_granted=True)


WAYS = {
    "one's own decision": (own("carl"), "somebody else approves it"),
    "another case": (own("CARL"), "somebody else approves it"),
    "a blank behind": (own("carl "), "somebody else approves it"),
    "a wide letter": (own("\uff43arl"), "somebody else approves it"),
    "a Cyrillic letter": (own("c\u0430rl"), "somebody else approves it"),
    "an accent": (own("c\u00e1rl"), "somebody else approves it"),
    "an invisible letter": (own("car\u200bl"), "invisible"),
    "the name of the program": (own("rule"), "name of a program"),
    "no name": (own(" "), "must be named"),
    "a stranger": (own("mallory"), "not among the users"),
    "a viewer": (own("emil"), "may not approve"),
    "an admin": (own("dora"), "may not approve"),
    "a second time": (approved_twice("berta"), "approved decision 11 already"),
    "a second time in other letters": (approved_twice("BERTA "), "approved decision 11 already"),
    "a role that was taken away": (role_taken_away, "may not approve"),
    "a user who was removed": (removed_from_the_users, "not among the users"),
    "after undoing it": (after_undo, "somebody else approves it"),
    "a decision that was replaced": (after_replacement, "does not wait for an approval"),
    "before it is recorded": (
        lambda: answer(waiting(), 99, act("berta"), is_granted=True),
        "no decision 99",
    ),
    "one that needs no approval": (
        lambda: answer(waiting(), 1, act("berta"), is_granted=True),
        "needs no approval",
    ),
    "parts under the band": (split_under_the_band, "somebody else approves it"),
    "deciding again instead of approving": (decided_again_by_the_approver, "waits for an approval"),
    "items that were settled meanwhile": (settled_meanwhile, r"has 1\.00 EUR left"),
    "a period that was closed meanwhile": (closed_meanwhile, "closed until"),
    "a statement that was held meanwhile": (held_meanwhile, "is held"),
    "under one's own policy": (under_ones_own_policy, "set the policy of decision 11"),
    "under a policy that one approved oneself": (
        under_ones_own_policy_that_one_approved,
        "set the policy of decision 11",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_way_round_four_eyes_is_refused(way):
    call, message = WAYS[way]
    with pytest.raises(Refused, match=message):
        call()


def test_two_spellings_in_the_record_count_as_one_approval():
    # Whatever wrote the rows: a line of two approvals does not come into force by one person.
    standing = waiting(1_000_000)
    for spelling in ("berta", "Berta", "BERTA "):
        row = replace(
            answer(waiting(1_000_000), NUMBER, act("berta"), is_granted=True), approver=spelling
        )
        standing = answered(standing, row)

    assert standing.approvals.height == 3
    assert line_state(standing, L1).fate == "unmatched"


# ---------------------------------------------------------------- small houses


def test_a_house_of_one_decides_alone_and_its_decisions_say_so():
    alone = Authority({}, house().controls)
    standing = world([{"amount": 500_000}], parties=PARTY)
    made = put_on_account(standing, L1, "C1", act("Zoe", authority=alone))

    assert made.approvals_needed == 0
    assert made.decision["note"].item() == "own approval: nobody else is among the users"


def test_own_approval_is_allowed_where_the_controls_say_so_and_is_noted():
    lax = Authority(USERS, house(allow_own_approval=True).controls)
    given = answer(waiting(maker="carl"), NUMBER, act("carl", authority=lax), is_granted=True)

    assert given.comment == "own approval"
    assert given.is_last
    with pytest.raises(Refused, match="may not approve"):
        answer(waiting(), NUMBER, act("anna", authority=lax), is_granted=True)


# ---------------------------------------------------------------- payer accounts


def new_account(**changed):
    parties = [{"customer_id": "C1", "accounts": ["DE11"]}, {"customer_id": "C2"}]
    line = {"payer_account": "DE99", **changed}
    return world(
        [line],
        [item("INV-1", 10_000)],
        allocations=[suggestion(L1, "INV-1", 10_000)],
        parties=parties,
    )


def test_a_new_account_of_a_known_customer_needs_a_second_person():
    made = accept(new_account(), L1, 1, act())

    assert made.approvals_needed == 1
    assert made.decision["note"].item() == "the payer's account is new for this customer"


@pytest.mark.parametrize("account", ["DE11", "de 11", None])
def test_a_known_account_or_none_needs_nobody(account):
    assert accept(new_account(payer_account=account), L1, 1, act()).approvals_needed == 0


def test_a_customer_without_known_accounts_holds_nothing():
    assert put_on_account(new_account(), L1, "C2", act()).approvals_needed == 0


def test_the_hold_of_new_accounts_can_be_switched_off():
    lax = house(hold_new_accounts=False)

    assert accept(new_account(), L1, 1, act(authority=lax)).approvals_needed == 0


# ---------------------------------------------------------------- policies


def events(*rows):
    return frame(Events, list(rows))


def test_a_changed_policy_decides_nothing_before_another_person_approved_it():
    base = world([{}])
    rows = [policy_set(1, "first", "recon"), policy_set(2, "second", "dora")]
    standing = replace(base, events=events(*rows))
    check_policy(standing, "first", needs_approval=True)
    check_policy(standing, "second", needs_approval=False)
    with pytest.raises(Refused, match="policy second, set by dora, waits"):
        check_policy(standing, "second", needs_approval=True)
    by_herself = replace(base, events=events(*rows, policy_approved(3, "second", "DORA")))
    with pytest.raises(Refused, match="waits"):
        check_policy(by_herself, "second", needs_approval=True)
    by_another = replace(base, events=events(*rows, policy_approved(3, "second", "berta")))
    check_policy(by_another, "second", needs_approval=True)


def test_an_old_approval_does_not_cover_a_policy_that_is_set_again():
    rows = [
        policy_set(1, "first", "recon"),
        policy_set(2, "second", "dora"),
        policy_approved(3, "second", "berta"),
        policy_set(4, "first", "dora"),
        policy_set(5, "second", "dora"),
    ]
    found = policy_change(events(*rows), "second")

    assert found is not None
    assert not found.is_approved
    assert policy_change(events(), "second") is None


def test_who_set_a_policy_does_not_approve_it():
    rows = [policy_set(1, "first", "recon"), policy_set(2, "second", "dora")]
    standing = replace(world([{}]), events=events(*rows))
    assert check_policy_approval(standing, "second", act("Berta")) == "berta"
    with pytest.raises(Refused, match="dora set this policy"):
        check_policy_approval(standing, "second", act("dora"))
    with pytest.raises(Refused, match="was replaced since"):
        check_policy_approval(standing, "first", act("berta"))
    with pytest.raises(Refused, match="no policy"):
        check_policy_approval(standing, "third", act("berta"))
    with pytest.raises(Refused, match="may not approve the policy"):
        check_policy_approval(standing, "second", act("anna"))
    twice = replace(standing, events=events(*rows, policy_approved(3, "second", "berta")))
    with pytest.raises(Refused, match="already"):
        check_policy_approval(twice, "second", act("berta"))


def test_only_an_admin_sets_a_policy_and_says_why():
    assert check_set_policy(act("dora", comment="new bank")) == "dora"
    with pytest.raises(Refused, match="needs a comment"):
        check_set_policy(act("dora"))
    with pytest.raises(Refused, match="may not set another policy"):
        check_set_policy(act("carl", comment="x"))


def test_a_policy_that_another_approved_bars_its_author_from_nothing():
    rows = [
        policy_set(1, "first", "recon"),
        policy_set(2, POLICY, "carl"),
        policy_approved(3, POLICY, "berta"),
    ]

    assert answer(waiting(events=rows), NUMBER, act("carl"), is_granted=True).is_last


def test_an_approval_of_one_line_says_nothing_of_another():
    standing = waiting()
    second = recorded(standing, mark_not_receivable(standing, L2, "tax", act()))
    done = answered(second, answer(second, NUMBER, act("berta"), is_granted=True))

    assert line_state(done, L2).fate == "not_receivable"
    assert line_state(done, L1).fate == "on_account"


def test_a_later_decision_of_a_rule_overtakes_one_that_waits():
    standing = waiting()
    row = decision(L1, NUMBER + 1, "not_receivable", "own_transfer")
    log = pl.concat([standing.decision_log, frame(DecisionLog, [row])])
    overtaken = replace(standing, decision_log=log)

    with pytest.raises(Refused, match="does not wait for an approval"):
        answer(overtaken, NUMBER, act("berta"), is_granted=True)
