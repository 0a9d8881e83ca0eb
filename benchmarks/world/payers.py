"""Payments by others than the name in the books: factor, agent, owner, alias, a sister's twin; names spelled otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.world.desk import is_invoice, payments
from benchmarks.world.names import FACTORS
from benchmarks.world.quoted import paid
from benchmarks.world.silent import silent_line
from benchmarks.world.text import reorder_name

if TYPE_CHECKING:
    from benchmarks.world.desk import Desk, Line
    from benchmarks.world.items import Item

# The bank of many a payer cuts the name at one sub-field.
SHORT_NAME = 27


def factor_pays(desk: Desk) -> list[Line]:
    """Pay, as the bank that bought the claims, two to five items of several customers, all quoted."""
    items = [desk.take_invoice() for _ in range(desk.chance.between(2, 5))]
    found = [item for item in items if item is not None]
    if len(found) < 2:
        desk.put_back(*found)
        return []
    text = desk.quote([item.number for item in found])
    line = paid(desk, "factor_pays", text, payments(*found), *found)
    factor = desk.chance.pick(FACTORS[desk.seller.language])
    line.name, line.account = desk.shown(factor), desk.account_of_name(factor)
    return [line]


def agent_pays(desk: Desk) -> list[Line]:
    """Pay one item as the agent of its customer, its number quoted."""
    item = desk.take("by agent", lambda item: is_invoice(item) and bool(desk.habits_of(item).agent))
    if item is None:
        return []
    line = paid(desk, "agent_pays", desk.quote([item.number]), payments(item), item)
    agent = desk.habits_of(item).agent
    assert agent is not None
    line.name, line.account = desk.other_payer(agent)
    return [line]


def two_customers(desk: Desk) -> list[Line]:
    """Pay, as the agent, items of two of its customers in one sum, both quoted."""
    first = desk.take(
        "by agent", lambda item: is_invoice(item) and bool(desk.habits_of(item).agent)
    )
    if first is None:
        return []
    agent = desk.habits_of(first).agent
    other = desk.take_of_agent(first)
    if agent is None or other is None:
        desk.put_back(first)
        return []
    text = desk.quote([first.number, other.number])
    line = paid(desk, "two_customers", text, payments(first, other), first, other)
    line.name, line.account = desk.other_payer(agent)
    return [line]


def owner_pays(desk: Desk) -> list[Line]:
    """Pay one item as the person who owns the customer, from a private account, its number quoted."""
    item = desk.take_invoice()
    if item is None:
        return []
    line = paid(desk, "owner_pays", desk.quote([item.number]), payments(item), item)
    line.name, line.account = desk.shown(desk.habits_of(item).owner), desk.foreign_account()
    return [line]


def alias_pays(desk: Desk) -> list[Line]:
    """Pay one item under a trading name, its number quoted."""
    item = desk.take("aliased", lambda item: is_invoice(item) and bool(desk.habits_of(item).alias))
    if item is None:
        return []
    line = paid(desk, "alias_pays", desk.quote([item.number]), payments(item), item)
    line.name, line.account = desk.alias(item)
    return [line]


def alias_and_amount(desk: Desk) -> list[Line]:
    """Pay the one item of this amount under a trading name that the books know, and quote nothing."""
    item = desk.take(
        "alias in books",
        lambda item: (
            is_invoice(item)
            and desk.habits_of(item).alias is not None
            and desk.habits_of(item).alias_is_known
            and desk.book.is_amount_unique(item)
        ),
    )
    if item is None:
        return []
    return [silent_line(desk, "alias_and_amount", desk.alias(item), payments(item), item)]


def name_respelled(desk: Desk) -> list[Line]:
    """Pay the one item of this amount under the customer's name cut short or its words turned round."""
    item = desk.take("by_name", desk.is_by_name)
    if item is None:
        return []
    name = reorder_name(desk.customer_of(item).base, desk.chance)
    payer = (desk.shown(name)[:SHORT_NAME].strip().upper(), desk.foreign_account())
    return [silent_line(desk, "name_respelled", payer, payments(item), item)]


def sister_by_account(desk: Desk) -> list[Line]:
    """Pay an amount that the near-identical sister owes too: the account alone tells who it is."""
    item = _take_twin(desk, "twin by account", by_account=True)
    if item is None:
        return []
    payer = desk.payer(desk.customer_of(item))
    return [silent_line(desk, "sister_by_account", payer, payments(item), item)]


def sister_quoted(desk: Desk) -> list[Line]:
    """Pay an amount that the near-identical sister owes too, and quote the number."""
    item = _take_twin(desk, "twin", by_account=False)
    if item is None:
        return []
    return [paid(desk, "sister_quoted", desk.quote([item.number]), payments(item), item)]


def _take_twin(desk: Desk, pool: str, *, by_account: bool) -> Item | None:
    def fits(item: Item) -> bool:
        customer = desk.customer_of(item)
        if customer.sister is None or not is_invoice(item):
            return False
        if not desk.has_amount(customer.sister, item.amount):
            return False
        return not by_account or (customer.is_known_by_account and desk.book.is_amount_unique(item))

    return desk.take(pool, fits)
