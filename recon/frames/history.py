"""History: what was confirmed or refused before, as it is read, and what it teaches, in comparable form.

`customer`, `line` and `item` are the row numbers of `comparable.py`. Weights are thousandths of a payment: each
payment counts less the older it is (`history.half_life_days`), so that what changed is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import dataframely as dy

from recon.frames.allocations import KINDS
from recon.frames.lines import Lines
from recon.frames.words import Word
from recon.money import AMOUNT_LIMIT

ROLES = ("account", "name", "name_on_account", "mandate")
HABITS = ("discount", "together", "netting", "bank_charge", "oldest_first")


class ConfirmedAllocations(dy.Schema):
    """Allocations that were confirmed before: a row what one line did to one item."""

    line_id = dy.String(nullable=True, description="the line, as an earlier run named it")
    bank_reference = dy.String(nullable=True, description="or the bank's reference of the line")
    item_number = dy.String(nullable=True, description="null: money on account")
    customer_id = dy.String(nullable=True)
    amount = dy.Int64(
        nullable=True,
        min=-AMOUNT_LIMIT,
        max=AMOUNT_LIMIT,
        description="minor units; null where no currency is told",
    )
    kind = Word(KINDS)


class RefusedPairs(dy.Schema):
    """Suggestions that a person refused: a row a line and an item that do not belong together."""

    line_id = dy.String(nullable=True, description="the line, as the run named it")
    bank_reference = dy.String(nullable=True, description="or the bank's reference of the line")
    item_number = dy.String(min_length=1)
    open_amount = dy.Int64(
        nullable=True, description="what was open then; another amount asks anew (minor units)"
    )


class SeenPayers(dy.Schema):
    """A row an account, a name or a mandate by which a customer's items were paid before."""

    role = Word(
        ROLES,
        description="name_on_account: on an account of the customer, whatever it paid",
    )
    key = dy.String(description="the account or mandate, or the name in comparable form")
    customer = dy.Int64()
    times = dy.Int64(min=1, description="payments seen")
    last_seen = dy.Date(description="booking date of the last of them")
    weight = dy.Int64(min=0, description="payments seen, by age, in thousandths")
    of_weight = dy.Int64(min=0, description="all payments of this customer, in thousandths")


class PastPayments(dy.Schema):
    """A row a payment of a customer in the history: what it shows of the customer's habits."""

    customer = dy.Int64()
    habit = Word(
        HABITS,
        description="takes the discount, pays several at once, nets credit notes, is charged, pays the oldest first",
    )
    kept = dy.Int64(min=0, description="payments that show the habit, by age, in thousandths")
    could = dy.Int64(min=0, description="payments that could have shown it, in thousandths")


class UsualCharges(dy.Schema):
    """A row an amount that the bank of a customer kept back before."""

    customer = dy.Int64()
    currency = dy.String()
    charge = dy.Int64(min=1, description="minor units")
    times = dy.Int64(min=1, description="payments that it was kept back from")
    last_seen = dy.Date(description="booking date of the last of them")
    weight = dy.Int64(min=0, description="the same by age, in thousandths")
    of_weight = dy.Int64(min=0, description="all payments of this customer, in thousandths")


class SeenProviders(dy.Schema):
    """A row an account or a name whose payments were of many customers each: a provider, an acquirer, a lockbox."""

    role = Word(("account", "name"))
    key = dy.String(description="the account, or the name in comparable form")
    times = dy.Int64(min=1, description="payments of many customers seen")
    last_seen = dy.Date(description="booking date of the last of them")
    words = dy.List(dy.String(), description="of all names under which they came")


class CustomerCredits(dy.Schema):
    """A row an amount that a payment left on a customer's account and that was not paid back by as much since."""

    customer = dy.Int64()
    currency = dy.String()
    amount = dy.Int64(min=1, description="minor units")
    line_id = dy.String(description="the payment")
    booking_date = dy.Date()


class RefusedMatches(dy.Schema):
    """A row a line and an item that were refused and have not changed since."""

    line = dy.Int64(primary_key=True)
    item = dy.Int64(primary_key=True)


@dataclass(frozen=True, slots=True)
class History:
    """What is known of earlier payments: the lines of then, what was confirmed of them, and what was refused."""

    lines: dy.DataFrame[Lines]
    confirmed: dy.DataFrame[ConfirmedAllocations]
    refused: dy.DataFrame[RefusedPairs]

    @classmethod
    def empty(cls) -> History:
        """Give the history of somebody who has none."""
        return cls(
            Lines.create_empty(), ConfirmedAllocations.create_empty(), RefusedPairs.create_empty()
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """What the history teaches about today's customers, lines and items."""

    payers: dy.DataFrame[SeenPayers]
    habits: dy.DataFrame[PastPayments]
    charges: dy.DataFrame[UsualCharges]
    credits: dy.DataFrame[CustomerCredits]
    providers: dy.DataFrame[SeenProviders]
    refused: dy.DataFrame[RefusedMatches]

    @classmethod
    def empty(cls) -> Memory:
        """Give the memory of somebody who has seen nothing."""
        return cls(
            SeenPayers.create_empty(),
            PastPayments.create_empty(),
            UsualCharges.create_empty(),
            CustomerCredits.create_empty(),
            SeenProviders.create_empty(),
            RefusedMatches.create_empty(),
        )

    def with_refused(self, refused: dy.DataFrame[RefusedMatches]) -> Memory:
        """Give the same memory with these refusals."""
        return replace(self, refused=refused)
