"""ledger-cli's text: the transactions of hledger under declarations of its own.

In: new entries with accounts of hledger, which ledger-cli reads too. Out: a file that `ledger --strict --pedantic` accepts.
Source: Ledger 3 manual, "Command directives": accounts, commodities and tags are declared before they are used.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from recon.api import exponent
from recon.api.plain_text import AccountError
from recon_hledger.accounts import hledger_account
from recon_hledger.text import HEAD, grammar, render_entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon.api.file_ledger import Posting
    from recon.api.plain_text import Grammar

_TAGS = ("recon-key", "evidence", "item", "customer")
# The program stops at a line of more than 4,096 bytes.
_LINE_BYTES = 4_000
_ACCOUNT_BYTES = 3_000
_DECLARED = re.compile(r"^(account|commodity|tag)[ \t]+(.*?)[ \t]*$", re.MULTILINE)


def ledger_cli_grammar(*, declares: bool) -> Grammar:
    """Describe ledger-cli's text; with `declares` the file declares what its entries use."""
    return replace(
        grammar(declares=declares),
        account_name=account_name,
        compose=partial(compose, declares=declares),
    )


def account_name(account: str) -> str:
    """Translate an account as for hledger; one that does not fit into a line is refused.

    Raises:
        AccountError: a component is empty, or the name is too long.
    """
    name = hledger_account(account)
    if len(name.encode()) > _ACCOUNT_BYTES:
        raise AccountError(f"ledger-cli has no account of {len(name)} characters")
    return name


def compose(text: str, new: Sequence[Sequence[Posting]], *, declares: bool) -> str:
    """Write the whole file: the text so far, declarations, new entries."""
    known = set(_DECLARED.findall(text))
    postings = [p for entry in new for p in entry]
    parts = [text.rstrip("\n") or HEAD]
    if declares:
        parts.append("\n".join(_declarations(postings, known)))
    parts += [_cut(render_entry(entry)) for entry in new]
    return "\n\n".join(part for part in parts if part) + "\n"


def _cut(entry: str) -> str:
    """Cut texts that are too long for a line; a posting never is."""
    rows = (row.encode() for row in entry.split("\n"))
    return "\n".join(
        row.decode() if len(row) <= _LINE_BYTES else row[:_LINE_BYTES].decode(errors="ignore") + "…"
        for row in rows
    )


def _declarations(postings: Sequence[Posting], known: set[tuple[str, str]]) -> list[str]:
    wanted = [("tag", tag) for tag in _TAGS] if postings else []
    wanted += [("commodity", name) for name in sorted({p.currency for p in postings})]
    wanted += [("account", name) for name in sorted({p.account for p in postings})]
    return [_declaration(kind, name) for kind, name in wanted if (kind, name) not in known]


def _declaration(kind: str, name: str) -> str:
    if kind != "commodity":
        return f"{kind} {name}"
    digits = exponent(name)
    return f"commodity {name}\n    format 1000{'.' if digits else ''}{'0' * digits} {name}"
