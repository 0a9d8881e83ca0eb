"""Payments that quote nothing: decidable by payer and amount, or not at all."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from benchmarks.world.desk import Expected, Line, is_invoice, payments

if TYPE_CHECKING:
    from benchmarks.world.desk import Desk
    from benchmarks.world.items import Item

# Every subset of so many items is tried, to know whether only one gives the sum.
SUBSET_LIMIT = 10


def silent_line(
    desk: Desk, scenario: str, payer: tuple[str, str], expected: tuple[Expected, ...], *items: Item
) -> Line:
    """Make the line of a payer who quotes nothing, on a day after the items were written."""
    return Line(
        day=desk.day_after(*items),
        amount=sum(row.amount for row in expected),
        name=payer[0],
        account=payer[1],
        text=desk.silent_text(),
        scenario=scenario,
        fate="applied",
        decidable=True,
        expected=expected,
        end_to_end=desk.end_to_end(),
    )


def account_and_amount(desk: Desk) -> list[Line]:
    """Pay the one item of this amount from an account that the books know."""
    item = desk.take(
        "by_account",
        lambda item: (
            is_invoice(item)
            and desk.customer_of(item).is_known_by_account
            and desk.book.is_amount_unique(item)
        ),
    )
    if item is None:
        return []
    payer = desk.payer(desk.customer_of(item))
    return [silent_line(desk, "account_and_amount", payer, payments(item), item)]


def name_and_amount(desk: Desk) -> list[Line]:
    """Pay the one item of this amount under a name that is nobody else's; the account is new."""
    item = desk.take("by_name", desk.is_by_name)
    if item is None:
        return []
    payer = desk.payer(desk.customer_of(item))
    return [silent_line(desk, "name_and_amount", payer, payments(item), item)]


def several_unquoted(desk: Desk) -> list[Line]:
    """Pay the only set of a customer's items that gives this sum, and say nothing."""
    first = desk.take("few", lambda item: is_invoice(item) and desk.is_identified(item))
    if first is None:
        return []
    siblings = desk.book.by_customer[first.customer]
    items = [first]
    if len(siblings) <= SUBSET_LIMIT:
        items += desk.others_of(first, desk.chance.between(1, 3))
    if len(items) == 1 or count_sets(siblings, sum(item.amount for item in items)) > 1:
        for item in items:
            item.is_used = False
        return []
    payer = desk.payer(desk.customer_of(first))
    return [silent_line(desk, "several_unquoted", payer, payments(*items), *items)]


def count_sets(items: list[Item], total: int) -> int:
    """Count the sets of items that give this sum, each in full or less its discount."""
    fitting = 0
    for size in range(1, len(items) + 1):
        for chosen in combinations(items, size):
            full = sum(item.amount for item in chosen)
            fitting += full == total or full - sum(item.discount for item in chosen) == total
    return fitting


def equal_items(desk: Desk) -> list[Line]:
    """Pay some of a customer's equal items; which of them, no one can tell: the oldest goes first."""
    group = _take_equal_items(desk)
    if not group:
        return []
    members = "|".join(sorted(item.number for item in group))
    days = sorted(desk.day_after(*group) for _ in range(desk.chance.between(1, len(group))))
    lines = []
    for day, item in zip(days, group, strict=False):
        expected = (Expected(item.number, item.amount, group=members),)
        payer = desk.payer(desk.customer_of(item))
        line = silent_line(desk, "equal_items", payer, expected, item)
        line.day = day
        lines.append(line)
    return lines


def _take_equal_items(desk: Desk) -> list[Item]:
    """Take all items of one customer and amount, two to six of them, none of them used; oldest first."""
    first = desk.take(
        "repeated",
        lambda item: (
            is_invoice(item)
            and desk.is_identified(item)
            and 2 <= desk.book.customer_amounts[item.customer][item.amount] <= 6
        ),
    )
    if first is None:
        return []
    group = [item for item in desk.book.by_customer[first.customer] if item.amount == first.amount]
    first.is_used = False
    # Where a discounted amount is the same too, the items are not equal.
    all_count = desk.book.customer_amounts[first.customer][first.amount] == len(group)
    if not all_count or any(item.is_used for item in group):
        return []
    for item in group:
        item.is_used = True
    return sorted(group, key=lambda item: (item.due, item.item_id))


def amount_only(desk: Desk) -> list[Line]:
    """Pay, as a person the books do not know, the one open item of this amount: true, but not to be known."""
    item = desk.take(
        "rare_amount", lambda item: is_invoice(item) and desk.book.amounts[item.amount] == 1
    )
    if item is None:
        return []
    line = silent_line(desk, "amount_only", desk.person(), payments(item), item)
    line.fate, line.decidable = "unmatched|suggested", False
    return [line]


def ambiguous_amount(desk: Desk) -> list[Line]:
    """Pay an amount that several customers owe, as a stranger or as one of two sisters."""
    item = desk.take("twins", lambda item: _is_twin(desk, item))
    if item is not None:
        customer = desk.customer_of(item)
        payer = (desk.shown(_shared_name(desk, item)), desk.payer(customer)[1])
    else:
        item = desk.take(
            "common_amount", lambda item: is_invoice(item) and desk.book.amounts[item.amount] > 1
        )
        payer = desk.person()
    if item is None:
        return []
    # Those that this customer owes are as good as each other.
    owed = desk.book.by_customer[item.customer]
    equal = sorted(each.number for each in owed if each.amount == item.amount)
    expected = (Expected(item.number, item.amount, group="|".join(equal)),)
    line = silent_line(desk, "ambiguous_amount", payer, expected, item)
    line.fate, line.decidable = "unmatched|suggested", False
    return [line]


def _is_twin(desk: Desk, item: Item) -> bool:
    """Whether the customer's sister owes the same amount and pays from the same account, if one is shown."""
    customer = desk.customer_of(item)
    if customer.sister is None or not is_invoice(item):
        return False
    if desk.seller.shows_account and customer.has_own_account:
        return False
    return desk.has_amount(customer.sister, item.amount)


def _shared_name(desk: Desk, item: Item) -> str:
    """Give what the names of both sisters begin with."""
    customer = desk.customer_of(item)
    assert customer.sister is not None
    sister = desk.book.customers[customer.sister]
    return min(customer.base, sister.base, key=len)
