"""Take apart what stands behind the amount of an entry: its type, the references, the supplementary line.

In: bytes and the places behind the amounts. Out: columns of text.

Source: SWIFT MT940, field 61 `1!a3!c16x[//16x]` and `34x`.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from recon_mt940.tokens import (
    NEWLINE,
    Words,
    first_within,
    one_of,
    past,
    positions,
    range_texts,
    scattered,
)

if TYPE_CHECKING:
    import polars as pl

    from recon_mt940.tokens import Bytes, Numbers

CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TYPE: Final = tuple(one_of(each) for each in ("NFS", *[CAPITALS + "0123456789 "] * 3))
_BLANK: Final = one_of(" ")
_NONREF: Final = Words({"NONREF": 0})


def in_any_case(word: str) -> list[str]:
    """Write a word in capitals, in small letters and mixed."""
    cases = (dict.fromkeys((each, each.lower())) for each in word)
    return ["".join(letters) for letters in product(*cases)]


# Words that say "there is no reference" or "look in field 86".
NO_REFERENCE: Final = tuple(
    each
    for word in ("", "NONREF", "NOREF", "EREF", "MARF", "PREF", "KREF", "KREF+")
    for each in in_any_case(word)
)


def read_references(text: Bytes, encoding: str, at: Numbers, end: Numbers) -> dict[str, pl.Series]:
    """Take type, references and supplementary text apart: `NTRFcustomer//bank`, line feed, supplementary.

    The customer's reference is null where it is the word that says that there is none.
    """
    count = len(at)
    at = past(text, at, _BLANK)
    feed, more = first_within(positions(text == NEWLINE), at, end)
    line_end = end.copy()
    line_end[more] = feed
    supplementary = range_texts(text, feed + 1, end[more], encoding).str.strip_chars("\n")
    is_type = np.all(
        [letters.take(text[place:].take(at)) for place, letters in enumerate(_TYPE)], axis=0
    )
    # `NONREF` right behind the amount is no type NONR.
    typed = positions(is_type & (_NONREF.match(text, at)[0] < 0))
    code = _types(text, at[typed], encoding)
    at[typed] += len(_TYPE)
    slashes = positions((text[:-1] == ord("/")) & (text[1:] == ord("/")))
    slashes, both = first_within(slashes, at, line_end - 1)
    bank = range_texts(text, slashes + 2, line_end[both], encoding)
    line_end[both] = slashes
    # Most customers give none: no text is made of that word.
    _, size = _NONREF.match(text, at)
    own = positions((size == 0) | (line_end - at != size))
    return {
        "code": scattered(code, typed, count),
        "customer": scattered(range_texts(text, at[own], line_end[own], encoding), own, count),
        "bank": scattered(bank, both, count),
        "supplementary": scattered(supplementary, more, count),
    }


def _types(text: Bytes, at: Numbers, encoding: str) -> pl.Series:
    """Decode types of entries; neighbours mostly share theirs, which is decoded once."""
    is_new = np.arange(len(at)) == 0
    for place in range(len(_TYPE)):
        letter = text[place:].take(at)
        is_new[1:] |= letter[1:] != letter[:-1]
    first = at[is_new]
    read = range_texts(text, first, first + len(_TYPE), encoding).str.strip_chars_end(" ")
    return read[np.cumsum(is_new) - 1]
