"""Items of one seller: open invoices and credit notes, and those already closed, numbered in order of issue."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from benchmarks.world.chance import Weighted
from benchmarks.world.references import PRINT

if TYPE_CHECKING:
    from benchmarks.world.chance import Chance
    from benchmarks.world.customers import Customer
    from benchmarks.world.sellers import Seller

PERIOD_START = date(2026, 3, 2)
PERIOD_END = date(2026, 3, 31)
FIRST_ISSUE = date(2025, 11, 3).toordinal()
LAST_ISSUE = date(2026, 3, 20).toordinal()
CLOSED_PER_OPEN = 0.5
CREDIT_NOTE_SHARE = 0.04
# How amounts come about: prices of a list recur within and across customers, some are round, the rest is free.
LIST_PRICE_SHARE = 0.35
ROUND_SHARE = 0.10
TWIN_SHARE = 0.3
SUBSCRIBED_SHARE = 0.3
BATCH_SHARE = 0.15
# What currency else items are in, by the seller's; and units of ours for one of it, in millionths.
FOREIGN = {
    "EUR": ("USD", 921_400),
    "USD": ("EUR", 1_085_300),
    "GBP": ("EUR", 842_700),
    "CHF": ("EUR", 951_200),
    "NOK": ("EUR", 11_512_000),
    "SEK": ("EUR", 11_204_000),
}
FOREIGN_SHARE = 0.008
LIST_PRICES = tuple(
    cents * 100 + tail
    for tail, row in (
        (0, (29, 49, 79, 99, 119, 149, 199, 249, 299, 349, 499, 599, 799, 999, 1190, 1490, 2380)),
        (90, (19, 24, 39, 59, 89, 129, 179)),
    )
    for cents in row
)


@dataclass(slots=True)
class Item:
    """One document of the books; amounts in minor units, credit notes negative, dates as ordinals; no currency: the seller's."""

    item_id: str
    kind: str
    number: str
    customer: int
    amount: int
    issued: int
    due: int
    discount: int = 0
    discount_until: int = 0
    reference: str = ""
    purchase_order: str = ""
    currency: str = ""
    is_used: bool = False


@dataclass(slots=True)
class Seen:
    """What the months of history showed: whose payments came from an account and under a name, which mandates, whose habits.

    Customers are indexes; `charged` and `lumps` count payments less the usual charge, and round sums on account.
    """

    accounts: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    names: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    mandates: set[str] = field(default_factory=set)
    charged: Counter[int] = field(default_factory=Counter)
    lumps: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Book:
    """What one seller's books hold, with the look-ups that the scenarios need."""

    seller: Seller
    customers: list[Customer]
    items: list[Item]
    closed: list[Item]
    by_number: dict[str, Item] = field(default_factory=dict)
    by_customer: list[list[Item]] = field(default_factory=list)
    amounts: Counter[int] = field(default_factory=Counter)
    customer_amounts: list[Counter[int]] = field(default_factory=list)
    closed_numbers: set[str] = field(default_factory=set)
    owners: dict[str, int] = field(default_factory=dict)
    purchase_orders: Counter[str] = field(default_factory=Counter)
    seen: Seen = field(default_factory=Seen)

    def index(self) -> None:
        """Fill the look-ups."""
        self.by_number = {item.number: item for item in self.items}
        self.owners = {item.number: item.customer for item in (*self.items, *self.closed)}
        self.closed_numbers = {item.number for item in self.closed}
        self.by_customer = [[] for _ in self.customers]
        self.customer_amounts = [Counter() for _ in self.customers]
        self.purchase_orders = Counter(
            item.purchase_order for item in self.items if item.purchase_order
        )
        for item in self.items:
            self.by_customer[item.customer].append(item)
            # Amounts are compared with lines, which are all in the seller's currency.
            if item.currency:
                continue
            self.amounts[item.amount] += 1
            self.customer_amounts[item.customer][item.amount] += 1
            if item.discount:
                self.customer_amounts[item.customer][item.amount - item.discount] += 1

    def is_number(self, number: str) -> bool:
        """Whether a document, open or closed, has this number."""
        return number in self.by_number or number in self.closed_numbers

    def is_amount_unique(self, item: Item) -> bool:
        """Whether no other item of its customer could be paid with this amount, in full or less discount."""
        return self.customer_amounts[item.customer][item.amount] == 1


def build_book(seller: Seller, customers: list[Customer], count: int, chance: Chance) -> Book:
    """Issue documents in order of date; some are open still (`count` of them), the others are closed."""
    total = count + max(2, int(count * CLOSED_PER_OPEN))
    issued = sorted(chance.between(FIRST_ISSUE, LAST_ISSUE) for _ in range(total))
    is_open = [True] * count + [False] * (total - count)
    chance.shuffle(is_open)
    sizes = Weighted([customer.weight for customer in customers])
    width = max(5, len(str(total)))
    book = Book(seller, customers, [], [])
    latest: dict[int, int] = {}
    running: Counter[tuple[str, int]] = Counter()
    owner: int | None = None
    for ordinal, keeps in zip(issued, is_open, strict=True):
        # Bills are written customer by customer now and then: their numbers follow one another.
        if owner is None or not chance.happens(BATCH_SHARE):
            owner = sizes.draw(chance)
        is_credit = chance.happens(CREDIT_NOTE_SHARE)
        prefix = seller.credit_prefix if is_credit else seller.invoice_prefix
        year = date.fromordinal(ordinal).year
        series = (prefix, year if seller.has_year else 0)
        running[series] += 1
        amount = draw_amount(chance, _recurring_amount(customers[owner], latest, chance))
        latest[owner] = amount
        item = _build_item(
            book, owner, seller.number(prefix, year, running[series], width), ordinal, chance
        )
        _price(item, customers[owner], amount, seller.scheme, is_credit=is_credit)
        if keeps and not is_credit and chance.happens(FOREIGN_SHARE):
            item.currency, _ = FOREIGN[seller.currency]
            item.discount = item.discount_until = 0
        (book.items if keeps else book.closed).append(item)
    book.index()
    return book


def _recurring_amount(customer: Customer, latest: dict[int, int], chance: Chance) -> int | None:
    """Bill a subscriber's monthly price, or the sister's last amount: the hardest thing to tell apart."""
    if customer.habits.monthly_price and chance.happens(SUBSCRIBED_SHARE):
        return customer.habits.monthly_price
    if customer.sister is None or not chance.happens(TWIN_SHARE):
        return None
    return latest.get(customer.sister)


def draw_amount(chance: Chance, recurring: int | None) -> int:
    """Draw what is billed: a recurring amount if there is one, a list price, a round or any amount."""
    if recurring is not None:
        return recurring
    kind = chance.unit()
    if kind < LIST_PRICE_SHARE:
        return chance.pick(LIST_PRICES)
    free = max(500, min(round(chance.log_normal(85_000, 1.3)), 50_000_000))
    if kind < LIST_PRICE_SHARE + ROUND_SHARE:
        return max(5_000, free // 5_000 * 5_000)
    return free


def _build_item(book: Book, owner: int, number: str, ordinal: int, chance: Chance) -> Item:
    customer = book.customers[owner]
    sequence = len(book.items) + len(book.closed)
    return Item(
        item_id=f"{book.seller.key}-{sequence:07d}",
        kind="invoice",
        number=number,
        customer=owner,
        amount=0,
        issued=ordinal,
        due=ordinal + customer.terms,
        purchase_order=f"PO-{chance.digits(5)}" if chance.happens(0.2) else "",
    )


def _price(item: Item, customer: Customer, amount: int, scheme: str, *, is_credit: bool) -> None:
    """Set amount, discount and printed reference."""
    if is_credit:
        item.kind, item.amount = "credit_note", -max(500, amount // 4)
        return
    item.amount = amount
    if customer.discount_permille:
        item.discount = (amount * customer.discount_permille + 500) // 1000
        item.discount_until = item.issued + customer.discount_days
    if customer.prints_reference:
        digits = "".join(char for char in item.number if char.isdigit())
        item.reference = PRINT[scheme](digits)
