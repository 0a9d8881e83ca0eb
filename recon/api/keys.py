"""Keys of entries that follow from keys. In: the key of an entry. Out: the key of the entry that takes it back."""

from __future__ import annotations

import hashlib
from typing import Final

_KEY_HEX_DIGITS: Final = 32


def derived_key(how: str, key: str) -> str:
    """Give the key that follows from a key in one way: the same on every machine."""
    return hashlib.sha256(f"{how}\x1e{key}".encode()).hexdigest()[:_KEY_HEX_DIGITS]


def opposite_key(key: str) -> str:
    """Give the key of the entry that takes this one back.

    A ledger that must undo rather than post the opposite (an ERP that reconciles invoices) knows by it what to undo.
    """
    return derived_key("opposite", key)
