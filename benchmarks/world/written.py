"""Payments whose number is there, but written so that it must be worked out: swapped, cut, folded, or another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.world.desk import is_invoice, payments
from benchmarks.world.quoted import is_identified_by_amount, paid
from benchmarks.world.silent import SUBSET_LIMIT, count_sets
from benchmarks.world.text import fold_range, fold_tail, letters_for_digits, mistype, swap_digits
from benchmarks.world.texts import CUSTOMER_NUMBER_WORDS

if TYPE_CHECKING:
    from benchmarks.world.desk import Desk, Line
    from benchmarks.world.items import Item


def letter_for_digit(desk: Desk) -> list[Line]:
    """Pay one item in full, its number typed with O for 0 and I for 1."""
    item = desk.take_invoice()
    if item is None:
        return []
    number = letters_for_digits(item.number, desk.chance)
    return [paid(desk, "letter_for_digit", desk.quote([number]), payments(item), item)]


def transposed_number(desk: Desk) -> list[Line]:
    """Pay one item in full with two digits of its number swapped; payer and amount tell it all the same."""
    item = desk.take("identified", lambda item: is_identified_by_amount(desk, item))
    if item is None:
        return []
    number = swap_digits(item.number, desk.chance)
    if number == item.number or desk.book.is_number(number):
        item.is_used = False
        return []
    return [paid(desk, "transposed_number", desk.quote([number]), payments(item), item)]


def cut_number(desk: Desk) -> list[Line]:
    """Pay one item in full, the last digits of its number lost at the field's end; payer and amount tell it."""
    item = desk.take("identified", lambda item: is_identified_by_amount(desk, item))
    if item is None:
        return []
    kept = item.number[: -desk.chance.between(1, 2)]
    limit = max(desk.seller.text_limit, len(kept))
    lead = f"{desk.silent_text()} {desk.silent_text()} {desk.quote([''])}"
    text = (lead * 40)[: limit - len(kept) - 1] + " " + kept
    return [paid(desk, "cut_number", text[-limit:].strip(), payments(item), item)]


def reference_mistyped(desk: Desk) -> list[Line]:
    """Pay one item in full with a structured reference whose check digits fail; payer and amount tell it."""
    item = desk.take(
        "referenced and identified",
        lambda item: bool(item.reference) and is_identified_by_amount(desk, item),
    )
    if item is None:
        return []
    text = mistype(item.reference, desk.chance)
    return [paid(desk, "reference_mistyped", text, payments(item), item)]


def range_quoted(desk: Desk) -> list[Line]:
    """Pay items of consecutive numbers in one sum, written as first to last."""
    items = _take_run(desk)
    if not items:
        return []
    text = desk.quote([fold_range(items[0].number, items[-1].number, desk.chance)])
    return [paid(desk, "range_quoted", text, payments(*items), *items)]


def _take_run(desk: Desk) -> list[Item]:
    """Take two or more unused invoices of one customer whose numbers follow one another."""
    first = desk.take("run starts", lambda item: is_invoice(item) and bool(_next(desk, item)))
    if first is None:
        return []
    run = [first]
    while len(run) < 6 and (after := _next(desk, run[-1])):
        after.is_used = True
        run.append(after)
    if len(run) == 1:
        first.is_used = False
        return []
    return run


def _next(desk: Desk, item: Item) -> Item | None:
    """Give the unused invoice of the same customer with the following number, if there is one."""
    digits = len(item.number) - len(item.number.rstrip("0123456789"))
    follower = f"{int(item.number[-digits:]) + 1:0{digits}d}"
    other = desk.book.by_number.get(item.number[: len(item.number) - digits] + follower)
    fits = other and other.customer == item.customer and is_invoice(other) and not other.is_used
    return other if fits else None


def shared_prefix(desk: Desk) -> list[Line]:
    """Pay several items in one sum, the first number in full and of the others the last digits alone."""
    first = desk.take_invoice()
    if first is None:
        return []
    siblings = desk.book.by_customer[first.customer]
    others = [
        item
        for item in siblings
        if is_invoice(item) and not item.is_used and item.number[:-2] == first.number[:-2]
    ][:4]
    if not others:
        first.is_used = False
        return []
    for item in others:
        item.is_used = True
    items = sorted([first, *others], key=lambda item: item.number)
    tails = [item.number[-2:] for item in items[1:]]
    text = desk.quote([fold_tail(items[0].number, tails)])
    return [paid(desk, "shared_prefix", text, payments(*items), *items)]


def several_in_part(desk: Desk) -> list[Line]:
    """Pay two to four items in one sum and quote only the first; no other set of the customer gives the sum."""
    first = desk.take("few", lambda item: is_invoice(item) and desk.is_identified(item))
    if first is None:
        return []
    siblings = desk.book.by_customer[first.customer]
    items = [first]
    if len(siblings) <= SUBSET_LIMIT:
        items += desk.others_of(first, desk.chance.between(1, 3))
    if len(items) == 1 or count_sets(siblings, sum(item.amount for item in items)) > 1:
        desk.put_back(*items)
        return []
    text = desk.quote([first.number]) + f" {desk.say('more')}"
    return [paid(desk, "several_in_part", text, payments(*items), *items)]


def purchase_order_quoted(desk: Desk) -> list[Line]:
    """Pay one item in full and quote the customer's purchase order instead of our number."""
    item = desk.take(
        "ordered",
        lambda item: (
            is_invoice(item)
            and desk.book.purchase_orders[item.purchase_order] == 1
            and desk.book.is_amount_unique(item)
        ),
    )
    if item is None:
        return []
    text = desk.quote([item.purchase_order], desk.chance.pick(("", "PO ", "Order ")))
    return [paid(desk, "purchase_order_quoted", text, payments(item), item)]


def customer_number_quoted(desk: Desk) -> list[Line]:
    """Pay, as a person the books do not know, the one item of this amount of the customer whose number is quoted."""
    item = desk.take(
        "one of amount", lambda item: is_invoice(item) and desk.book.is_amount_unique(item)
    )
    if item is None:
        return []
    word = desk.chance.pick(CUSTOMER_NUMBER_WORDS[desk.seller.language])
    text = word + desk.customer_of(item).customer_id
    line = paid(desk, "customer_number_quoted", text, payments(item), item)
    line.name, line.account = desk.person()
    return [line]


def end_to_end_number(desk: Desk) -> list[Line]:
    """Pay one item in full; its number is the payer's end-to-end id and the text says nothing."""
    if not desk.seller.has_end_to_end:
        return []
    item = desk.take_invoice()
    if item is None:
        return []
    line = paid(desk, "end_to_end_number", desk.silent_text(), payments(item), item)
    line.end_to_end = item.number
    return [line]
