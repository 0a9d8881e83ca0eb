"""Write-off limits: the lower one counts, in amount, in percent and a day; forgiving by another name is forgiving."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from recon.authority import User
from recon.errors import Refused
from recon.review.decide import accept, split
from recon.review.parts import Part
from recon.review.people import Authority
from recon.review.undo import undo
from tests.review.world import (
    DAY,
    L1,
    L2,
    L3,
    USERS,
    act,
    house,
    item,
    recorded,
    suggestion,
    world,
)

WIDE = {
    "customer_write_off_limit": Decimal(1000),
    "customer_write_off_percent": Decimal(100),
    "daily_write_off_limit": Decimal(1000),
}


def forgiving(forgiven, kind="write_off", number="INV-1", paid=10_000):
    return [
        Part(kind="payment", amount=paid, item_id=number),
        Part(kind=kind, amount=forgiven, item_id=number),
    ]


def by(name, **controls):
    limits = house(**{**WIDE, **controls})
    return act(name, authority=limits, comment="small rest")


def one(**line):
    return world([line], [item("INV-1", 20_000)])


@pytest.mark.parametrize(
    ("name", "forgiven", "controls", "message"),
    [
        ("anna", 2_001, {}, r"20\.01 EUR .* is more than what anna may write off: 20"),
        ("carl", 5_001, {"customer_write_off_limit": Decimal(50)}, r"50\.01 .* at a time: 50"),
        ("carl", 1_001, {"customer_write_off_percent": Decimal(5)}, r"10\.01 .* 5 percent of 200"),
        ("carl", 3_001, {"daily_write_off_limit": Decimal(30)}, r"30\.01 .* limit of a day: 30"),
    ],
)
def test_the_lowest_limit_counts_to_the_cent(name, forgiven, controls, message):
    with pytest.raises(Refused, match=message):
        split(one(), L1, forgiving(forgiven), by(name, **controls))
    made = split(one(), L1, forgiving(forgiven - 1), by(name, **controls))

    assert made.allocations["item_amount"].sum() == 10_000 + forgiven - 1


def test_a_user_without_a_limit_forgives_nothing():
    nobody = Authority({**USERS, "zoe": User()}, house(**WIDE).controls)
    with pytest.raises(Refused, match="what zoe may write off: 0"):
        split(one(), L1, forgiving(1), act("zoe", authority=nobody, comment="x"))


def test_a_house_of_one_keeps_the_limits_of_its_controls():
    alone = Authority({}, house(customer_write_off_percent=Decimal(100)).controls)
    with pytest.raises(Refused, match="at a time: 50"):
        split(one(), L1, forgiving(5_001), act("Zoe", authority=alone, comment="x"))


def test_a_write_off_says_why():
    with pytest.raises(Refused, match="a write-off needs a comment"):
        split(one(), L1, forgiving(10), replace(by("carl"), comment=" "))


def test_several_items_of_one_customer_are_one_customer():
    standing = world([{}], [item("INV-1", 6_000), item("INV-2", 6_000)])
    parts = [
        *forgiving(1_100, number="INV-1", paid=4_900),
        *forgiving(900, number="INV-2", paid=5_100),
    ]
    with pytest.raises(Refused, match=r"20\.00 EUR forgiven to customer C1"):
        split(standing, L1, parts, by("carl", customer_write_off_limit=Decimal("19.99")))


def test_what_was_forgiven_of_an_item_before_counts_to_its_percentage():
    standing = world([{"amount": 5_000}, {"amount": 5_000}], [item("INV-1", 20_000)])
    how = by("carl", customer_write_off_percent=Decimal(5))
    after = recorded(standing, split(standing, L1, forgiving(600, paid=5_000), how))
    with pytest.raises(Refused, match=r"10\.01 EUR forgiven of item INV-1"):
        split(after, L2, forgiving(401, paid=5_000), how)
    assert split(after, L2, forgiving(400, paid=5_000), how).fate == "applied"


def test_all_of_a_day_is_added_up_by_person_and_currency():
    limits = {"daily_write_off_limit": Decimal(30)}
    lines = [{"amount": 5_000}, {"amount": 5_000}, {"amount": 5_000, "currency": "USD"}]
    items = [item("A", 20_000), item("B", 20_000), item("C", 20_000, currency="USD")]
    standing = world(lines, items)
    first = split(standing, L1, forgiving(2_000, number="A", paid=5_000), by("carl", **limits))
    after = recorded(standing, first)
    more = forgiving(1_001, number="B", paid=5_000)
    with pytest.raises(Refused, match=r"30\.01 EUR written off by carl on 2026-02-01"):
        split(after, L2, more, by("CARL", **limits))
    assert split(after, L2, more, by("anna", **limits)).fate == "applied"
    tomorrow = replace(by("carl", **limits), at="2026-02-02T00:00:00.000000Z")
    assert split(after, L2, more, tomorrow).fate == "applied"
    dollars = forgiving(3_000, number="C", paid=5_000)
    assert split(after, L3, dollars, by("carl", **limits)).fate == "applied"


def test_what_was_taken_back_no_longer_counts():
    limits = {"daily_write_off_limit": Decimal(30)}
    standing = world([{"amount": 5_000}], [item("A", 20_000)])
    parts = forgiving(2_000, number="A", paid=5_000)
    after = recorded(standing, split(standing, L1, parts, by("carl", **limits)))
    free = recorded(after, undo(after, 2, by("carl", **limits)))

    assert split(free, L1, parts, by("carl", **limits)).fate == "applied"


def test_what_waits_for_an_approval_counts_to_the_day():
    limits = {"daily_write_off_limit": Decimal(30)}
    standing = world([{"amount": 200_000}, {}], [item("A", 300_000), item("B", 20_000)])
    made = split(standing, L1, forgiving(2_500, number="A", paid=200_000), by("carl", **limits))
    assert made.approvals_needed == 1
    with pytest.raises(Refused, match="limit of a day"):
        split(recorded(standing, made), L2, forgiving(600, number="B"), by("carl", **limits))


# ---------------------------------------------------------------- by another name


def test_a_discount_that_the_item_grants_is_no_write_off():
    granted = {"discount_amount": 3_000, "discount_until": DAY}
    standing = world([{}], [item("INV-1", 20_000, **granted)])

    assert split(standing, L1, forgiving(3_000, "discount"), act()).fate == "applied"
    with pytest.raises(Refused, match=r"25\.00 EUR forgiven .* anna"):
        split(standing, L1, forgiving(5_500, "discount"), by("anna"))


def test_a_discount_after_its_last_day_is_a_write_off():
    late = {"discount_amount": 3_000, "discount_until": DAY - dt.timedelta(1)}
    standing = world([{}], [item("INV-1", 20_000, **late)])
    with pytest.raises(Refused, match=r"30\.00 EUR forgiven"):
        split(standing, L1, forgiving(3_000, "discount"), by("anna"))


def test_a_charge_that_the_bank_names_is_no_write_off_and_more_of_it_is():
    standing = one(charges=2_500)

    assert split(standing, L1, forgiving(2_500, "bank_charge"), act()).fate == "applied"
    with pytest.raises(Refused, match=r"25\.00 EUR forgiven"):
        split(standing, L1, forgiving(5_000, "bank_charge"), by("anna"))
    with pytest.raises(Refused, match=r"25\.00 EUR forgiven"):
        split(one(), L1, forgiving(2_500, "bank_charge"), by("anna"))


def test_a_charge_that_the_bank_names_counts_once_for_two_items():
    standing = world([{"charges": 2_500}], [item("INV-1", 6_000), item("INV-2", 9_000)])
    parts = [
        *forgiving(2_500, "bank_charge", "INV-1", 3_500),
        *forgiving(2_500, "bank_charge", "INV-2", 6_500),
    ]
    with pytest.raises(Refused, match=r"25\.00 EUR forgiven"):
        split(standing, L1, parts, by("anna"))


def test_a_suggestion_that_forgives_is_held_to_the_same_limits():
    standing = world(
        [{}],
        [item("INV-1", 12_100)],
        allocations=[
            suggestion(L1, "INV-1", 10_000),
            suggestion(L1, "INV-1", 2_100, kind="write_off"),
        ],
    )
    with pytest.raises(Refused, match="anna may write off"):
        accept(standing, L1, 1, by("anna"))
    assert accept(standing, L1, 1, by("carl")).fate == "applied"
