"""The journal in a database: find, post, verify and reverse. In: Entries. Out: Outcomes, and rows of two tables.

A batch is one transaction: all of its good entries are written, or none is.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from recon.api import exponent
from recon.api.file_ledger import REVERSAL, Posting, judge, judge_receipts
from recon.api.file_ledger import judge_reversals as judged_reversals
from recon_sql_journal.database import reading, refuse_store, writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    import dataframely as dy
    from sqlalchemy import Connection, Engine

    from recon.api import Entries, Outcomes
    from recon_sql_journal.tables import Journal

# SQLite takes at most 32,766 values a statement, PostgreSQL 65,535.
_KEYS_AT_ONCE = 1_000


class SqlJournal:
    """A journal of two tables, which are made where they are missing."""

    def __init__(self, engine: Engine, journal: Journal) -> None:
        """Keep the engine; each call has a transaction of its own."""
        self._engine = engine
        self._journal = journal
        with writing(engine) as connection:
            refuse_store(connection)
            journal.metadata.create_all(connection)

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Map each key that the journal has to itself: the key is the id."""
        with reading(self._engine) as connection:
            return {key: key for key in self._heads(connection, keys)}

    def post(self, entries: dy.DataFrame[Entries]) -> dy.DataFrame[Outcomes]:
        """Write the entries that the journal does not have, in one transaction."""
        with writing(self._engine) as connection:
            known = self._heads(connection, entries["entry_key"].unique().to_list())
            new, outcomes = judge(entries, set(known), {}, holder="journal")
            self._insert(connection, new, {})
        return outcomes

    def verify(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Read the journal again: is each entry there, and is it what was posted?"""
        with reading(self._engine) as connection:
            kept = self._kept(connection, receipts["entry_key"].to_list())
        return judge_receipts(receipts, kept, lambda key: _doubt(*kept[key]), holder="journal")

    def reverse(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Write the opposite of entries, on their own date, under the key `reversal-of-KEY`.

        The outcome stands under the receipt's key; its remote id is the key of the reversal.
        """
        keys = receipts["entry_key"].to_list()
        with writing(self._engine) as connection:
            kept = self._kept(connection, [*keys, *(REVERSAL + key for key in keys)])
            wanted, outcomes = judged_reversals(
                receipts, kept, lambda key: _doubt(*kept[key]), holder="journal"
            )
            opposites = [[_opposite(p) for p in kept[key][1]] for key in wanted]
            self._insert(connection, opposites, {REVERSAL + key: key for key in wanted})
        return outcomes

    def _heads(self, connection: Connection, keys: Sequence[str]) -> dict[str, str]:
        """Give the digest of each entry that is there."""
        table = self._journal.entries
        found: dict[str, str] = {}
        for part in _parts(keys):
            rows = connection.execute(
                select(table.c.entry_key, table.c.digest).where(table.c.entry_key.in_(part))
            )
            found.update((key, digest) for key, digest in rows)
        return found

    def _kept(
        self, connection: Connection, keys: Sequence[str]
    ) -> dict[str, tuple[str, list[Posting]]]:
        """Give digest and postings of each entry that is there."""
        heads, rows = self._journal.entries, self._journal.postings
        kept: dict[str, tuple[str, list[Posting]]] = {}
        for part in _parts(keys):
            for key, digest in self._heads(connection, part).items():
                kept[key] = (digest, [])
            found = connection.execute(
                select(heads, rows)
                .join(rows, rows.c.entry_key == heads.c.entry_key)
                .where(heads.c.entry_key.in_(part))
                .order_by(rows.c.entry_key, rows.c.posting)
            ).mappings()
            for row in found:
                kept[row[heads.c.entry_key]][1].append(_posting(row, self._journal))
        return kept

    def _insert(
        self,
        connection: Connection,
        entries: Iterable[Sequence[Posting]],
        reverses: Mapping[str, str],
    ) -> None:
        heads: list[dict[str, Any]] = []
        rows: list[dict[str, Any]] = []
        for postings in entries:
            first = postings[0]._asdict()
            named = ("entry_key", "date", "line_id", "description", "evidence")
            head = {name: first[name] for name in named}
            head |= {"digest": _digest(postings), "reverses": reverses.get(first["entry_key"])}
            heads.append(head)
            rows += [_row(posting) for posting in postings]
        if heads:
            connection.execute(insert(self._journal.entries), heads)
            connection.execute(insert(self._journal.postings), rows)


def _parts(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[at : at + _KEYS_AT_ONCE] for at in range(0, len(keys), _KEYS_AT_ONCE))


def _row(posting: Posting) -> dict[str, Any]:
    named = ("entry_key", "posting", "role", "account", "amount", "currency")
    told = posting._asdict()
    row = {name: told[name] for name in (*named, "item_number", "customer_id")}
    return row | {"decimals": exponent(posting.currency)}


def _posting(row: Mapping[Any, Any], journal: Journal) -> Posting:
    heads, rows = journal.entries.c, journal.postings.c
    of_head = {"entry_key", "date", "line_id", "description", "evidence"}
    return Posting(
        **{name: row[(heads if name in of_head else rows)[name]] for name in Posting._fields}
    )


def _opposite(posting: Posting) -> Posting:
    return posting._replace(entry_key=REVERSAL + posting.entry_key, amount=-posting.amount)


def _digest(postings: Sequence[Posting]) -> str:
    """Give the SHA-256 of what an entry's postings say about money and whose it is."""
    told = [
        [
            *(p.posting, p.date.isoformat(), p.role, p.account, p.amount, p.currency),
            *(p.item_number, p.customer_id),
        ]
        for p in postings
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode()).hexdigest()


def _doubt(digest: str, postings: Sequence[Posting]) -> str:
    return "" if _digest(postings) == digest else "its postings were changed since"
