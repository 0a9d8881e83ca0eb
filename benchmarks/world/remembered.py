"""Payments that quote nothing and are decidable only by what the months before showed: `history/`, not the books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.world.desk import BUSINESS_DAYS, DAYS_IN_POST, Expected, is_invoice, payments
from benchmarks.world.silent import silent_line

if TYPE_CHECKING:
    from benchmarks.world.desk import Desk, Line
    from benchmarks.world.items import Item

# A lump sum is rounded to this.
LUMP = 10_000
# A habit is none before it was seen so often.
SEEN_OFTEN = 2


def history_account_and_amount(desk: Desk) -> list[Line]:
    """Pay the one item of this amount under an unknown name, from an account that only this customer used before."""
    if not desk.seller.shows_account:
        return []
    item = desk.take(
        "account seen",
        lambda item: _is_unknown_alias(desk, item) and desk.is_account_seen(item),
    )
    if item is None:
        return []
    return [silent_line(desk, "history_account_and_amount", desk.alias(item), payments(item), item)]


def history_name_and_amount(desk: Desk) -> list[Line]:
    """Pay the one item of this amount, from a new account, under a trading name that only this customer used before."""
    item = desk.take(
        "alias seen",
        lambda item: _is_unknown_alias(desk, item) and desk.is_alias_seen(item),
    )
    if item is None:
        return []
    payer = (desk.alias(item)[0], desk.foreign_account())
    return [silent_line(desk, "history_name_and_amount", payer, payments(item), item)]


def _is_unknown_alias(desk: Desk, item: Item) -> bool:
    habits = desk.habits_of(item)
    is_alias = habits.alias is not None and not habits.alias_is_known
    return is_invoice(item) and is_alias and desk.book.is_amount_unique(item)


def history_mandate_and_amount(desk: Desk) -> list[Line]:
    """Collect the one item of this amount by a mandate under which only this customer paid before; no payer is shown."""
    item = desk.take("mandate seen", lambda item: _is_collected(desk, item, is_seen=True))
    return [] if item is None else [_collection(desk, "history_mandate_and_amount", item)]


def mandate_unknown(desk: Desk) -> list[Line]:
    """Collect an item by a mandate that the months before did not show; no payer is shown: true, but not to be known."""
    item = desk.take("mandate unseen", lambda item: _is_collected(desk, item, is_seen=False))
    if item is None:
        return []
    line = _collection(desk, "mandate_unknown", item)
    line.fate, line.decidable = "unmatched|suggested", False
    return [line]


def _is_collected(desk: Desk, item: Item, *, is_seen: bool) -> bool:
    mandate = desk.mandate_of(item)
    return (
        is_invoice(item)
        and bool(mandate)
        and (mandate in desk.book.seen.mandates) == is_seen
        and desk.book.is_amount_unique(item)
    )


def _collection(desk: Desk, scenario: str, item: Item) -> Line:
    line = silent_line(desk, scenario, ("", ""), payments(item), item)
    line.code, line.mandate = "collection", desk.mandate_of(item)
    return line


def history_usual_charge(desk: Desk) -> list[Line]:
    """Pay the one item of this amount less what the customer's bank always keeps, from an account that is known."""
    item = desk.take("charged", lambda item: _is_charged(desk, item))
    if item is None:
        return []
    cash = item.amount - desk.habits_of(item).usual_charge
    expected = (Expected(item.number, cash),)
    payer = desk.payer(desk.customer_of(item))
    return [silent_line(desk, "history_usual_charge", payer, expected, item)]


def _is_charged(desk: Desk, item: Item) -> bool:
    customer = desk.customer_of(item)
    charge = customer.habits.usual_charge
    return (
        is_invoice(item)
        and bool(charge)
        and item.amount > 10 * charge
        and customer.is_known_by_account
        and desk.book.is_amount_unique(item)
        and not desk.has_amount(item.customer, item.amount - charge)
        and desk.book.seen.charged[item.customer] >= SEEN_OFTEN
    )


def history_oldest_first(desk: Desk) -> list[Line]:
    """Pay a round sum on account, as the customer always does: its oldest items are paid, the last one in part."""
    first = desk.take("lumped", lambda item: _pays_lumps(desk, item))
    if first is None:
        return []
    debts = desk.book.by_customer[first.customer]
    desk.put_back(first)
    # Nothing else may have been paid, or be there to be netted: nobody could tell which items the sum was for.
    nets = desk.habits_of(first).nets_credit_notes
    if any(item.is_used or (nets and not is_invoice(item)) for item in debts):
        return []
    day = BUSINESS_DAYS[desk.chance.between(8, 14)]
    invoices = sorted(filter(is_invoice, debts), key=_age)
    ripe = [item for item in invoices if item.issued + DAYS_IN_POST <= day]
    count = min(len(ripe), desk.chance.between(2, 4))
    # Of two that are equally old, nobody could tell which is paid in part.
    around = [item.due for item in ripe[max(0, count - 2) : count + 1]]
    if not ripe or len(set(around)) < len(around):
        return []
    lump = sum(item.amount for item in ripe[:count]) // LUMP * LUMP
    if lump <= 0 or desk.has_amount(first.customer, lump):
        return []
    expected, left = [], lump
    for item in ripe[:count]:
        cash = min(left, item.amount)
        left -= cash
        item.is_used = True
        if cash:
            expected.append(Expected(item.number, cash))
    payer = desk.payer(desk.customer_of(first))
    line = silent_line(desk, "history_oldest_first", payer, tuple(expected), *ripe[:count])
    line.day, line.fate = day, "applied|suggested"
    return [line]


def _age(item: Item) -> tuple[int, str]:
    return item.due, item.item_id


def _pays_lumps(desk: Desk, item: Item) -> bool:
    """Whether an item stands for a customer with the habit: its first one does."""
    customer = desk.customer_of(item)
    if item is not desk.book.by_customer[item.customer][0]:
        return False
    is_seen = desk.book.seen.lumps[item.customer] >= SEEN_OFTEN
    return customer.habits.pays_oldest_first and is_seen and customer.is_known_by_account


def history_agent_amount(desk: Desk) -> list[Line]:
    """Pay as an agent, whose account paid for several customers before, what only one of them owes."""
    return _by_agent(desk, "history_agent_amount", is_clear=True)


def history_agent_ambiguous(desk: Desk) -> list[Line]:
    """Pay as an agent, whose account paid for several customers before, what two of them owe."""
    return _by_agent(desk, "history_agent_ambiguous", is_clear=False)


def _by_agent(desk: Desk, scenario: str, *, is_clear: bool) -> list[Line]:
    if not desk.seller.shows_account:
        return []
    item = desk.take(f"agent {is_clear}", lambda item: _fits_agent(desk, item, is_clear=is_clear))
    if item is None:
        return []
    agent = desk.habits_of(item).agent
    assert agent is not None
    line = silent_line(desk, scenario, desk.other_payer(agent), payments(item), item)
    if not is_clear:
        line.fate, line.decidable = "unmatched|suggested", False
    return [line]


def _fits_agent(desk: Desk, item: Item, *, is_clear: bool) -> bool:
    agent = desk.habits_of(item).agent
    if agent is None or not is_invoice(item) or not desk.book.is_amount_unique(item):
        return False
    seen = desk.book.seen.accounts[agent.account]
    if len(seen) < 2 or item.customer not in seen:
        return False
    others = desk.clients_of(agent)
    owing = sum(desk.has_amount(other, item.amount) for other in others)
    return owing == 1 if is_clear else owing > 1
