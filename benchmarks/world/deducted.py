"""Payments that quote their number and are less than the item: discounts taken otherwise, deductions, instalments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.world.desk import BUSINESS_DAYS, DAYS_IN_POST, Expected, is_invoice
from benchmarks.world.quoted import paid
from benchmarks.world.texts import DEDUCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.world.desk import Desk, Line
    from benchmarks.world.items import Item

# Value added tax in percent, by country; where there is none, no discount is taken on the net amount.
TAX = {"DE": 19, "GB": 20, "NL": 21, "BE": 21, "CH": 8, "NO": 25, "SE": 25, "FI": 25}
# Who takes a discount too late takes it some days too late, not months.
LATE_DAYS = 14
PART_OR_LEFT = "applied|suggested"


def discount_late(desk: Desk) -> list[Line]:
    """Pay one item less its cash discount some days after the discount ended."""
    item = desk.take("discount over", _has_lapsed)
    if item is None:
        return []
    line = _short(desk, "discount_late", item, item.discount)
    if line is None:
        return []
    late = [day for day in BUSINESS_DAYS if 0 < day - item.discount_until <= LATE_DAYS]
    line.day = desk.chance.pick(late)
    return [line]


def _has_lapsed(item: Item) -> bool:
    return bool(item.discount) and any(
        0 < day - item.discount_until <= LATE_DAYS and day >= item.issued + DAYS_IN_POST
        for day in BUSINESS_DAYS
    )


def discount_on_net(desk: Desk) -> list[Line]:
    """Pay one item in time, the discount taken on the amount before tax."""
    tax = TAX.get(desk.seller.country)
    if tax is None:
        return []
    return _discounted(desk, "discount_on_net", lambda item: item.discount * 100 // (100 + tax))


def discount_rounded(desk: Desk) -> list[Line]:
    """Pay one item in time less its discount, rounded down to a whole unit in the payer's favour."""
    return _discounted(
        desk,
        "discount_rounded",
        lambda item: item.discount + (item.amount - item.discount) % 100,
    )


def _discounted(desk: Desk, scenario: str, deduct: Callable[[Item], int]) -> list[Line]:
    item = desk.take("discounted", lambda item: bool(item.discount) and desk.is_in_time(item))
    if item is None:
        return []
    line = _short(desk, scenario, item, deduct(item))
    if line is None:
        return []
    line.day = desk.day_after(item, until=item.discount_until)
    return [line]


def _short(desk: Desk, scenario: str, item: Item, deduction: int) -> Line | None:
    """Pay an item less a deduction; None, and the item put back, if another item explains the amount."""
    cash = item.amount - deduction
    by_discount = deduction == item.discount and scenario != "discount_late"
    explained = desk.has_amount(item.customer, cash) and deduction != item.discount
    if cash <= 0 or not deduction or by_discount or explained:
        desk.put_back(item)
        return None
    return paid(desk, scenario, desk.quote([item.number]), (Expected(item.number, cash),), item)


def deduction_stated(desk: Desk) -> list[Line]:
    """Pay one item less a claim, and state the claim and its amount."""
    return _deducted(desk, "deduction_stated", is_stated=True)


def deduction_unstated(desk: Desk) -> list[Line]:
    """Pay one item less some amount, and say nothing of it."""
    return _deducted(desk, "deduction_unstated", is_stated=False)


def _deducted(desk: Desk, scenario: str, *, is_stated: bool) -> list[Line]:
    item = desk.take("over 30000", lambda item: is_invoice(item) and item.amount > 30_000)
    if item is None:
        return []
    deduction = item.amount * desk.chance.between(30, 250) // 1000
    line = _short(desk, scenario, item, deduction)
    if line is None:
        return []
    line.fate = PART_OR_LEFT
    if is_stated:
        word = desk.chance.pick(DEDUCTION_WORDS[desk.seller.language])
        mark = desk.say("decimal")
        line.text += f"{word}{deduction // 100}{mark}{deduction % 100:02d}"
    return [line]


def instalments(desk: Desk) -> list[Line]:
    """Pay one item in two to four equal parts, each with its number and which part it is."""
    item = desk.take(
        "early over 40000",
        lambda item: (
            is_invoice(item) and item.amount > 40_000 and item.issued < BUSINESS_DAYS[0] - 5
        ),
    )
    if item is None:
        return []
    count = desk.chance.between(2, 4)
    part = item.amount // count
    if desk.has_amount(item.customer, part):
        desk.put_back(item)
        return []
    first = paid(desk, "instalments", "", (Expected(item.number, part),), item)
    word, lines = desk.say("instalment"), []
    for number in range(1, count + 1):
        cash = part if number < count else item.amount - part * (count - 1)
        text = f"{desk.quote([item.number])} {word} {number}/{count}"
        line = paid(desk, "instalments", text, (Expected(item.number, cash),), item)
        line.name, line.account, line.fate = first.name, first.account, PART_OR_LEFT
        line.day = BUSINESS_DAYS[(number - 1) * 5 + desk.chance.below(4)]
        lines.append(line)
    return lines
