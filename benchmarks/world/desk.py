"""The desk where payments are made up: what all scenarios share. In: a book. Out: lines with their truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from benchmarks.world.accounts import draw_account
from benchmarks.world.items import PERIOD_END, PERIOD_START
from benchmarks.world.mix import TEXT_NOISE
from benchmarks.world.names import GIVEN_NAMES, SURNAMES
from benchmarks.world.spelling import ascii_letters, plain
from benchmarks.world.text import spell_name
from benchmarks.world.texts import INTROS, PHRASES, SILENT_TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.world.batches import Batch
    from benchmarks.world.chance import Chance, Weighted
    from benchmarks.world.customers import Customer
    from benchmarks.world.habits import Habits, Payer
    from benchmarks.world.items import Book, Item

BUSINESS_DAYS = tuple(
    ordinal
    for ordinal in range(PERIOD_START.toordinal(), PERIOD_END.toordinal() + 1)
    if date.fromordinal(ordinal).weekday() < 5
)
# A transfer cannot arrive sooner than this after the invoice was written.
DAYS_IN_POST = 3


@dataclass(frozen=True, slots=True)
class Expected:
    """What of a line's money belongs where: to an item (payment), or to nobody yet (on_account)."""

    number: str
    amount: int
    kind: str = "payment"
    group: str = ""


@dataclass(slots=True)
class Line:
    """One bank line with its truth; amount in minor units, credits positive, day as an ordinal.

    Attributes:
        code: what sort of booking it is; each format writes its own code for it.
        fate: the fates that are right, joined by `|`.
        decidable: a careful person can tell from the data which items it pays.
        settled: what it settles besides its cash (discount, bank_charge); known of the months before alone.
        batch: what the report of a provider, or the slip of a deposit, tells of it.
        mandate: of a direct debit, as we gave it to the customer.
        structured: the creditor reference in the field of its own, where the format has one.
    """

    day: int
    amount: int
    name: str
    account: str
    text: str
    scenario: str
    fate: str
    decidable: bool
    expected: tuple[Expected, ...] = ()
    code: str = "transfer"
    end_to_end: str = ""
    structured: str = ""
    mandate: str = ""
    settled: tuple[Expected, ...] = ()
    reference: str = ""
    batch: Batch | None = None

    def check(self) -> None:
        """Check that the truth allocates the whole line or nothing of it."""
        allocated = sum(row.amount for row in self.expected)
        assert not self.expected or allocated == self.amount, (self.scenario, allocated)


class Desk:
    """One seller's book with the means to pick items, days, names and texts."""

    def __init__(self, book: Book, chance: Chance, level: str) -> None:
        self.book = book
        self.seller = book.seller
        self.chance = chance
        self.noise = TEXT_NOISE[level]
        self._pools: dict[str, list[Item]] = {}
        self._by_agent: dict[Payer | None, list[int]] = {}
        self._accounts: dict[str, str] = {}
        # Whether the reports of providers come along with the bank files.
        self.has_reports = False
        # Drawn from by who needs a customer of its own choice; made by the first of them.
        self.sizes: Weighted | None = None

    # ------------------------------------------------------------ items

    def take(self, pool: str, fits: Callable[[Item], bool]) -> Item | None:
        """Take an unused item that fits, in random order; the same name always means the same rule."""
        if pool not in self._pools:
            self._pools[pool] = [item for item in self.book.items if fits(item)]
            self.chance.shuffle(self._pools[pool])
        waiting = self._pools[pool]
        while waiting:
            item = waiting.pop()
            if not item.is_used:
                item.is_used = True
                return item
        return None

    def take_invoice(self) -> Item | None:
        """Take any unused invoice."""
        return self.take("invoices", is_invoice)

    def put_back(self, *items: Item) -> None:
        """Leave items that were taken to others."""
        for item in items:
            item.is_used = False

    def take_of_agent(self, item: Item) -> Item | None:
        """Take an unused invoice of another customer for whom the same agent pays."""
        agent = self.habits_of(item).agent
        clients = [index for index in self.clients_of(agent) if index != item.customer]
        for other in (one for index in clients for one in self.book.by_customer[index]):
            if is_invoice(other) and not other.is_used:
                other.is_used = True
                return other
        return None

    def clients_of(self, agent: Payer | None) -> list[int]:
        """Give the customers for whom an agent pays."""
        if not self._by_agent:
            for index, customer in enumerate(self.book.customers):
                self._by_agent.setdefault(customer.habits.agent, []).append(index)
        return self._by_agent.get(agent, []) if agent else []

    def is_account_seen(self, item: Item) -> bool:
        """Whether the months before showed the customer's alias account, and for this customer alone."""
        alias = self.habits_of(item).alias
        return alias is not None and self.book.seen.accounts[alias.account] == {item.customer}

    def is_alias_seen(self, item: Item) -> bool:
        """Whether the months before showed the customer's alias, and for this customer alone."""
        alias = self.habits_of(item).alias
        name = plain(self.shown(alias.name)) if alias else ""
        return bool(name) and self.book.seen.names[name] == {item.customer}

    def mandate_of(self, item: Item) -> str:
        """Give the mandate by which we collect from the customer, if the bank shows it; "" if not."""
        return self.habits_of(item).mandate if self.seller.shows_mandate else ""

    def others_of(self, item: Item, count: int) -> list[Item]:
        """Take up to `count` further unused invoices of the same customer."""
        siblings = self.book.by_customer[item.customer]
        start = self.chance.below(len(siblings))
        found: list[Item] = []
        for offset in range(min(len(siblings), 400)):
            other = siblings[(start + offset) % len(siblings)]
            if len(found) < count and is_invoice(other) and not other.is_used:
                other.is_used = True
                found.append(other)
        return found

    def customer_of(self, item: Item) -> Customer:
        """Give the customer that owes an item."""
        return self.book.customers[item.customer]

    def habits_of(self, item: Item) -> Habits:
        """Give the habits of the customer that owes an item."""
        return self.customer_of(item).habits

    def is_by_name(self, item: Item) -> bool:
        """Whether name and amount tell an invoice, and no account in the books could."""
        customer = self.customer_of(item)
        return (
            is_invoice(item)
            and not customer.account_known
            and customer.has_distinct_name
            and self.book.is_amount_unique(item)
        )

    def is_in_time(self, item: Item) -> bool:
        """Whether a payment of this month can still take an item's discount."""
        arrives = item.issued + DAYS_IN_POST
        return any(arrives <= day <= item.discount_until for day in BUSINESS_DAYS)

    def is_identified(self, item: Item) -> bool:
        """Whether account or name alone tell the customer."""
        customer = self.customer_of(item)
        return customer.is_known_by_account or customer.has_distinct_name

    def has_amount(self, customer: int, amount: int) -> bool:
        """Whether an item of this customer could be paid with exactly this amount."""
        return self.book.customer_amounts[customer][amount] > 0

    # ------------------------------------------------------------ days, names, texts

    def day_after(self, *items: Item, until: int = BUSINESS_DAYS[-1]) -> int:
        """Draw a business day after the items were written and not after `until`."""
        earliest = max((item.issued for item in items), default=0) + DAYS_IN_POST
        days = [day for day in BUSINESS_DAYS if earliest <= day <= until]
        return self.chance.pick(days or BUSINESS_DAYS[-1:])

    def payer(self, customer: Customer) -> tuple[str, str]:
        """Give name and account of a customer as the bank shows them."""
        name = spell_name(self.seller, customer, self.chance, self.noise)
        return name, customer.account if self.seller.shows_account else ""

    def alias(self, item: Item) -> tuple[str, str]:
        """Give the trading name and account under which the customer pays."""
        alias = self.habits_of(item).alias
        assert alias is not None
        return self.other_payer(alias)

    def other_payer(self, payer: Payer) -> tuple[str, str]:
        """Give name and account of an alias or an agent as the bank shows them."""
        name = payer.name.upper() if self.chance.happens(0.5 * self.noise) else payer.name
        return self.shown(name), payer.account if self.seller.shows_account else ""

    def account_of_name(self, name: str) -> str:
        """Give the account that goes with the name of some institution, always the same."""
        if name not in self._accounts:
            self._accounts[name] = self.foreign_account()
        return self._accounts[name]

    def person(self) -> tuple[str, str]:
        """Give name and account of somebody who is no customer."""
        language = self.seller.language
        given = self.chance.pick(GIVEN_NAMES[language])
        return self.shown(f"{given} {self.chance.pick(SURNAMES[language])}"), self.foreign_account()

    def foreign_account(self) -> str:
        """Draw an account that the books do not know; empty where the bank shows none."""
        if not self.seller.shows_account:
            return ""
        return draw_account(self.seller.country, self.chance)

    def shown(self, name: str) -> str:
        """Give another name as this bank shows it."""
        letters = ascii_letters(name) if self.seller.is_ascii else name
        return letters[: self.seller.name_limit].strip()

    def quote(self, numbers: Sequence[str], intro: str | None = None) -> str:
        """Write a payer's text that quotes these numbers, with what payers add."""
        language = self.seller.language
        lead = self.chance.pick(INTROS[language]) if intro is None else intro
        text = lead + self.chance.pick((", ", " + ", " ", "; ")).join(numbers)
        if self.chance.happens(0.25 * self.noise):
            day = date.fromordinal(self.chance.pick(BUSINESS_DAYS) - 30)
            text += f" {day:{self.say('dated')}}"
        if self.chance.happens(0.25 * self.noise):
            text += f" {self.say('order')} {self.chance.digits(6)}"
        return text.upper() if self.chance.happens(0.2 * self.noise) else text

    def say(self, phrase: str) -> str:
        """Give a phrase in the seller's language."""
        return PHRASES[self.seller.language][phrase]

    def silent_text(self) -> str:
        """Write a payer's text that quotes nothing."""
        return self.chance.pick(SILENT_TEXTS[self.seller.language])

    def end_to_end(self) -> str:
        """Draw the payer's own id; it has nothing to do with our numbers, and may look as if it had."""
        if not self.seller.has_end_to_end:
            return ""
        return f"ZV{self.chance.digits(8)}" if self.chance.happens(0.4) else "NOTPROVIDED"


def is_invoice(item: Item) -> bool:
    """Whether it is an invoice, no credit note, in the seller's currency."""
    return item.kind == "invoice" and not item.currency


def is_credit_note(item: Item) -> bool:
    """Whether it is what we owe the customer."""
    return item.kind == "credit_note"


def payments(*items: Item) -> tuple[Expected, ...]:
    """Expect each item to be paid in full (a credit note is paid with its negative amount)."""
    return tuple(Expected(item.number, item.amount) for item in items)
