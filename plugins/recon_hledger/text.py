"""hledger's text: entries to transactions, declarations, and back to keys and sums.

Only what `render_entry` wrote is read back, by its fixed layout; whatever else stands in the file stays.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from recon.api import MalformedFile, exponent, format_minor
from recon.api.file_ledger import REVERSAL, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api.file_ledger import Posting

HEAD = "; Entries of bank reconciliation; each is posted once, by its recon-key."

# Included below a `commodity 1.000,00 EUR`, hledger reads 98.00 as 9800 unless the file names its own mark.
DECIMAL_MARK = "decimal-mark ."

# No text of ours holds a line break, so a line of this shape is always a directive or a posting.
_KEY = re.compile(r"^[ \t]+;[ \t]*recon-key:[ \t]*(\S+)[ \t]*$", re.MULTILINE)
_POSTING = re.compile(
    r"^([ \t]+[^\s;].*?[ \t]{2,})(-?)([0-9]+(?:\.[0-9]+)?)[ \t]+([A-Z]{3})[ \t]*$", re.MULTILINE
)
_ACCOUNT = re.compile(r"^account[ \t]+(.*?)(?:[ \t]{2,}.*)?$", re.MULTILINE)
_MARK = re.compile(r"^decimal-mark[ \t]", re.MULTILINE)
_COMMODITY = re.compile(r"^commodity[ \t]+(?:[0-9.,]+[ \t]*)?([A-Z]{3})\b", re.MULTILINE)

# `;` begins a comment and `|` parts payee from note.
_DESCRIPTION = str.maketrans({";": ",", "|": "/"})
# A comma ends a tag's value, and hledger reads `[...]` in a posting's comment as a date.
_TAG_VALUE = str.maketrans({",": " /", ";": " /", "[": "(", "]": ")"})


def describe(text: str) -> str:
    r"""Make a description of one line that stays a description.

    >>> describe("ACME; invoice 7\nthanks")
    'ACME, invoice 7 thanks'
    """
    return " ".join(visible(text).translate(_DESCRIPTION).split())


def tag(name: str, value: str) -> str:
    """Write one tag whose value ends with the line.

    >>> tag("evidence", "number 7, exact amount")
    'evidence: number 7 / exact amount'
    """
    return f"{name}: {' '.join(visible(value).translate(_TAG_VALUE).split())}"


def render_entry(postings: Sequence[Posting]) -> str:
    """Write one entry as a transaction with the line id as its code; evidence once where it is shared."""
    first = postings[0]
    code = describe(first.line_id).replace("(", "-").replace(")", "-")
    is_shared = len({p.evidence for p in postings}) == 1
    rows = [
        f"{first.date.isoformat()} * ({code}) {describe(first.description)}".rstrip(),
        f"    ; recon-key: {first.entry_key}",
    ]
    if is_shared and first.evidence:
        rows.append(f"    ; {tag('evidence', first.evidence)}")
    for p in postings:
        rows.append(f"    {p.account}  {format_minor(p.amount, p.currency)} {p.currency}")
        if p.item_number:
            rows.append(f"    ; {tag('item', p.item_number)}")
        if p.customer_id:
            rows.append(f"    ; {tag('customer', p.customer_id)}")
        if p.evidence and not is_shared:
            rows.append(f"    ; {tag('evidence', p.evidence)}")
    return "\n".join(rows)


def with_decimal_mark(text: str) -> str:
    """Make the file say that `.` is its decimal mark, unless it says something about it already.

    Raises:
        MalformedFile: the file says that another mark is its own.
    """
    if not text.strip():
        return f"{HEAD}\n{DECIMAL_MARK}"
    if not _MARK.search(text):
        return f"{text.rstrip()}\n\n{DECIMAL_MARK}"
    if set(re.findall(r"^decimal-mark[ \t]+(\S)", text, re.MULTILINE)) != {"."}:
        raise MalformedFile(
            "the journal has another decimal mark than '.'",
            hint="let entries go to a file of their own, and include it",
        )
    return text.rstrip("\n")


def new_declarations(text: str, postings: Sequence[Posting]) -> list[str]:
    """Declare what the file does not declare yet: the accounts and commodities."""
    accounts = {p.account for p in postings} - set(_ACCOUNT.findall(text))
    currencies = {p.currency for p in postings} - set(_COMMODITY.findall(text))
    return [
        *(
            f"commodity 1000.{'0' * exponent(currency)} {currency}"
            for currency in sorted(currencies)
        ),
        *(f"account {account}" for account in sorted(accounts)),
    ]


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
        return f"{account}{turned}{number} {currency}"

    keyed = _KEY.sub(lambda found: f"    ; recon-key: {REVERSAL}{found[1]}", block)
    return _POSTING.sub(opposite, keyed)


def sums(block: str) -> str:
    """Say by how much the postings of an entry do not balance; '' when they do."""
    totals: dict[str, Decimal] = {}
    for _, sign, number, currency in _POSTING.findall(block):
        totals[currency] = totals.get(currency, Decimal(0)) + Decimal(sign + number)
    return ", ".join(f"{total} {currency}" for currency, total in sorted(totals.items()) if total)
