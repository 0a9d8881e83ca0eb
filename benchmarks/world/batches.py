"""Settlement reports of providers and slips of cheque deposits, which tell what is in a line. In: a line. Out: its parts."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from benchmarks.world.desk import Expected

if TYPE_CHECKING:
    from benchmarks.world.desk import Desk, Line
    from benchmarks.world.items import Item

# How the reports name the providers that the bank shows under their companies' names.
BRANDS = MappingProxyType(
    {
        "Mollie Payments": "Mollie",
        "STRIPE PAYMENTS": "Stripe",
        "Klarna Bank AB": "Klarna",
        "GoCardless": "GoCardless",
        "PAYPAL EUROPE": "PayPal",
    }
)
# Of the payouts so many do not quote their batch, have a payment for nothing in the books, a refund, a misprinted sum.
UNQUOTED, UNKNOWN, REFUNDED, MISPRINTED = 0.15, 0.08, 0.06, 0.04
# So many parts name their customer, and so many write something in front of the number.
NAMED, WITH_WORD = 0.7, 0.2
OPEN_TO_A_PERSON = "suggested|unmatched"


@dataclass(frozen=True, slots=True)
class Part:
    """One payment in a batch, as its report tells it; minor units, refunds negative."""

    part_id: str
    kind: str
    customer_id: str
    reference: str
    gross: int
    fee: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What the report says of one bank line; day as an ordinal, net in minor units as it is printed."""

    reference: str
    provider: str
    day: int
    net: int
    parts: tuple[Part, ...]


def fee_of(gross: int) -> int:
    """1.4 % and 25 cents, rounded for each payment."""
    return 25 + (gross * 14 + 500) // 1000


def report_payout(desk: Desk, line: Line, name: str, reference: str, items: list[Item]) -> None:
    """Let the provider's report tell what a payout holds; what is wrong in it makes the line another scenario."""
    parts = [_part(desk, item, fee_of(item.amount)) for item in items]
    expected = [*line.expected]
    chance = desk.chance
    line.scenario, line.fate, line.decidable = "payout_reported", "applied", True
    if chance.happens(UNQUOTED):
        line.scenario = "payout_by_provider"
        line.text = "Payout"
    elif chance.happens(UNKNOWN):
        line.scenario = "payout_unknown_part"
        gross = chance.between(500, 90_000)
        parts.append(Part(_id(desk), "payment", "", f"WEB{chance.digits(9)}", gross, fee_of(gross)))
        expected.append(Expected("", gross - fee_of(gross), "on_account"))
    elif chance.happens(REFUNDED):
        line.scenario, line.fate, line.decidable = "payout_with_refund", OPEN_TO_A_PERSON, False
        back = min(items[0].amount // 2, chance.between(500, 9_000))
        parts.append(Part(_id(desk), "refund", "", f"WEB{chance.digits(9)}", -back, 0))
        expected.append(Expected("", -back, "refund"))
    line.expected = tuple(expected)
    line.amount = sum(row.amount for row in expected)
    if line.scenario == "payout_reported" and chance.happens(MISPRINTED):
        line.scenario, line.fate, line.decidable = "payout_misprinted", OPEN_TO_A_PERSON, False
        first = parts[0]
        parts[0] = Part(
            first.part_id,
            first.kind,
            first.customer_id,
            first.reference,
            first.gross + chance.between(1, 900),
            first.fee,
        )
    line.batch = Batch(
        reference, BRANDS[name], line.day - chance.below(3), line.amount, tuple(parts)
    )


def report_cheques(desk: Desk, line: Line, reference: str, items: list[Item]) -> None:
    """Let the slip of a deposit tell its cheques; a part's id is the number of the cheque."""
    line.scenario, line.fate, line.decidable = "cheques_listed", "applied", True
    parts = tuple(_part(desk, item, 0, desk.chance.digits(7)) for item in items)
    line.batch = Batch(reference, "", line.day - desk.chance.below(3), line.amount, parts)


def _part(desk: Desk, item: Item, fee: int, part_id: str = "") -> Part:
    word = desk.say("order") + " " if desk.chance.happens(WITH_WORD) else ""
    customer = desk.customer_of(item).customer_id if desk.chance.happens(NAMED) else ""
    return Part(part_id or _id(desk), "payment", customer, word + item.number, item.amount, fee)


def _id(desk: Desk) -> str:
    return f"py_{desk.chance.digits(12)}"
