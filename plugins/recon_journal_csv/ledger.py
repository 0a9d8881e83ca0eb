"""The CSV journal: find, post, verify and reverse in one file.

In: Entries. Out: Outcomes, and the file with whole entries only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api.file_ledger import (
    judge,
    judge_receipts,
    judge_reversals,
    read_ledger,
    write_ledger,
)
from recon_journal_csv.rows import HEADER, imbalance_of, read_rows, render_rows, reverse_row, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import dataframely as dy

    from recon.api import Entries, Outcomes


class JournalCsvLedger:
    """One CSV journal; every call reads the file again."""

    def __init__(self, path: Path) -> None:
        """Keep the path only: the file is the ledger."""
        self._path = path

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Map each key that the file has to itself: in a file the key is the id."""
        known = read_rows(read_ledger(self._path), self._path.name)
        return {key: key for key in keys if key in known}

    def post(self, entries: dy.DataFrame[Entries]) -> dy.DataFrame[Outcomes]:
        """Append whole entries, ordered by date and key."""
        text = read_ledger(self._path)
        new, outcomes = judge(entries, set(read_rows(text, self._path.name)), {})
        self._append(text, [row_of(posting) for entry in new for posting in entry])
        return outcomes

    def verify(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Read the file again: is each entry there, and does it still balance?"""
        rows = read_rows(read_ledger(self._path), self._path.name)
        return judge_receipts(receipts, rows, lambda key: imbalance_of(rows[key]))

    def reverse(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Append the opposite of entries, on their own date, under the key `reversal-of-KEY`.

        The outcome stands under the receipt's key; its remote id is the key of the reversal.
        """
        text = read_ledger(self._path)
        rows = read_rows(text, self._path.name)
        keys, outcomes = judge_reversals(receipts, rows, lambda key: imbalance_of(rows[key]))
        self._append(text, [reverse_row(row) for key in keys for row in rows[key]])
        return outcomes

    def _append(self, text: str, rows: Sequence[Sequence[str]]) -> None:
        if rows or not text:
            head = text or render_rows([HEADER])
            joint = "" if head.endswith("\n") else "\n"
            write_ledger(self._path, head + joint + render_rows(rows))
