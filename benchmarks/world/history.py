"""The two months before: what customers paid, by their habits, with the allocations that were confirmed.

In: a book, whose closed items these payments settled. Out: lines in order of booking; the book remembers what was seen.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from benchmarks.world.desk import DAYS_IN_POST, Desk, Expected, Line, is_credit_note, is_invoice
from benchmarks.world.spelling import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.world.chance import Chance
    from benchmarks.world.items import Book, Item

HISTORY_DAYS = tuple(
    ordinal
    for ordinal in range(date(2026, 1, 2).toordinal(), date(2026, 2, 27).toordinal() + 1)
    if date.fromordinal(ordinal).weekday() < 5
)
# Days that a half-monthly payment waits for others.
TOGETHER_DAYS = 14
LUMP = 10_000
FRIDAY = 4
SILENT_SHARE = 0.1
# How a usual name stands in for the customer's own: nearly always.
ALIAS_USED = 0.9


def play_history(book: Book, level: str, chance: Chance) -> list[Line]:
    """Pay the closed items whose payment falls in the two months, customer by customer.

    Args:
        book: its `seen` is filled with the accounts and names that showed.
        level: noise, as of the month that follows.
        chance: the draws.
    """
    desk = Desk(book, chance, level)
    owed: dict[int, list[Item]] = {}
    for item in book.closed:
        owed.setdefault(item.customer, []).append(item)
    lines = [line for items in owed.values() for line in _play_customer(desk, items)]
    lines.sort(key=lambda line: line.day)
    for sequence, line in enumerate(lines, start=1):
        line.reference = f"{book.seller.key}H{sequence:08d}"
        line.check()
    return lines


def _play_customer(desk: Desk, items: list[Item]) -> Iterator[Line]:
    habits = desk.habits_of(items[0])
    credits_ = [item for item in items if is_credit_note(item)] if habits.nets_credit_notes else []
    days = sorted(
        ((_payment_day(desk, item), item.item_id, item) for item in items if is_invoice(item)),
        key=lambda row: row[:2],
    )
    paid = [(day, item) for day, _, item in days if HISTORY_DAYS[0] <= day <= HISTORY_DAYS[-1]]
    if habits.pays_oldest_first:
        yield from _in_lumps(desk, paid)
        return
    while paid:
        day, first = paid.pop(0)
        together = [first]
        while habits.pays_together and paid and paid[0][0] - day <= TOGETHER_DAYS:
            day_of_next, item = paid.pop(0)
            together.append(item)
            # All of it is paid when the last of it is.
            day = max(day, day_of_next) if len(together) > 2 else day_of_next
        yield _payment(desk, day, together, _fitting_credit(credits_, first, day))


def _payment_day(desk: Desk, item: Item) -> int:
    """Pay in time for the discount, or about when it is due; banks work on business days."""
    takes = item.discount and desk.habits_of(item).takes_discount
    late = int(desk.chance.log_normal(5, 0.8)) - 3
    day = item.discount_until - desk.chance.below(4) if takes else item.due + late
    day = max(day, item.issued + DAYS_IN_POST)
    weekday = date.fromordinal(day).weekday()
    return day + 7 - weekday if weekday > FRIDAY else day


def _fitting_credit(credits_: list[Item], invoice: Item, day: int) -> Item | None:
    for place, credit in enumerate(credits_):
        if credit.issued < day and -credit.amount < invoice.amount:
            return credits_.pop(place)
    return None


def _payment(desk: Desk, day: int, items: list[Item], credit: Item | None) -> Line:
    """Pay items in one sum, less discounts, a credit note and the bank's charge, as is this customer's habit."""
    habits = desk.habits_of(items[0])
    rows, settled = [], []
    for item in items:
        takes = item.discount and habits.takes_discount and day <= item.discount_until
        discount = item.discount if takes else 0
        rows.append(Expected(item.number, item.amount - discount))
        if discount:
            settled.append(Expected(item.number, discount, "discount"))
    first, charge = rows[0], habits.usual_charge
    if charge and first.amount > 10 * charge:
        desk.book.seen.charged[items[0].customer] += 1
        rows[0] = Expected(first.number, first.amount - charge)
        settled.append(Expected(first.number, charge, "bank_charge"))
    if credit:
        rows.append(Expected(credit.number, credit.amount))
    is_silent = habits.is_silent or desk.chance.happens(SILENT_SHARE)
    text = desk.silent_text() if is_silent else desk.quote([row.number for row in rows])
    line = _line(desk, day, items[0], text, tuple(rows))
    line.settled = tuple(settled)
    return line


def _in_lumps(desk: Desk, paid: list[tuple[int, Item]]) -> Iterator[Line]:
    """Pay a round sum half-monthly, allocated to the oldest; what is left of the last is paid with the next sum."""
    owed = [item for _, item in sorted(paid, key=lambda row: (row[1].due, row[0]))]
    left_of = {item.number: item.amount for item in owed}
    days = sorted({day for day, _ in paid})
    while owed and days:
        day = next((one for one in days if one >= days[0] + TOGETHER_DAYS), days[-1])
        days = [one for one in days if one > day]
        ripe = [item for item in owed if item.issued + DAYS_IN_POST <= day]
        total = sum(left_of[item.number] for item in ripe)
        lump = total // LUMP * LUMP if days else total
        rows, left = [], lump
        for item in ripe:
            cash = min(left, left_of[item.number])
            if cash:
                rows.append(Expected(item.number, cash))
            left_of[item.number] -= cash
            left -= cash
        owed = [item for item in owed if left_of[item.number]]
        if rows:
            desk.book.seen.lumps[ripe[0].customer] += 1
            yield _line(desk, day, ripe[0], desk.silent_text(), tuple(rows))


def _line(desk: Desk, day: int, first: Item, text: str, rows: tuple[Expected, ...]) -> Line:
    name, account = _shown_payer(desk, first)
    seen = desk.book.seen
    if account:
        seen.accounts[account].add(first.customer)
    seen.names[plain(name)].add(first.customer)
    # Who pays round sums transfers them; the others let us collect.
    mandate = "" if desk.habits_of(first).pays_oldest_first else desk.mandate_of(first)
    seen.mandates.update([mandate] if mandate else [])
    return Line(
        day=day,
        amount=sum(row.amount for row in rows),
        name=name,
        account=account,
        text=text,
        scenario="history",
        fate="applied",
        decidable=True,
        expected=rows,
        end_to_end=desk.end_to_end(),
        code="collection" if mandate else "transfer",
        mandate=mandate,
    )


def _shown_payer(desk: Desk, item: Item) -> tuple[str, str]:
    habits = desk.habits_of(item)
    if habits.alias and desk.chance.happens(ALIAS_USED):
        return desk.alias(item)
    if habits.agent and desk.chance.happens(ALIAS_USED):
        return desk.other_payer(habits.agent)
    return desk.payer(desk.customer_of(item))
