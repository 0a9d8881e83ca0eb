"""The beancount ledger: find, post, verify and reverse in one file.

In: Entries. Out: Outcomes, and a file that `bean-check` accepts. The program itself is not needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recon.api.file_ledger import (
    REVERSAL,
    build_outcomes,
    judge,
    read_ledger,
    write_ledger,
)
from recon_beancount.accounts import AccountError, beancount_account
from recon_beancount.text import (
    find_blocks,
    find_keys,
    render_entry,
    reverse_block,
    sums,
    with_open_directives,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import dataframely as dy

    from recon.api import Entries, Outcomes
    from recon.api.file_ledger import Posting


class BeancountLedger:
    """One beancount file; every call reads the file again."""

    def __init__(self, path: Path, *, opens_accounts: bool) -> None:
        """Keep the path only: the file is the ledger."""
        self._path = path
        self._opens_accounts = opens_accounts

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Map each key that the file has to itself: in a file the key is the id."""
        known = find_keys(read_ledger(self._path))
        return {key: key for key in keys if key in known}

    def post(self, entries: dy.DataFrame[Entries]) -> dy.DataFrame[Outcomes]:
        """Append whole entries, ordered by date and key, and open the accounts they use."""
        text = read_ledger(self._path)
        accounts, wrong = _translate(entries["account"].unique().sort().to_list())
        refused = {
            key: wrong[account]
            for key, account in entries.select("entry_key", "account").iter_rows()
            if account in wrong
        }
        new, outcomes = judge(entries, find_keys(text), refused)
        named = [[p._replace(account=accounts[p.account]) for p in entry] for entry in new]
        self._append(text, named)
        return outcomes

    def verify(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Read the file again: is each entry there once, and does it still balance?"""
        blocks = find_blocks(read_ledger(self._path))
        answers: list[tuple[str, str, str | None, str | None]] = []
        for key in receipts["entry_key"]:
            found = blocks.get(key, [])
            if not found:
                answers.append((key, "unknown", "the file has no such key", None))
            elif len(found) > 1:
                answers.append((key, "needs_confirmation", f"it stands {len(found)} times", key))
            elif broken := sums(found[0]):
                answers.append((key, "needs_confirmation", f"postings add up to {broken}", key))
            else:
                answers.append((key, "accepted", None, key))
        return build_outcomes(answers)

    def reverse(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Append the opposite of entries, on their own date, under the key `reversal-of-KEY`.

        The outcome stands under the receipt's key; its remote id is the key of the reversal.
        """
        text = read_ledger(self._path)
        blocks = find_blocks(text)
        opposite: list[str] = []
        answers: list[tuple[str, str, str | None, str | None]] = []
        for key in sorted(receipts["entry_key"]):
            if key not in blocks:
                answers.append((key, "rejected", "the file has no such key", None))
            elif REVERSAL + key in blocks:
                answers.append((key, "duplicate", "reversed before", REVERSAL + key))
            else:
                opposite.append(reverse_block(blocks[key][0]))
                answers.append((key, "accepted", None, REVERSAL + key))
        if opposite:
            write_ledger(self._path, "\n\n".join([text.rstrip("\n"), *opposite]) + "\n")
        return build_outcomes(answers)

    def _append(self, text: str, new: Sequence[Sequence[Posting]]) -> None:
        if not new and text:
            return
        if self._opens_accounts:
            text = with_open_directives(text, [p for entry in new for p in entry])
        blocks = [render_entry(entry) for entry in new]
        write_ledger(self._path, "\n\n".join([text.rstrip("\n"), *blocks]).lstrip("\n") + "\n")


def _translate(accounts: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    names: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for account in accounts:
        try:
            names[account] = beancount_account(account)
        except AccountError as error:
            wrong[account] = str(error)
    return names, wrong
