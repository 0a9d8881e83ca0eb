"""Payments that quote a number: rightly, in the payer's own way, or a wrong one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.world.desk import (
    BUSINESS_DAYS,
    Expected,
    Line,
    is_credit_note,
    is_invoice,
    payments,
)
from benchmarks.world.text import MANGLINGS, mangle_number, mistype
from benchmarks.world.texts import CREDIT_TEXTS, PART_TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.world.desk import Desk
    from benchmarks.world.items import Item

# A reference with a field of its own is typed into the text by so many.
IN_TEXT_SHARE = 0.2
CHARGES = (500, 750, 1000, 1250, 1500, 2500)


def paid(
    desk: Desk, scenario: str, text: str, expected: tuple[Expected, ...], *items: Item
) -> Line:
    """Make the line of the first item's customer who pays, on a day after the items were written."""
    name, account = desk.payer(desk.customer_of(items[0]))
    return Line(
        day=desk.day_after(*items),
        amount=sum(row.amount for row in expected),
        name=name,
        account=account,
        text=text,
        scenario=scenario,
        fate="applied",
        decidable=True,
        expected=expected,
        end_to_end=desk.end_to_end(),
    )


def exact_quote(desk: Desk) -> list[Line]:
    """Pay one item in full and quote its number as printed."""
    item = desk.take_invoice()
    if item is None:
        return []
    return [paid(desk, "exact_quote", desk.quote([item.number]), payments(item), item)]


def mangled_number(desk: Desk) -> list[Line]:
    """Pay one item in full and write its number in another way, all its telling digits kept."""
    item = desk.take_invoice()
    if item is None:
        return []
    how = desk.chance.pick(MANGLINGS)
    written = mangle_number(desk.seller, item.number, how, desk.chance)
    text = written if how in {"glued_to_word", "wrapped"} else desk.quote([written])
    return [paid(desk, "mangled_number", text, payments(item), item)]


def mistyped_number(desk: Desk) -> list[Line]:
    """Pay one item in full with one digit of its number wrong; payer and amount tell it all the same."""
    item = desk.take("identified", lambda item: is_identified_by_amount(desk, item))
    if item is None:
        return []
    number = mistype(item.number, desk.chance)
    if number in desk.book.by_number or number in desk.book.closed_numbers:
        item.is_used = False
        return []
    return [paid(desk, "mistyped_number", desk.quote([number]), payments(item), item)]


def wrong_number(desk: Desk) -> list[Line]:
    """Pay one item and quote, one digit off, the open item of somebody else: the trap of reference first."""
    item = desk.take("identified", lambda item: is_identified_by_amount(desk, item))
    if item is None:
        return []
    for _ in range(12):
        other = desk.book.by_number.get(mistype(item.number, desk.chance))
        if other and other.customer != item.customer and other.amount != item.amount:
            text = desk.quote([other.number])
            return [paid(desk, "wrong_number", text, payments(item), item)]
    item.is_used = False
    return []


def is_identified_by_amount(desk: Desk, item: Item) -> bool:
    """Whether payer and amount alone tell the item."""
    return is_invoice(item) and desk.is_identified(item) and desk.book.is_amount_unique(item)


def reference_right(desk: Desk) -> list[Line]:
    """Pay one item in full with the reference printed on it; others quote the plain number.

    Where the reference has a field of its own in the payment, most payers fill it, and leave the text empty.
    """
    item = desk.take("referenced", lambda item: is_invoice(item) and bool(item.reference))
    if item is None:
        return []
    reference = item.reference
    if desk.seller.scheme == "RF":
        if desk.chance.happens(0.4):
            reference = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
        return [paid(desk, "reference_right", reference, payments(item), item)]
    if desk.chance.happens(IN_TEXT_SHARE):
        return [paid(desk, "reference_right", reference, payments(item), item)]
    line = paid(desk, "reference_right", "", payments(item), item)
    line.structured = "".join(char for char in reference if char.isdigit())
    return [line]


def several_quoted(desk: Desk) -> list[Line]:
    """Pay two to six items in one sum and quote all of them."""
    first = desk.take_invoice()
    if first is None:
        return []
    wanted = desk.chance.pick((1, 1, 1, 2, 2, 3, 4, 5))
    items = [first, *desk.others_of(first, wanted)]
    if len(items) == 1:
        first.is_used = False
        return []
    text = desk.quote([item.number for item in items])
    return [paid(desk, "several_quoted", text, payments(*items), *items)]


def credit_note_quoted(desk: Desk) -> list[Line]:
    """Pay an invoice less a credit note, and quote both."""
    pair = _with_credit_note(desk)
    if pair is None:
        return []
    invoice, credit = pair
    mark = desk.chance.pick(CREDIT_TEXTS[desk.seller.language])
    text = desk.quote([invoice.number + mark + credit.number])
    return [paid(desk, "credit_note_quoted", text, payments(invoice, credit), invoice, credit)]


def credit_note_silent(desk: Desk) -> list[Line]:
    """Pay an invoice less the only credit note there is, and quote the invoice alone."""
    pair = _with_credit_note(desk)
    if pair is None:
        return []
    invoice, credit = pair
    notes = [item for item in desk.book.by_customer[invoice.customer] if is_credit_note(item)]
    explains_itself = invoice.amount - invoice.discount == invoice.amount + credit.amount
    if len(notes) > 1 or explains_itself:
        invoice.is_used = credit.is_used = False
        return []
    text = desk.quote([invoice.number])
    return [paid(desk, "credit_note_silent", text, payments(invoice, credit), invoice, credit)]


def _with_credit_note(desk: Desk) -> tuple[Item, Item] | None:
    credit = desk.take("credit_notes", is_credit_note)
    if credit is None:
        return None
    for invoice in desk.others_of(credit, 1):
        if invoice.amount > -credit.amount:
            return invoice, credit
        invoice.is_used = False
    return None


def discount_in_time(desk: Desk) -> list[Line]:
    """Pay one item less its cash discount before the discount ends."""
    item = desk.take("discounted", lambda item: bool(item.discount) and desk.is_in_time(item))
    if item is None:
        return []
    expected = (Expected(item.number, item.amount - item.discount),)
    text = desk.quote([item.number])
    line = paid(desk, "discount_in_time", text, expected, item)
    line.day = desk.day_after(item, until=item.discount_until)
    return [line]


def short_by_charge(desk: Desk) -> list[Line]:
    """Pay one item less a charge that a bank on the way kept."""
    return _differing(desk, "short_by_charge", 20_000, lambda _: -desk.chance.pick(CHARGES))


def overpayment(desk: Desk) -> list[Line]:
    """Pay too much for one item: rounded up, or a slip of the hand."""
    return _differing(
        desk,
        "overpayment",
        1_000,
        lambda item: desk.chance.pick((10_000 - item.amount % 10_000, 900, 100)),
    )


def part_payment(desk: Desk) -> list[Line]:
    """Pay a round part of one item, and say so."""
    intro = desk.chance.pick(PART_TEXTS[desk.seller.language])
    return _differing(
        desk,
        "part_payment",
        40_000,
        lambda item: item.amount * desk.chance.between(30, 70) // 100_000 * 1000 - item.amount,
        intro,
    )


def _differing(
    desk: Desk,
    scenario: str,
    least: int,
    draw: Callable[[Item], int],
    intro: str | None = None,
) -> list[Line]:
    """Pay one item with a difference that no other item explains."""
    item = desk.take(f"over {least}", lambda item: is_invoice(item) and item.amount > least)
    if item is None:
        return []
    difference = draw(item)
    is_explained = (
        -difference == item.discount
        or desk.has_amount(item.customer, item.amount + difference)
        or desk.has_amount(item.customer, difference)
    )
    if is_explained or not difference:
        item.is_used = False
        return []
    part = Expected(item.number, item.amount + min(difference, 0))
    rest = Expected("", difference, "on_account")
    expected = (part, rest) if difference > 0 else (part,)
    return [paid(desk, scenario, desk.quote([item.number], intro), expected, item)]


def parent_pays(desk: Desk) -> list[Line]:
    """Pay one item from the account and in the name of the customer's parent, its number quoted."""
    item = desk.take(
        "children", lambda item: is_invoice(item) and desk.customer_of(item).parent is not None
    )
    if item is None:
        return []
    line = paid(desk, "parent_pays", desk.quote([item.number]), payments(item), item)
    parent = desk.customer_of(item).parent
    assert parent is not None
    line.name, line.account = desk.payer(desk.book.customers[parent])
    return [line]


def duplicate_payment(desk: Desk) -> list[Line]:
    """Pay one item twice: the second payment is the customer's money, and of no item."""
    item = desk.take("early", lambda item: is_invoice(item) and item.issued < BUSINESS_DAYS[0])
    if item is None:
        return []
    text = desk.quote([item.number])
    first = paid(desk, "exact_quote", text, payments(item), item)
    first.day = desk.day_after(item, until=BUSINESS_DAYS[-8])
    again = paid(desk, "duplicate_payment", text, (Expected("", item.amount, "on_account"),), item)
    again.fate, again.name, again.account = "on_account", first.name, first.account
    again.day = BUSINESS_DAYS[BUSINESS_DAYS.index(first.day) + desk.chance.between(1, 7)]
    return [first, again]


def closed_item_quoted(desk: Desk) -> list[Line]:
    """Pay, once more, an item that was settled before."""
    closed = [
        item
        for item in desk.book.closed[desk.chance.below(len(desk.book.closed)) :][:40]
        if is_invoice(item) and not item.is_used and not desk.has_amount(item.customer, item.amount)
    ]
    if not closed:
        return []
    item = closed[0]
    item.is_used = True
    expected = (Expected("", item.amount, "on_account"),)
    line = paid(desk, "closed_item_quoted", desk.quote([item.number]), expected, item)
    line.fate = "on_account|unmatched"
    return [line]
