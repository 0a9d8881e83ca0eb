"""Customers of one seller: sizes, names with legal forms, sisters and parents, accounts with right check digits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.world.accounts import draw_account
from benchmarks.world.habits import HabitMaker
from benchmarks.world.names import LEGAL_FORMS, SISTER_WORDS, SURNAMES, TOWNS, TRADES
from benchmarks.world.spelling import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.world.chance import Chance
    from benchmarks.world.habits import Habits
    from benchmarks.world.sellers import Seller

ITEMS_PER_CUSTOMER = 12
ACCOUNT_KNOWN = 0.7
SISTER_SHARE = 0.05
PARENT_SHARE = 0.04
SISTERS_SHARE_ACCOUNT = 0.3
DISCOUNT_SHARE = 0.2
# Sizes fall with the rank to this power (Zipf); at 1 the largest would hold a tenth of all items.
SIZE_EXPONENT = 0.8


@dataclass(slots=True)
class Customer:
    """One customer in the books of one seller.

    Attributes:
        base: the name without its legal form.
        account: the account it pays from.
        account_known: the books have that account.
        sister: index of the near-identical company, or None.
        parent: index of the company that owns it and may pay for it, or None.
        has_distinct_name: no other customer's name without legal form begins alike.
        has_own_account: nobody else pays from its account.
        terms: days until due.
        discount_permille: cash discount if paid within `discount_days`; 0 if none.
        prints_reference: its invoices carry a structured reference.
        habits: how it pays.
    """

    customer_id: str
    base: str
    name: str
    country: str
    account: str
    account_known: bool
    terms: int
    weight: float
    sister: int | None = None
    parent: int | None = None
    has_distinct_name: bool = True
    has_own_account: bool = True
    discount_permille: int = 0
    discount_days: int = 10
    prints_reference: bool = False
    habits: Habits = field(init=False)

    @property
    def is_known_by_account(self) -> bool:
        """Whether the books tell, from the account alone, that it is this customer."""
        return self.account_known and self.has_own_account


def build_customers(
    seller: Seller, count: int, chance: Chance, taken: set[str] | None = None
) -> list[Customer]:
    """Make the customers of one seller; index = rank by size.

    Args:
        seller: whose they are.
        count: how many.
        chance: the draws.
        taken: names that other sellers' customers have; the new ones are added.
    """
    taken = set() if taken is None else taken
    customers = [_first_of(seller, rank, chance, taken) for rank in range(count)]
    _tie_sisters(seller, customers, chance)
    _tie_parents(customers, chance)
    mark_distinct_names(customers)
    _give_habits(seller, customers, chance.branch("habits"), taken)
    return customers


def _give_habits(
    seller: Seller, customers: list[Customer], chance: Chance, taken: set[str]
) -> None:
    maker = HabitMaker(seller, len(customers), chance, taken)
    for customer in customers:
        customer.habits = maker.draw(customer.base.split(" ")[0])


def _first_of(seller: Seller, rank: int, chance: Chance, taken: set[str]) -> Customer:
    language, country = seller.language, seller.country
    base = ""
    while not base or base in taken:
        base = f"{chance.pick(SURNAMES[language])} {chance.pick(TRADES[language])}"
        if chance.happens(0.5):
            base = f"{base} {chance.pick(TOWNS[language])}"
        if chance.happens(0.3):
            base = f"{chance.pick(SURNAMES[language])} & {base}"
    taken.add(base)
    return Customer(
        customer_id=f"{seller.key}{10_000 + rank}",
        base=base,
        name=f"{base} {chance.pick(LEGAL_FORMS[country])}",
        country=country,
        account=draw_account(country, chance),
        account_known=seller.shows_account and chance.happens(ACCOUNT_KNOWN),
        terms=chance.pick((14, 30, 30, 30, 60)),
        weight=(rank + 1) ** -SIZE_EXPONENT,
        discount_permille=chance.pick((20, 30)) if chance.happens(DISCOUNT_SHARE) else 0,
        discount_days=chance.pick((10, 14)),
        prints_reference=chance.happens(seller.prints_reference),
    )


def _tie_sisters(seller: Seller, customers: list[Customer], chance: Chance) -> None:
    """Make some customers near-identical to their neighbour in rank."""
    for index in range(1, len(customers), 2):
        if not chance.happens(2 * SISTER_SHARE):
            continue
        elder, younger = customers[index - 1], customers[index]
        word = chance.pick(SISTER_WORDS[seller.language])
        forms = LEGAL_FORMS[seller.country]
        younger.base = elder.base if chance.happens(0.3) else f"{elder.base} {word}"
        # A sister of the same words differs by its legal form alone.
        others = [form for form in forms if f"{younger.base} {form}" != elder.name]
        younger.name = f"{younger.base} {chance.pick(others)}"
        elder.sister, younger.sister = index, index - 1
        if chance.happens(SISTERS_SHARE_ACCOUNT):
            younger.account, younger.account_known = elder.account, elder.account_known
            elder.has_own_account = younger.has_own_account = False


def _tie_parents(customers: list[Customer], chance: Chance) -> None:
    for index, customer in enumerate(customers):
        parent = chance.below(len(customers))
        is_free = customers[parent].parent is None and parent != index
        if is_free and customer.sister is None and chance.happens(PARENT_SHARE):
            customer.parent = parent


def mark_distinct_names(customers: Sequence[Customer]) -> None:
    """Find the names that a careful reader could take for another's: cut, shared, or another's beginning."""
    names = [plain(customer.base) for customer in customers]
    # 20 characters: what is surely left of a name that a bank cut.
    cut = Counter(name[:20] for name in names)
    whole = set(names)
    begun: set[str] = set()
    for customer, name in zip(customers, names, strict=True):
        words = name.split(" ")
        beginnings = {" ".join(words[:count]) for count in range(1, len(words))} & whole
        begun |= beginnings
        customer.has_distinct_name = (
            not beginnings and cut[name[:20]] == 1 and customer.sister is None
        )
    for customer, name in zip(customers, names, strict=True):
        customer.has_distinct_name &= name not in begun
