"""Receipts for items that the books do not hold: the same payers, prices and ways to write, but nothing to apply to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.world.chance import Weighted
from benchmarks.world.desk import Line
from benchmarks.world.items import draw_amount
from benchmarks.world.text import MANGLINGS, mangle_number, mistype

if TYPE_CHECKING:
    from benchmarks.world.customers import Customer
    from benchmarks.world.desk import Desk

NOWHERE = "unmatched|suggested|on_account"
# Most payers quote; some of them numbers of a series that another company of the group writes.
SILENT_SHARE = 0.25
OTHER_SERIES_SHARE = 0.4
MANGLED_SHARE = 0.25
# How far beyond the last document the numbers reach that the books do not hold.
BEYOND = 50_000


def no_item(desk: Desk) -> list[Line]:
    """Receive a customer's payment for an invoice that is not in the books.

    Where the payer quotes nothing and happens to owe the same amount besides, no one could know; it is marked so, and
    called `no_item_coinciding`.
    """
    customers = desk.book.customers
    if desk.sizes is None:
        desk.sizes = Weighted([customer.weight for customer in customers])
    index = desk.sizes.draw(desk.chance)
    customer = customers[index]
    price = customer.habits.monthly_price
    amount = draw_amount(desk.chance, price if price and desk.chance.happens(0.3) else None)
    scenario, text = "no_item", _foreign_text(desk)
    is_silent = desk.chance.happens(SILENT_SHARE)
    if is_silent:
        text = desk.silent_text()
        scenario = "no_item_coinciding" if _is_owed(desk, index, amount) else "no_item_silent"
    name, account = _payer(desk, customer)
    return [
        Line(
            day=desk.day_after(),
            amount=amount,
            name=name,
            account=account,
            text=text,
            scenario=scenario,
            fate=NOWHERE,
            decidable=scenario != "no_item_coinciding",
            end_to_end=desk.end_to_end(),
        )
    ]


def _is_owed(desk: Desk, index: int, amount: int) -> bool:
    """Whether the customer, or its near-identical sister, owes this amount."""
    sister = desk.book.customers[index].sister
    return desk.has_amount(index, amount) or (
        sister is not None and desk.has_amount(sister, amount)
    )


def _payer(desk: Desk, customer: Customer) -> tuple[str, str]:
    other = customer.habits.alias or customer.habits.agent
    return desk.other_payer(other) if other else desk.payer(customer)


def _foreign_text(desk: Desk) -> str:
    """Quote a number that no document of the books has: of another series, or beyond the last."""
    seller, chance = desk.seller, desk.chance
    total = len(desk.book.owners)
    running = total + 1 + chance.below(BEYOND)
    number = seller.number(seller.invoice_prefix, 2026, running, max(5, len(str(total))))
    if chance.happens(OTHER_SERIES_SHARE):
        number = f"{chance.pick(('AR', 'S', 'B'))}{chance.between(2, 9)}{chance.digits(6)}"
    elif chance.happens(MANGLED_SHARE):
        how = chance.pick([how for how in MANGLINGS if how not in {"glued_to_word", "wrapped"}])
        return desk.quote([mangle_number(seller, number, how, chance)])
    while desk.book.is_number(number):
        number = mistype(number, chance)
    return desk.quote([number])
