"""Random small worlds: customers, open items and lines that quote, pay, over- and underpay them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl
from hypothesis import strategies as st

from recon.config import Policy
from tests.scenarios.build import (
    closed_frame,
    inputs_of,
    items_frame,
    line_id,
    lines_frame,
    parties_frame,
    run_world,
)

NAMES = ("ACME GmbH", "Bolt Werke AG", "Nordlicht Verlag KG")
ACCOUNTS = ("DE75512108001245126199", "DE12500105170648489890", "FR1420041010050500013M02606")
AMOUNTS = (10_000, 20_000, 30_000, 81_240, 55_510, 123_456, 7)


@dataclass(frozen=True, slots=True)
class Rows:
    """A world as plain rows, so that a test can turn, drop or add some before the frames are built."""

    lines: tuple[dict[str, Any], ...]
    items: tuple[dict[str, Any], ...]
    parties: tuple[dict[str, Any], ...]
    closed: tuple[dict[str, Any], ...]

    def run(self, policy: Policy | None = None):
        inputs = inputs_of(
            lines_frame(list(self.lines)),
            items_frame(list(self.items)),
            parties_frame(list(self.parties)),
            closed_frame(list(self.closed)),
        )
        return run_world(inputs, policy or Policy())


# Most draws are plain, so that most lines can be applied; the rest is what a bank and its customers do to them.
CURRENCIES = st.sampled_from(["EUR"] * 9 + ["USD"])
ONE_IN_TEN = st.sampled_from([False] * 9 + [True])
OFF = st.sampled_from([0] * 6 + [-3, -20, -5_000, 5_000, 1])


@st.composite
def items_of(draw, number):
    discount = draw(st.sampled_from([None, None, 20]))
    amount = draw(st.sampled_from(AMOUNTS))
    is_credit = draw(ONE_IN_TEN)
    return {
        "number": f"INV-{1000 + number}",
        "open_amount": -amount if is_credit else amount,
        "customer_id": draw(st.sampled_from(["C0", "C0", "C1", "C2", None])),
        "currency": draw(CURRENCIES),
        "due_date": dt.date(2026, 1, draw(st.integers(1, 28))),
        "discount_amount": discount if discount and amount > discount and not is_credit else None,
        "discount_until": dt.date(2026, 1, 15) if discount else None,
    }


@st.composite
def lines_of(draw, items):
    owner = draw(st.sampled_from(["C0", "C0", "C1", "C2"]))
    own = [item for item in items if item["customer_id"] == owner] or items
    count = draw(st.sampled_from([1, 1, 1, 2, 3])) if own else 0
    paid = own[draw(st.integers(0, max(len(own) - 1, 0))) :][:count]
    total = sum(item["open_amount"] for item in paid)
    payer = int(owner[1]) if not draw(ONE_IN_TEN) else draw(st.sampled_from([None, 0, 1, 3]))
    by_account = payer is not None and payer < len(ACCOUNTS) and draw(st.booleans())
    quotes = draw(st.sampled_from([True, True, True, False]))
    said = [item["number"] for item in paid] if quotes else []
    return {
        "booking_date": dt.date(2026, 1, draw(st.integers(1, 28))),
        "amount": total + draw(OFF) if total > 0 else draw(st.sampled_from([*AMOUNTS, -10_000, 0])),
        "currency": draw(CURRENCIES),
        "remittance": draw(st.sampled_from(["", "thank you ", "Rechnung ", "INV-0900 "]))
        + " ".join(said),
        "payer_name": (*NAMES, "Maria Huber")[payer] if payer is not None else None,
        "payer_account": ACCOUNTS[payer] if by_account else None,
        "is_held": draw(ONE_IN_TEN),
        "is_reversal": draw(ONE_IN_TEN),
    }


@st.composite
def worlds(draw, *, most_lines=6, most_items=7):
    items = [draw(items_of(number)) for number in range(draw(st.integers(1, most_items)))]
    lines = [
        {**draw(lines_of(items)), "line_id": line_id(at), "record": at + 1}
        for at in range(draw(st.integers(2, most_lines)))
    ]
    parties = [
        {"customer_id": f"C{at}", "name": name, "accounts": [ACCOUNTS[at]]}
        for at, name in enumerate(NAMES)
    ]
    closed = [{"number": "INV-0900", "customer_id": "C0"}] if draw(st.booleans()) else []
    return Rows(tuple(lines), tuple(items), tuple(parties), tuple(closed))


def fates(outcome) -> list[tuple[str, str, str]]:
    return outcome.matched.decisions.select("line_id", "fate", "reason").rows()


def applied(outcome) -> list[tuple[Any, ...]]:
    rows = outcome.allocations.filter(pl.col("status") == "applied")
    return rows.select("line_id", "item_id", "kind", "amount").rows()
