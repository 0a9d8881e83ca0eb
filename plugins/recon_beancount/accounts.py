"""Account names as beancount allows them: a root and components of letters, digits and dashes.

Source: beancount's grammar, ACCOUNT: a component begins with a capital letter or a digit; the root is one of
Assets, Liabilities, Equity, Income, Expenses.
"""

from __future__ import annotations

import hashlib
import unicodedata

from recon.api.plain_text import AccountError

ROOTS = ("Assets", "Liabilities", "Equity", "Income", "Expenses")


def beancount_account(account: str) -> str:
    """Translate an account of the chart; two different accounts never become one.

    A component that had to lose characters gets the first six hex digits of its SHA-256, so that `12/34`
    and `12-34` stay apart, today and in a year.

    Raises:
        AccountError: the root is none of beancount's, or there is no component below it.

    >>> beancount_account("Assets:Bank:DE02120300000000202051")
    'Assets:Bank:DE02120300000000202051'
    >>> beancount_account("assets:bank:12/34")
    'Assets:Bank:12-34-a7487e'
    """
    root, *components = account.split(":")
    root = root.strip()[:1].upper() + root.strip()[1:]
    if root not in ROOTS:
        raise AccountError(
            f"beancount has no account {account[:60]!r}: its roots are {', '.join(ROOTS)}"
        )
    if not components or not all(part.strip() for part in components):
        raise AccountError(f"beancount has no account {account[:60]!r}: a component is empty")
    return ":".join([root, *(_component(part) for part in components)])


def _component(part: str) -> str:
    plain = "".join(ch if ch.isalpha() or ch.isdecimal() or ch == "-" else "-" for ch in part)
    name = plain[:1].upper() + plain[1:]
    if not _may_begin(name[0]):
        name = f"X{name}"
    if name[1:] == part[1:] and name[0] == part[0].upper():
        return name
    return f"{name}-{hashlib.sha256(part.encode()).hexdigest()[:6]}"


def _may_begin(character: str) -> bool:
    return unicodedata.category(character) in {"Lu", "Nd"}
