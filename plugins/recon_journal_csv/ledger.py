"""The CSV journal: find, post, verify and reverse in one file.

In: Entries. Out: Outcomes, and the file with whole entries only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.api.file_ledger import (
    judge,
    judge_receipts,
    judge_reversals,
    read_ledger,
    write_ledger,
)
from recon_journal_csv.rows import imbalance_of, read_rows, render_rows, reverse_row, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import dataframely as dy

    from recon.api import Entries, Outcomes
    from recon_journal_csv.layout import Layout


class JournalCsvLedger:
    """One CSV journal; every call reads the file again."""

    def __init__(self, path: Path, layout: Layout) -> None:
        """Keep path and layout only: the file is the ledger."""
        self._path = path
        self._layout = layout

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Map each key that the file has to itself: in a file the key is the id."""
        known = self._rows(read_ledger(self._path))
        return {key: key for key in keys if key in known}

    def post(self, entries: dy.DataFrame[Entries]) -> dy.DataFrame[Outcomes]:
        """Append whole entries, ordered by date and key."""
        text = read_ledger(self._path)
        new, outcomes = judge(entries, set(self._rows(text)), self._refused(entries))
        self._append(text, [row_of(posting, self._layout) for entry in new for posting in entry])
        return outcomes

    def verify(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Read the file again: is each entry there, and does it still balance?"""
        rows = self._rows(read_ledger(self._path))
        return judge_receipts(receipts, rows, lambda key: imbalance_of(rows[key], self._layout))

    def reverse(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Append the opposite of entries, on their own date, under the key `reversal-of-KEY`.

        The outcome stands under the receipt's key; its remote id is the key of the reversal.
        """
        text = read_ledger(self._path)
        rows = self._rows(text)
        keys, outcomes = judge_reversals(
            receipts, rows, lambda key: imbalance_of(rows[key], self._layout)
        )
        self._append(text, [reverse_row(row, self._layout) for key in keys for row in rows[key]])
        return outcomes

    def _rows(self, text: str) -> dict[str, list[list[str]]]:
        return read_rows(text, self._path.name, self._layout)

    def _refused(self, entries: dy.DataFrame[Entries]) -> dict[str, str]:
        """Refuse accounts without a counterpart, where counterparts are given."""
        known = self._layout.accounts
        if not known:
            return {}
        named = entries.select("entry_key", "account").unique().sort(pl.all())
        return {
            key: f"no account is given for {account}"
            for key, account in named.iter_rows()
            if account not in known
        }

    def _append(self, text: str, rows: Sequence[Sequence[str]]) -> None:
        if rows or not text:
            head = text or render_rows([self._layout.header], self._layout)
            joint = "" if head.endswith("\n") else "\n"
            write_ledger(self._path, head + joint + render_rows(rows, self._layout))
