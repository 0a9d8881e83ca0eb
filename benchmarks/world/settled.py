"""Money in bulk or in another shape: settlements net of fees, cheques, other currencies, prepayments, wages, tax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.world.batches import fee_of, report_cheques, report_payout
from benchmarks.world.desk import BUSINESS_DAYS, Expected, Line, is_invoice, payments
from benchmarks.world.items import FOREIGN
from benchmarks.world.names import PROVIDERS, TAX_OFFICES
from benchmarks.world.quoted import paid
from benchmarks.world.strange import own_business
from benchmarks.world.texts import ORDER_WORDS

if TYPE_CHECKING:
    from benchmarks.world.desk import Desk
    from benchmarks.world.items import Item

# What the settlement's own file tells, the bank line alone does not; worlds made with reports have that file.
IN_BULK = "unmatched|suggested|not_receivable"


def provider_settlement(desk: Desk) -> list[Line]:
    """Receive two to eight items from a payment provider in one sum, less its fees; no number is told."""
    items = _take_any(desk, desk.chance.between(2, 8))
    if not items:
        return []
    net = tuple(Expected(item.number, item.amount - fee_of(item.amount)) for item in items)
    name, reference = desk.chance.pick(PROVIDERS), desk.chance.digits(9)
    line = _bulk(desk, "provider_settlement", name, f"Payout {reference}", net, items)
    if desk.has_reports:
        report_payout(desk, line, name, reference, items)
    return [line]


def cheque_batch(desk: Desk) -> list[Line]:
    """Pay in several cheques at once; the bank tells the sum and how many."""
    items = _take_any(desk, desk.chance.between(2, 5))
    if not items:
        return []
    reference = desk.chance.digits(6)
    text = f"{desk.say('cheques')} {reference} ({len(items)})"
    line = _bulk(desk, "cheque_batch", "", text, payments(*items), items)
    if desk.has_reports:
        report_cheques(desk, line, reference, items)
    return [line]


def _take_any(desk: Desk, count: int) -> list[Item]:
    items = [item for _ in range(count) if (item := desk.take_invoice()) is not None]
    if len(items) < 2:
        desk.put_back(*items)
        return []
    return items


def _bulk(
    desk: Desk,
    scenario: str,
    name: str,
    text: str,
    expected: tuple[Expected, ...],
    items: list[Item],
) -> Line:
    line = paid(desk, scenario, text, expected, *items)
    line.name = desk.shown(name)
    line.account = desk.account_of_name(name) if name else ""
    line.fate, line.decidable, line.end_to_end = IN_BULK, False, ""
    return line


def other_currency(desk: Desk) -> list[Line]:
    """Pay an item of another currency in ours; the number is quoted, and in half of the cases the rate too."""
    item = desk.take("foreign", lambda item: bool(item.currency))
    if item is None:
        return []
    _, mid = FOREIGN[desk.seller.currency]
    rate = mid * desk.chance.between(985, 1015) // 1000
    cash = item.amount * rate // 1_000_000
    text = desk.quote([item.number])
    scenario = "other_currency"
    if desk.chance.happens(0.5):
        scenario = "other_currency_rate"
        whole = f"{item.amount // 100}.{item.amount % 100:02d}"
        text += f" {item.currency} {whole} Kurs {rate / 1_000_000:.4f}"
    line = paid(desk, scenario, text, (Expected(item.number, cash),), item)
    line.fate = "applied|suggested|unmatched"
    return [line]


def prepayment(desk: Desk) -> list[Line]:
    """Pay for an order before any invoice is written; the order's number is quoted."""
    item = desk.chance.pick(desk.book.items)
    amount = max(500, round(desk.chance.log_normal(60_000, 1.2)))
    if not is_invoice(item) or desk.has_amount(item.customer, amount):
        return []
    text = desk.chance.pick(ORDER_WORDS[desk.seller.language]) + f"4{desk.chance.digits(6)}"
    line = paid(desk, "prepayment", text, (Expected("", amount, "on_account"),), item)
    line.day = desk.chance.pick(BUSINESS_DAYS)
    line.fate = "on_account|unmatched|suggested"
    return [line]


def salaries(desk: Desk) -> list[Line]:
    """Pay the wages of the month, in one sum."""
    amount = -desk.chance.between(800_000, 9_000_000)
    line = own_business(desk, "outgoing", amount, (desk.seller.name, ""), desk.say("payroll"))
    line.scenario = "salaries"
    return [line]


def tax(desk: Desk) -> list[Line]:
    """Pay a tax."""
    name = desk.chance.pick(TAX_OFFICES[desk.seller.country])
    text = f"{desk.say('tax')} {desk.chance.digits(10)}"
    payer = (name, desk.account_of_name(name))
    line = own_business(desk, "outgoing", -desk.chance.between(50_000, 4_000_000), payer, text)
    line.scenario = "tax"
    return [line]
