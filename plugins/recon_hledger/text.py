"""hledger's text: entries to transactions, and declarations.

In: new entries with accounts of hledger. Out: a file that `hledger check --strict` accepts; the program itself is
not needed.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from recon.api import MalformedFile, exponent, format_minor
from recon.api.file_ledger import visible
from recon.api.plain_text import Grammar
from recon_hledger.accounts import hledger_account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api.file_ledger import Posting

HEAD = "; Entries of bank reconciliation; each is posted once, by its recon-key."

# Included below a `commodity 1.000,00 EUR`, hledger reads 98.00 as 9800 unless the file names its own mark.
DECIMAL_MARK = "decimal-mark ."

# No text of ours holds a line break, so a line of this shape is always a directive or a posting.
_KEY = re.compile(r"^[ \t]+;[ \t]*recon-key:[ \t]*(\S+)[ \t]*$", re.MULTILINE)
# The account keeps the blanks around it: two or more of them end a name that may hold single ones.
_POSTING = re.compile(
    r"^(?P<account>[ \t]+[^\s;].*?[ \t]{2,})(?P<sign>-?)(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"[ \t]+(?P<currency>[A-Z]{3})[ \t]*$",
    re.MULTILINE,
)
_NOTE = re.compile(r"^[ \t]+;")
_ACCOUNT = re.compile(r"^account[ \t]+(.*?)(?:[ \t]{2,}.*)?$", re.MULTILINE)
_MARK = re.compile(r"^decimal-mark[ \t]", re.MULTILINE)
_COMMODITY = re.compile(r"^commodity[ \t]+(?:[0-9.,]+[ \t]*)?([A-Z]{3})\b", re.MULTILINE)

# `;` begins a comment and `|` parts payee from note.
_DESCRIPTION = str.maketrans({";": ",", "|": "/"})
# A comma ends a tag's value, and hledger reads `[...]` in a posting's comment as a date.
_TAG_VALUE = str.maketrans({",": " /", ";": " /", "[": "(", "]": ")"})


def grammar(*, declares: bool) -> Grammar:
    """Describe hledger's text; with `declares` the file declares what its entries use."""
    return Grammar(
        key=_KEY,
        key_line="    ; recon-key: {key}",
        posting=_POSTING,
        posting_line="{account}{amount} {currency}",
        note=_NOTE,
        account_name=hledger_account,
        compose=partial(compose, declares=declares),
    )


def compose(text: str, new: Sequence[Sequence[Posting]], *, declares: bool) -> str:
    """Write the whole file: the text so far, its decimal mark, declarations, new entries.

    Raises:
        MalformedFile: the file says that another mark than `.` is its own.
    """
    declarations = new_declarations(text, [p for entry in new for p in entry]) if declares else []
    parts = [
        with_decimal_mark(text),
        "\n".join(declarations),
        *(render_entry(entry) for entry in new),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


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
