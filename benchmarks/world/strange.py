"""Lines that pay no open item: traps that look as if they did, and what a bank account holds besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.world.desk import BUSINESS_DAYS, Line, is_invoice
from benchmarks.world.names import (
    CARD_SCHEMES,
    STRANGERS,
    SUPPLIERS,
)
from benchmarks.world.text import parts_of
from benchmarks.world.texts import FOREIGN_NUMBER_WORDS, REFUND_TEXTS

if TYPE_CHECKING:
    from benchmarks.world.desk import Desk

NOT_OURS = "unmatched|suggested|not_receivable"
BANK_CREDIT = "not_receivable|unmatched"


def _strange(desk: Desk, scenario: str, amount: int, text: str, fate: str) -> Line:
    name = desk.chance.pick(STRANGERS[desk.seller.country])
    return Line(
        day=desk.day_after(),
        amount=amount,
        name=desk.shown(name),
        account=desk.foreign_account(),
        text=text,
        scenario=scenario,
        fate=fate,
        decidable=False,
        end_to_end=desk.end_to_end(),
    )


def coinciding_amount(desk: Desk) -> list[Line]:
    """Receive a refund that happens to be as large as an open item."""
    item = desk.chance.pick(desk.book.items)
    if not is_invoice(item):
        return []
    text = f"{desk.chance.pick(REFUND_TEXTS[desk.seller.language])} {desk.chance.digits(9)}"
    return [_strange(desk, "coinciding_amount", item.amount, text, NOT_OURS)]


def coinciding_number(desk: Desk) -> list[Line]:
    """Receive a refund whose text holds the digits of an open item, as somebody else's number."""
    item = desk.chance.pick(desk.book.items)
    amount = max(500, round(desk.chance.log_normal(60_000, 1.2)))
    if not is_invoice(item) or amount == item.amount:
        return []
    _, year, running = parts_of(desk.seller, item.number)
    word = desk.chance.pick(FOREIGN_NUMBER_WORDS[desk.seller.language])
    text = f"{desk.chance.pick(REFUND_TEXTS[desk.seller.language])} {word}{year}{running}"
    return [_strange(desk, "coinciding_number", amount, text, NOT_OURS)]


def returned_payment(desk: Desk) -> list[Line]:
    """Collect an item by direct debit, and see it returned some days later."""
    item = desk.take("early", lambda item: is_invoice(item) and item.issued < BUSINESS_DAYS[0])
    if item is None:
        return []
    name, account = desk.payer(desk.customer_of(item))
    collected = Line(
        day=desk.day_after(item, until=BUSINESS_DAYS[-8]),
        amount=item.amount,
        name=name,
        account=account,
        text=f"{desk.say('collection')} {item.number}",
        scenario="returned_receipt",
        fate="returned",
        decidable=True,
        code="collection",
        mandate=desk.mandate_of(item),
    )
    returned = Line(
        day=BUSINESS_DAYS[BUSINESS_DAYS.index(collected.day) + desk.chance.between(2, 6)],
        amount=-item.amount,
        name=name,
        account=account,
        text=f"{desk.say('returned')} {item.number} {desk.say('reason')}",
        scenario="returned_payment",
        fate="returned",
        decidable=True,
        code="return",
        mandate=desk.mandate_of(item),
    )
    return [collected, returned]


def own_business(desk: Desk, scenario: str, amount: int, payer: tuple[str, str], text: str) -> Line:
    """Make a line that has nothing to do with customers; the scenario is its sort of booking too."""
    return Line(
        day=desk.day_after(),
        amount=amount,
        name=desk.shown(payer[0]),
        account=payer[1] if desk.seller.shows_account else "",
        text=text,
        scenario=scenario,
        fate="not_receivable" if amount < 0 else BANK_CREDIT,
        decidable=True,
        code=scenario,
    )


def bank_fee(desk: Desk) -> list[Line]:
    """Pay the bank for its service."""
    amount = -desk.chance.between(50, 4000)
    return [own_business(desk, "bank_fee", amount, ("", ""), desk.say("fee"))]


def interest(desk: Desk) -> list[Line]:
    """Receive interest."""
    amount = desk.chance.between(10, 9000)
    return [own_business(desk, "interest", amount, ("", ""), desk.say("interest"))]


def own_transfer(desk: Desk) -> list[Line]:
    """Move money from another account of ours."""
    payer = (desk.seller.name, desk.seller.second_account)
    amount = desk.chance.between(10, 500) * 100_000
    return [own_business(desk, "own_transfer", amount, payer, desk.say("own_transfer"))]


def card_settlement(desk: Desk) -> list[Line]:
    """Receive the sum of many card payments from the scheme."""
    payer = (desk.chance.pick(CARD_SCHEMES), desk.foreign_account())
    amount = round(desk.chance.log_normal(250_000, 0.8))
    text = f"Payout batch {desk.chance.digits(6)} TX{desk.chance.digits(8)}"
    return [own_business(desk, "card_settlement", amount, payer, text)]


def outgoing(desk: Desk) -> Line:
    """Pay a supplier or wages."""
    payer = (desk.chance.pick(SUPPLIERS[desk.seller.language]), desk.foreign_account())
    amount = -max(500, round(desk.chance.log_normal(120_000, 1.2)))
    text = f"{desk.say('invoice')} {desk.chance.digits(7)}"
    return own_business(desk, "outgoing", amount, payer, text)
