"""Pairs of what is owed and what was paid for it, as a world of one receipt a pair, with the truth.

In: pairs of a public set. Out: what the matcher works on, and truth.csv as bytes. There is no history and no payer's account.
"""

from __future__ import annotations

import csv
import hashlib
import io
from base64 import b32encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from benchmarks.frames import lines_frame
from benchmarks.world.missing import NOWHERE
from benchmarks.world.tables import TRUTH_COLUMNS
from recon.frames.items import ClosedItems, Items
from recon.frames.parties import Parties
from recon.run.matching import MatchInputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date


@dataclass(frozen=True, slots=True)
class Pair:
    """One claim and one receipt; amounts in minor units.

    Attributes:
        key: names the pair; `customer` may have several.
        is_owed: the claim stands in the books.
        is_decidable: a careful person who sees the books and the receipt could tell what it pays.
        scenario: under which of them the receipt is counted.
    """

    key: str
    customer: str
    customer_name: str
    number: str
    owes: int
    issued: date
    due: date
    payer_name: str
    remittance: str
    paid: int
    day: date
    is_owed: bool
    is_decidable: bool
    scenario: str


@dataclass(frozen=True, slots=True)
class Bank:
    """Our account at which the receipts come in, its currency, and the country of those who pay."""

    account: str
    currency: str
    country: str


@dataclass(frozen=True, slots=True)
class PairsWorld:
    """What the matcher works on, and the truth as the bytes of truth.csv."""

    inputs: MatchInputs
    truth: bytes


def world_of_pairs(pairs: Sequence[Pair], bank: Bank) -> PairsWorld:
    """Put the claims that are owed into the books, and all receipts into one statement."""
    return PairsWorld(
        MatchInputs(
            lines=lines_frame(_lines(pairs, bank)),
            items=_items(pairs, bank),
            parties=_parties(pairs, bank),
            closed=ClosedItems.create_empty(),
            own_accounts=pl.Series("account", [bank.account], dtype=pl.String),
        ),
        _truth(pairs),
    )


def _items(pairs: Sequence[Pair], bank: Bank) -> pl.DataFrame:
    items = pl.DataFrame(
        {
            "item_id": f"I{one.key}",
            "kind": "invoice",
            "number": one.number,
            "customer_id": one.customer,
            "customer_name": one.customer_name,
            "currency": bank.currency,
            "amount": one.owes,
            "open_amount": one.owes,
            "issue_date": one.issued,
            "due_date": one.due,
        }
        for one in pairs
        if one.is_owed
    )
    absent = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in Items.create_empty().schema.items()
        if name not in items.columns
    ]
    return Items.validate(items.with_columns(absent).select(Items.column_names()), cast=True)


def _line_id(key: str) -> str:
    return "L" + b32encode(hashlib.sha256(key.encode()).digest()).decode().lower()[:16]


def _lines(pairs: Sequence[Pair], bank: Bank) -> Iterator[dict[str, object]]:
    for record, one in enumerate(pairs, start=1):
        yield {
            "line_id": _line_id(one.key),
            "statement_id": "S1",
            "statement_index": 0,
            "file": "pairs.memory",
            "account": bank.account,
            "record": record,
            "bank_reference": f"B{one.key}",
            "booking_date": one.day,
            "value_date": one.day,
            "amount": one.paid,
            "currency": bank.currency,
            "payer_name": one.payer_name or None,
            "remittance": one.remittance,
            "is_reversal": False,
            "status": "booked",
            "occurrence": 0,
            "copies": 0,
            "is_held": False,
        }


def _parties(pairs: Sequence[Pair], bank: Bank) -> pl.DataFrame:
    names = {one.customer: one.customer_name for one in pairs}
    rows = [
        {
            "customer_id": customer,
            "name": name,
            "country": bank.country,
            "parent_customer_id": None,
            "accounts": [],
            "aliases": [],
        }
        for customer, name in names.items()
    ]
    return Parties.validate(pl.DataFrame(rows, schema=Parties.create_empty().schema), cast=True)


def _truth(pairs: Sequence[Pair]) -> bytes:
    """Say of each receipt what it pays; what is more than the claim stays on account."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(TRUTH_COLUMNS)
    for one in pairs:
        head, told = f"B{one.key}", "true" if one.is_decidable else "false"
        if not one.is_owed:
            writer.writerow((head, "", "", "", NOWHERE, one.scenario, told, ""))
            continue
        fate = "applied" if one.is_decidable else "applied|suggested|unmatched"
        settled = min(one.paid, one.owes)
        rest = one.paid - settled
        tail = (fate, one.scenario, told, "")
        writer.writerow((head, one.number, _money(settled), "payment", *tail))
        if rest:
            writer.writerow((head, "", _money(rest), "on_account", *tail))
    return out.getvalue().encode()


def _money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
