"""What every rival is given: receipts, open items and customers, as plain records read from CSV.

In: a folder with lines.csv, items.csv and customers.csv, amounts in minor units. Out: tuples of records. Imports
nothing of the engine and no frame library, so that any Python can run a rival.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# What a person sees as one quoted word: letters and digits with the marks that numbers are written with.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9/.\-]*")
SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A receipt: money in, of whatever kind."""

    line_id: str
    day: str
    amount: int
    currency: str
    name: str
    account: str
    text: str
    structured: str
    end_to_end: str

    @property
    def all_text(self) -> str:
        """Everything in which a number may stand."""
        return " ".join(part for part in (self.text, self.structured, self.end_to_end) if part)


@dataclass(frozen=True, slots=True)
class Item:
    """An open item; credit notes are negative."""

    item_id: str
    number: str
    customer_id: str
    customer_name: str
    currency: str
    amount: int
    issued: str
    reference: str
    purchase_order: str
    discount: int
    discount_until: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer with the bank accounts that the books know of it."""

    customer_id: str
    name: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """All that a rival sees."""

    lines: tuple[Line, ...]
    items: tuple[Item, ...]
    customers: tuple[Customer, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A line and the items that a rival thinks it pays.

    Attributes:
        line_id: the line.
        item_ids: the items, in the order in which the money is used.
        confidence: 0 to 1, the rival's own.
        is_applied: whether its documentation would book it without a person.
    """

    line_id: str
    item_ids: tuple[str, ...]
    confidence: float
    is_applied: bool


def read_given(folder: Path) -> Given:
    """Read what was written for the rivals."""
    lines = tuple(
        Line(
            row["line_id"],
            row["day"],
            int(row["amount"]),
            row["currency"],
            row["name"],
            row["account"],
            row["text"],
            row["structured"],
            row["end_to_end"],
        )
        for row in _rows(folder / "lines.csv")
    )
    items = tuple(
        Item(
            row["item_id"],
            row["number"],
            row["customer_id"],
            row["customer_name"],
            row["currency"],
            int(row["amount"]),
            row["issued"],
            row["reference"],
            row["purchase_order"],
            int(row["discount"]),
            row["discount_until"],
        )
        for row in _rows(folder / "items.csv")
    )
    customers = tuple(
        Customer(row["customer_id"], row["name"], tuple(filter(None, row["accounts"].split("|"))))
        for row in _rows(folder / "customers.csv")
    )
    return Given(lines, items, customers)


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)


def solid(text: str) -> str:
    """Write a number without the marks between its parts: `INV-2026/17` is `INV202617`."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


def quoted_words(text: str) -> set[str]:
    """Find what may be a number in a text: whole words with a digit, without their marks."""
    words = {solid(word) for word in _WORD.findall(text)}
    return {word for word in words if len(word) >= SHORTEST and any(map(str.isdigit, word))}


def numbers_of(items: Iterable[Item]) -> dict[str, str]:
    """Map each number or reference that only one item has to the item's id."""
    items = tuple(items)
    written = [
        (solid(text), item.item_id) for item in items for text in (item.number, item.reference)
    ]
    pairs = {pair for pair in written if len(pair[0]) >= SHORTEST}
    how_often = Counter(number for number, _ in pairs)
    return {number: item_id for number, item_id in pairs if how_often[number] == 1}
