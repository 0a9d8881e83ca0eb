"""Account names that hledger reads back as they are: no double blanks, brackets, quotes or comment marks.

Source: hledger's manual, "Account names": single blanks are part of a name, two end it; brackets around a
name make a virtual posting.
"""

from __future__ import annotations

import hashlib

from recon.api.plain_text import AccountError

_MARKS = " -_./&+'"


def hledger_account(account: str) -> str:
    """Translate an account of the chart; two different accounts never become one.

    A component that had to lose characters gets the first six hex digits of its SHA-256.

    Raises:
        AccountError: a component is empty.

    >>> hledger_account("Assets:Bank:12/34"), hledger_account("Assets:(Bank)")
    ('Assets:Bank:12/34', 'Assets:-Bank--62167f')
    """
    components = account.split(":")
    if not all(part.strip() for part in components):
        raise AccountError(f"hledger has no account {account[:60]!r}: a component is empty")
    return ":".join(_component(part, is_first=not at) for at, part in enumerate(components))


def _component(part: str, *, is_first: bool) -> str:
    name = "".join(ch if ch.isalpha() or ch.isdecimal() or ch in _MARKS else "-" for ch in part)
    name = " ".join(name.split())
    # A name at the start of a posting must not look like a mark or a number with a sign.
    if is_first and not name[0].isalnum():
        name = f"X{name}"
    return name if name == part else f"{name}-{hashlib.sha256(part.encode()).hexdigest()[:6]}"
