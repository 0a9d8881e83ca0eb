"""Habits of customers: under which name and from where they pay, what they deduct, in which order; drawn once.

In: one seller's customers. Out: the same with habits. The months of history and the month that is matched are played
by the same habits, so that what was seen once can be known again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.world.accounts import draw_account
from benchmarks.world.names import AGENT_WORDS, BRAND_BEGINNINGS, BRAND_ENDINGS, GIVEN_NAMES, TOWNS

if TYPE_CHECKING:
    from benchmarks.world.chance import Chance
    from benchmarks.world.sellers import Seller

ALIAS_SHARE = 0.10
ALIAS_KNOWN = 0.3
TAKES_DISCOUNT_SHARE = 0.7
OLDEST_FIRST_SHARE = 0.08
PAYS_TOGETHER_SHARE = 0.15
NETS_SHARE = 0.6
CHARGE_SHARE = 0.04
SILENT_SHARE = 0.12
SUBSCRIBER_SHARE = 0.05
DIRECT_DEBIT_SHARE = 0.08
AGENT_SHARE = 0.06
CUSTOMERS_PER_AGENT = 4
USUAL_CHARGES = (500, 750, 1250, 1500, 2500)
MONTHLY_PRICES = (1900, 2900, 4900, 9900, 14900, 24900, 49900)


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays in a customer's place: the name and the account that the bank shows."""

    name: str
    account: str


@dataclass(frozen=True, slots=True)
class Habits:
    """How one customer pays; amounts in minor units.

    Attributes:
        alias: the trading name and account it always pays with, if it does not pay under the name in the books.
        alias_is_known: the books hold the alias (the name, never the account).
        agent: who pays for this customer and for others, or None.
        owner: given and family name of the person who owns it.
        takes_discount: deducts the cash discount whenever it is in time.
        pays_oldest_first: pays round sums on account, half-monthly and without a word.
        pays_together: pays all that is due half-monthly in one sum.
        nets_credit_notes: deducts a credit note from the next payment.
        usual_charge: what its bank keeps of each transfer; 0 if nothing.
        is_silent: never quotes a number.
        monthly_price: what it subscribes to; 0 if to nothing.
        mandate: by which we collect from it, if it pays by direct debit.
    """

    alias: Payer | None
    alias_is_known: bool
    agent: Payer | None
    owner: str
    takes_discount: bool
    pays_oldest_first: bool
    pays_together: bool
    nets_credit_notes: bool
    usual_charge: int
    is_silent: bool
    monthly_price: int
    mandate: str


class HabitMaker:
    """Draws the habits of one seller's customers."""

    def __init__(
        self,
        seller: Seller,
        count: int,
        chance: Chance,
        taken: set[str],
    ) -> None:
        """Take the draws of one seller, and invent the agents that its `count` customers share.

        Names in `taken` are not used again; new ones are added.
        """
        language = seller.language
        self._language = language
        self._country = seller.country
        self._chance = chance
        self._taken = taken
        # Drawn apart, so that a world without mandates is the same in all else.
        self._debits = chance.branch("mandates")
        self._key = seller.key
        self._numbers = 0
        agents = max(1, int(count * AGENT_SHARE / CUSTOMERS_PER_AGENT))
        self._agents = [self._payer(chance.pick(AGENT_WORDS[language])) for _ in range(agents)]

    def draw(self, surname: str) -> Habits:
        """Draw the habits of a customer whose owner has this family name."""
        chance = self._chance
        alias = self._payer("") if chance.happens(ALIAS_SHARE) else None
        through_agent = alias is None and chance.happens(AGENT_SHARE)
        may_debit = alias is None and not through_agent
        return Habits(
            alias=alias,
            alias_is_known=chance.happens(ALIAS_KNOWN),
            agent=chance.pick(self._agents) if through_agent else None,
            owner=f"{chance.pick(GIVEN_NAMES[self._language])} {surname}",
            takes_discount=chance.happens(TAKES_DISCOUNT_SHARE),
            pays_oldest_first=chance.happens(OLDEST_FIRST_SHARE),
            pays_together=chance.happens(PAYS_TOGETHER_SHARE),
            nets_credit_notes=chance.happens(NETS_SHARE),
            usual_charge=chance.pick(USUAL_CHARGES) if chance.happens(CHARGE_SHARE) else 0,
            is_silent=chance.happens(SILENT_SHARE),
            monthly_price=chance.pick(MONTHLY_PRICES) if chance.happens(SUBSCRIBER_SHARE) else 0,
            mandate=self._mandate() if may_debit else "",
        )

    def _mandate(self) -> str:
        """Number a mandate of the few who pay by direct debit; the numbers say nothing of the customer."""
        if not self._debits.happens(DIRECT_DEBIT_SHARE):
            return ""
        self._numbers += self._debits.between(1, 40)
        return f"{self._key}-MND-{self._numbers:06d}-{self._debits.between(1, 3)}"

    def _payer(self, tail: str) -> Payer:
        """Invent a trading name that nobody else has, with an account."""
        name = ""
        while not name or name in self._taken:
            brand = self._chance.pick(BRAND_BEGINNINGS) + self._chance.pick(BRAND_ENDINGS)
            # A town and a number of the founding year make enough names for any size of world.
            year = f" {self._chance.between(1890, 2025)}" if self._chance.happens(0.5) else ""
            name = f"{brand} {tail or self._chance.pick(TOWNS[self._language])}{year}"
        self._taken.add(name)
        return Payer(name, draw_account(self._country, self._chance))
