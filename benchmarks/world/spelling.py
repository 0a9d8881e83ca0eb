"""Letters as payment systems without umlauts write them."""

from __future__ import annotations

_TRANSLITERATION = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
    | {"å": "a", "Å": "A", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "à": "a", "é": "e"}
)


def ascii_letters(text: str) -> str:
    """Write umlauts in two letters, as payment systems without them do."""
    return text.translate(_TRANSLITERATION)


def plain(text: str) -> str:
    """Write a name so that two spellings of it are equal."""
    return ascii_letters(text).upper()
