"""A ledger of a plain-text accounting program: find, post, verify and reverse in one file.

In: Entries, and the `Grammar` of the program. Out: Outcomes, and the file with whole entries only.
A plugin for one more program (beancount and hledger are such plugins, ledger-cli would be another) is its
grammar and its registration; `plugins/README.md` shows one. The program itself is never run here.

Only entries that the grammar wrote are read back; whatever else stands in the file stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from recon.api.file_ledger import (
    REVERSAL,
    imbalance,
    judge,
    judge_receipts,
    judge_reversals,
    read_ledger,
    visible,
    write_ledger,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import dataframely as dy

    from recon.api.file_ledger import Posting
    from recon.frames.entries import Entries
    from recon.frames.outcomes import Outcomes


class AccountError(ValueError):
    """The name cannot be an account of the program."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """What one program's text looks like.

    The patterns need `re.MULTILINE`, and a sign is '' or '-' before a plain decimal number. No text of an entry may
    hold a line break (`file_ledger.visible` sees to that), so that a line of a pattern's shape is what it seems.
    """

    key: re.Pattern[str]  # the line of the entry key, which is the one group
    key_line: str  # the same line to write, with {key}
    posting: re.Pattern[str]  # the line of a posting; groups account, sign, number, currency
    posting_line: str  # the same line to write, with {account}, {amount} and {currency}
    note: re.Pattern[
        str
    ]  # any other line of an entry below its first: metadata or a comment, no money
    account_name: Callable[[str], str]  # an account as the program allows it, or AccountError
    # The whole new file from the text so far and the new entries, whose accounts are the program's.
    # Blank lines part entries, and no entry has one inside.
    compose: Callable[[str, Sequence[Sequence[Posting]]], str]


class PlainTextLedger:
    """One file of a plain-text accounting program; every call reads the file again."""

    def __init__(self, path: Path, grammar: Grammar) -> None:
        """Keep path and grammar only: the file is the ledger."""
        self._path = path
        self._grammar = grammar

    def find(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Map each key that the file has to itself: in a file the key is the id."""
        known = self._find_keys(read_ledger(self._path))
        return {key: key for key in keys if key in known}

    def post(self, entries: dy.DataFrame[Entries]) -> dy.DataFrame[Outcomes]:
        """Append whole entries, ordered by date and key; one with an impossible account is rejected."""
        text = read_ledger(self._path)
        names, wrong = self._translate(entries["account"].unique().sort().to_list())
        refused = {
            key: wrong[account]
            for key, account in entries.select("entry_key", "account").iter_rows()
            if account in wrong
        }
        new, outcomes = judge(entries, self._find_keys(text), refused)
        if new or not text:
            named = [[p._replace(account=names[p.account]) for p in entry] for entry in new]
            write_ledger(self._path, self._grammar.compose(text, named))
        return outcomes

    def verify(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Read the file again: is each entry there once, and does it still balance?"""
        blocks = self._find_blocks(read_ledger(self._path))
        return judge_receipts(receipts, blocks, lambda key: self._doubt(blocks[key]))

    def reverse(self, receipts: dy.DataFrame[Outcomes]) -> dy.DataFrame[Outcomes]:
        """Append the opposite of entries, on their own date, under the key `reversal-of-KEY`.

        What `verify` would doubt is not reversed: the opposite of half an entry is wrong money.
        The outcome stands under the receipt's key; its remote id is the key of the reversal.
        """
        text = read_ledger(self._path)
        blocks = self._find_blocks(text)
        keys, outcomes = judge_reversals(receipts, blocks, lambda key: self._doubt(blocks[key]))
        if keys:
            opposite = [self._reverse_block(blocks[key][0]) for key in keys]
            write_ledger(self._path, "\n\n".join([text.rstrip("\n"), *opposite]) + "\n")
        return outcomes

    def _translate(self, accounts: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        names: dict[str, str] = {}
        wrong: dict[str, str] = {}
        for account in accounts:
            try:
                names[account] = self._grammar.account_name(account)
            except AccountError as error:
                wrong[account] = str(error)
        return names, wrong

    def _find_keys(self, text: str) -> set[str]:
        return set(self._grammar.key.findall(text))

    def _find_blocks(self, text: str) -> dict[str, list[str]]:
        """Give the text of the entries by key; more than one where a key stands several times."""
        blocks: dict[str, list[str]] = {}
        for block in re.split(r"\n{2,}", text):
            if found := self._grammar.key.search(block):
                blocks.setdefault(found[1], []).append(block.strip("\n"))
        return blocks

    def _reverse_block(self, block: str) -> str:
        """Write the opposite: the same text, another key, every amount with the other sign."""
        grammar = self._grammar

        def opposite(found: re.Match[str]) -> str:
            sign = "" if found["sign"] or not Decimal(found["number"]) else "-"
            return grammar.posting_line.format(
                account=found["account"], amount=sign + found["number"], currency=found["currency"]
            )

        keyed = grammar.key.sub(
            lambda found: grammar.key_line.format(key=REVERSAL + found[1]), block
        )
        return grammar.posting.sub(opposite, keyed)

    def _doubt(self, copies: Sequence[str]) -> str:
        """Say why an entry of the file is not what was posted; '' if nothing speaks against it."""
        if len(copies) > 1:
            return f"it stands {len(copies)} times"
        grammar = self._grammar
        below = copies[0].split("\n")[1:]
        postings = [found for line in below if (found := grammar.posting.match(line))]
        # A line that a person changed may hold money that the pattern does not see.
        strange = [
            line
            for line in below
            if not (
                grammar.posting.match(line) or grammar.key.match(line) or grammar.note.match(line)
            )
        ]
        if strange:
            return f"a line was changed: {visible(strange[0].strip())[:80]}"
        return imbalance(
            (found["currency"], Decimal(found["sign"] + found["number"])) for found in postings
        )
