"""Beancount's text: entries to transactions, and open directives.

In: new entries with accounts of beancount. Out: a file that `bean-check` accepts; the program itself is not needed.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from typing import TYPE_CHECKING

from recon.api import format_minor
from recon.api.file_ledger import visible
from recon.api.plain_text import Grammar
from recon_beancount.accounts import beancount_account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api.file_ledger import Posting

HEAD = ";; Entries of bank reconciliation; each is posted once, by its recon-key."

# No text of ours holds a line break, so a line of this shape is always a directive or a posting.
_KEY = re.compile(r'^[ \t]+recon-key:[ \t]*"([^"\\]*)"[ \t]*$', re.MULTILINE)
_POSTING = re.compile(
    r"^[ \t]+(?P<account>[^\s;]\S*)[ \t]+(?P<sign>-?)(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"[ \t]+(?P<currency>[A-Z]{3})[ \t]*$",
    re.MULTILINE,
)
_NOTE = re.compile(r"^[ \t]+(?:;|[a-z][A-Za-z0-9_-]*:)")
_OPEN = re.compile(r"^(\d{4}-\d\d-\d\d) open (\S+) ([A-Z]{3}(?:,[A-Z]{3})*)$", re.MULTILINE)
_ANY_OPEN = re.compile(r"^\d{4}-\d\d-\d\d[ \t]+open[ \t]+(\S+)", re.MULTILINE)
_LINK = re.compile(r"[A-Za-z0-9\-_/.]+", re.ASCII)


def grammar(*, opens_accounts: bool) -> Grammar:
    """Describe beancount's text; with `opens_accounts` the file opens what its entries use."""
    return Grammar(
        key=_KEY,
        key_line='  recon-key: "{key}"',
        posting=_POSTING,
        posting_line="  {account}  {amount} {currency}",
        note=_NOTE,
        account_name=beancount_account,
        compose=partial(compose, opens_accounts=opens_accounts),
    )


def compose(text: str, new: Sequence[Sequence[Posting]], *, opens_accounts: bool) -> str:
    """Write the whole file: the text so far, open directives, new entries."""
    if opens_accounts:
        text = with_open_directives(text, [p for entry in new for p in entry])
    blocks = [render_entry(entry) for entry in new]
    return "\n\n".join([text.rstrip("\n"), *blocks]).lstrip("\n") + "\n"


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
