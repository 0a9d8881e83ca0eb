"""A book of GnuCash as a ledger: find, post, verify and reverse. In: Entries. Out: Outcomes, and rows of the book.

A batch is one transaction of the database. The id of a transaction in the book follows from the entry's key and is the primary
key of its table, so that the database itself keeps a second one out; its number is the key, for people.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from recon.api.file_ledger import (
    REVERSAL,
    build_outcomes,
    judge,
    judge_receipts,
    judge_reversals,
    visible,
    whole_entries,
)
from recon_gnucash.books import Split, denominator, read_book, refusal, splits_of, too_much
from recon_gnucash.database import TABLES, reading, writing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import dataframely as dy

    from recon.api import Entries, Outcomes

_HOLDER: Final = "book"
_DIGEST: Final = "recon-digest"
# Kinds of slots, and the kind of a transaction that pays an invoice, as GnuCash writes them.
_TEXT, _DAY = 4, 10
_PAYS: Final = "P"
_LONGEST: Final = 2_000
# SQLite takes at most 32,766 values a statement.
_SOME: Final = 1_000


class _Head(NamedTuple):
    """What a transaction of the book says beside its splits."""

    key: str
    day: dt.date | str
    currency: str
    description: str
    notes: str
    denom: int


class GnuCashLedger:
    """One book in SQLite."""

    def __init__(self, path: Path, accounts: Mapping[str, str]) -> None:
        """Keep the path, and our accounts by full names of the book's."""
        self._path = path
        self._accounts = accounts

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Map each key that the book has to the id of its transaction."""
        with reading(self._path) as connection:
            return _found(connection, keys)

    def post(self, entries: dy.DataFrame[Entries]) -> dy.DataFrame[Outcomes]:
        """Write the entries that the book does not have, in one transaction."""
        whole = whole_entries(entries)
        numbers = entries["item_number"].drop_nulls().unique().sort().to_list()
        with writing(self._path) as connection:
            known = _found(connection, list(whole))
            book = read_book(connection, numbers)
            refused = {key: refusal(rows, book, self._accounts) for key, rows in whole.items()}
            refused = {key: why for key, why in refused.items() if why}
            new, _ = judge(entries, set(known), refused, holder=_HOLDER)
            for rows in new:
                if why := too_much(rows, book):
                    refused[rows[0].entry_key] = why
            new, outcomes = judge(entries, set(known), refused, holder=_HOLDER)
            for rows in new:
                first = rows[0]
                head = _Head(
                    key=first.entry_key,
                    day=first.date,
                    currency=book.currencies[first.currency],
                    description=first.description,
                    notes=f"{first.line_id}: {first.evidence}",
                    denom=denominator(first.currency),
                )
                _insert(connection, head, splits_of(rows, book, self._accounts))
        ids = {key: _guid("transaction", key) for key in whole}
        return build_outcomes(
            (key, outcome, reason, ids[key] if outcome != "rejected" else None)
            for key, outcome, reason, _ in outcomes.iter_rows()
        )

    def verify(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Read the book again: is each entry there, and is it what was posted?"""
        with reading(self._path) as connection:
            found = _found(connection, receipts["entry_key"].to_list())
            doubts = {key: _doubt(connection, key) for key in found}
        return judge_receipts(receipts, doubts, doubts.__getitem__, holder=_HOLDER)

    def reverse(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Write the opposite of entries, on their own date, under the key `reversal-of-KEY`; their invoices are open again."""
        keys = receipts["entry_key"].to_list()
        with writing(self._path) as connection:
            found = _found(connection, [*keys, *(REVERSAL + key for key in keys)])
            wanted, outcomes = judge_reversals(
                receipts, found, lambda key: _doubt(connection, key), holder=_HOLDER
            )
            for key in wanted:
                _insert(connection, _opposite_head(connection, key), _opposite(connection, key))
        return outcomes


def _found(connection: Any, keys: Sequence[str]) -> dict[str, str]:
    ids = {_guid("transaction", key): key for key in keys}
    there = list(ids)
    found: dict[str, str] = {}
    for at in range(0, len(there), _SOME):
        part = there[at : at + _SOME]
        marks = ", ".join("?" * len(part))
        query = f"SELECT guid FROM transactions WHERE guid IN ({marks})"  # noqa: S608 - marks alone
        found |= {ids[guid]: guid for (guid,) in connection.execute(query, part).fetchall()}
    return found


def _insert(connection: Any, head: _Head, splits: Sequence[Split]) -> None:
    """Write a transaction of the book, its splits, and what is said of it."""
    guid = _guid("transaction", head.key)
    # GnuCash writes the day of a transaction as a minute of it that is the same day in nearly all time zones.
    moment = f"{head.day} 10:59:00"
    text = visible(head.description)[:_LONGEST]
    _write(connection, "transactions", (guid, head.currency, head.key, moment, moment, text))
    for at, split in enumerate(splits):
        ident = _guid(f"split {at}", head.key)
        amounts = (split.amount, head.denom, split.amount, head.denom)
        facts = (visible(split.memo)[:_LONGEST], split.action, "n")
        _write(connection, "splits", (ident, guid, split.account, *facts, *amounts, split.lot))
    slots: list[tuple[str, int, str | None, str | None]] = [
        ("date-posted", _DAY, None, str(head.day).replace("-", "")),
        ("notes", _TEXT, visible(head.notes)[:_LONGEST], None),
        (_DIGEST, _TEXT, _digest((split.account, split.amount) for split in splits), None),
    ]
    if any(split.lot for split in splits):
        slots.append(("trans-txn-type", _TEXT, _PAYS, None))
    for slot in slots:
        _write(connection, "slots", (guid, *slot))


def _write(connection: Any, table: str, values: tuple[Any, ...]) -> None:
    names = TABLES[table]
    marks = ", ".join("?" * len(names))
    query = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our own names
    connection.execute(query, values)


def _splits(connection: Any, key: str) -> list[tuple[Any, ...]]:
    query = (
        "SELECT account_guid, value_num, lot_guid, memo, action, value_denom FROM splits"
        " WHERE tx_guid = ? ORDER BY guid"
    )
    rows: list[tuple[Any, ...]] = connection.execute(query, (_guid("transaction", key),)).fetchall()
    return rows


def _doubt(connection: Any, key: str) -> str:
    """Say why a transaction of the book is not what was posted; '' if it is."""
    rows = _splits(connection, key)
    query = "SELECT string_val FROM slots WHERE obj_guid = ? AND name = ?"
    kept = connection.execute(query, (_guid("transaction", key), _DIGEST)).fetchone()
    told = _digest((account, amount) for account, amount, *_ in rows)
    return "" if kept is not None and kept[0] == told else "its splits were changed in GnuCash"


def _opposite(connection: Any, key: str) -> list[Split]:
    return [
        Split(account, -amount, lot, memo, action)
        for account, amount, lot, memo, action, _ in _splits(connection, key)
    ]


def _opposite_head(connection: Any, key: str) -> _Head:
    query = "SELECT currency_guid, post_date, description FROM transactions WHERE guid = ?"
    currency, moment, description = connection.execute(
        query, (_guid("transaction", key),)
    ).fetchone()
    (denom,) = {row[-1] for row in _splits(connection, key)}
    return _Head(
        key=REVERSAL + key,
        day=str(moment)[:10],
        currency=currency,
        description=f"Reversal: {description}",
        notes=f"reverses {key}",
        denom=denom,
    )


def _digest(splits: Iterable[tuple[str, int]]) -> str:
    """Give the SHA-256 of where how much stands, in any order."""
    return hashlib.sha256(repr(sorted(splits)).encode()).hexdigest()


def _guid(what: str, key: str) -> str:
    """Give the id of a thing of an entry: the same on every machine."""
    return hashlib.sha256(f"cashrecon {what} {key}".encode()).hexdigest()[:32]
