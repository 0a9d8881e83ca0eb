"""Beancount's text: entries to transactions, open directives, and back to keys and sums.

Only what `render_entry` wrote is read back, by its fixed layout; whatever else stands in the file stays.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from recon.api import format_minor
from recon.api.file_ledger import REVERSAL, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api.file_ledger import Posting

HEAD = ";; Entries of bank reconciliation; each is posted once, by its recon-key."

# No text of ours holds a line break, so a line of this shape is always a directive or a posting.
_KEY = re.compile(r'^[ \t]+recon-key:[ \t]*"([^"\\]*)"[ \t]*$', re.MULTILINE)
_POSTING = re.compile(
    r"^[ \t]+([^\s;]\S*)[ \t]+(-?)([0-9]+(?:\.[0-9]+)?)[ \t]+([A-Z]{3})[ \t]*$", re.MULTILINE
)
_OPEN = re.compile(r"^(\d{4}-\d\d-\d\d) open (\S+) ([A-Z]{3}(?:,[A-Z]{3})*)$", re.MULTILINE)
_ANY_OPEN = re.compile(r"^\d{4}-\d\d-\d\d[ \t]+open[ \t]+(\S+)", re.MULTILINE)
_LINK = re.compile(r"[A-Za-z0-9\-_/.]+", re.ASCII)


def quote(text: str) -> str:
    r"""Write a string of beancount: one line, quotes and backslashes escaped.

    >>> quote('a "b" \\')
    '"a \\"b\\" \\\\"'
    """
    escaped = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def render_entry(postings: Sequence[Posting]) -> str:
    """Write one entry as a transaction; its evidence once where all postings share it."""
    first = postings[0]
    links = dict.fromkeys(
        p.item_number for p in postings if p.item_number and _LINK.fullmatch(p.item_number)
    )
    head = [first.date.isoformat(), "*", quote(first.description), *(f"^{link}" for link in links)]
    rows = [
        " ".join(head),
        f"  recon-key: {quote(first.entry_key)}",
        f"  line-id: {quote(first.line_id)}",
    ]
    is_shared = len({p.evidence for p in postings}) == 1
    if is_shared and first.evidence:
        rows.append(f"  evidence: {quote(first.evidence)}")
    for p in postings:
        rows.append(f"  {p.account}  {format_minor(p.amount, p.currency)} {p.currency}")
        if p.item_number:
            rows.append(f"    item: {quote(p.item_number)}")
        if p.customer_id:
            rows.append(f"    customer: {quote(p.customer_id)}")
        if p.evidence and not is_shared:
            rows.append(f"    evidence: {quote(p.evidence)}")
    return "\n".join(rows)


def with_open_directives(text: str, postings: Sequence[Posting]) -> str:
    """Open every account once, on the earliest date it is used, with all its currencies.

    Args:
        text: the ledger so far. Our open directives in it are widened where they stand; one that a person
            wrote in another form is left alone.
        postings: what is to be added, with accounts of beancount.
    """
    used: dict[str, tuple[dt.date, set[str]]] = {}
    for p in postings:
        date, currencies = used.get(p.account, (p.date, set()))
        used[p.account] = (min(date, p.date), currencies | {p.currency})

    def widened(found: re.Match[str]) -> str:
        date, account, currencies = found.groups()
        first, more = used.get(account, (dt.date.max, set()))
        return _directive(
            account, min(first, dt.date.fromisoformat(date)), more | set(currencies.split(","))
        )

    known = set(_ANY_OPEN.findall(text))
    new = [_directive(account, *used[account]) for account in sorted(used) if account not in known]
    parts = [_OPEN.sub(widened, text).strip("\n") or HEAD, "\n".join(new)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _directive(account: str, date: dt.date, currencies: set[str]) -> str:
    return f"{date.isoformat()} open {account} {','.join(sorted(currencies))}"


def find_keys(text: str) -> set[str]:
    """Give the keys of all entries in the file."""
    return set(_KEY.findall(text))


def find_blocks(text: str) -> dict[str, list[str]]:
    """Give the text of the entries by key; more than one where a key stands several times."""
    blocks: dict[str, list[str]] = {}
    for block in re.split(r"\n{2,}", text):
        if found := _KEY.search(block):
            blocks.setdefault(found[1], []).append(block.strip("\n"))
    return blocks


def reverse_block(block: str) -> str:
    """Write the opposite of an entry: the same text, another key, every amount with the other sign."""

    def opposite(found: re.Match[str]) -> str:
        account, sign, number, currency = found.groups()
        turned = "" if sign or not Decimal(number) else "-"
        return f"  {account}  {turned}{number} {currency}"

    keyed = _KEY.sub(lambda found: f'  recon-key: "{REVERSAL}{found[1]}"', block)
    return _POSTING.sub(opposite, keyed)


def sums(block: str) -> str:
    """Say by how much the postings of an entry do not balance; '' when they do."""
    totals: dict[str, Decimal] = {}
    for _, sign, number, currency in _POSTING.findall(block):
        totals[currency] = totals.get(currency, Decimal(0)) + Decimal(sign + number)
    return ", ".join(f"{total} {currency}" for currency, total in sorted(totals.items()) if total)
