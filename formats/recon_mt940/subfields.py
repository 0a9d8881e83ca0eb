"""Put the sub-fields of a narrative together: purpose and name go on over several, and keywords cut the purpose.

In: tokens with the codes of their sub-fields. Out: tokens, a part each.

Source: the German banks' appendix 3 (sub-fields of 27 characters, keywords EREF+ to SVWZ+).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from recon_mt940.cuts import Codes, behind_part
from recon_mt940.names import FREE, GVC, KEYWORDS, PAYER, PURPOSE, WORD
from recon_mt940.tokens import (
    BLANK,
    END,
    ERASED,
    UPPER_OR_DIGIT,
    Widths,
    Words,
    erase,
    gather,
    one_of,
    positions,
)

if TYPE_CHECKING:
    from recon_mt940.cuts import Tokens
    from recon_mt940.tokens import Bytes, Numbers

# A full sub-field breaks its text wherever it is full; a shorter one ended with a word.
SUBFIELD_WIDTH: Final = 27

_KEYWORD_STARTS: Final = Words(
    {f"{word}{mark}": WORD[word] for word in KEYWORDS for mark in ("+", ": ")}
    | {"SVWZ+": FREE, "SVWZ: ": FREE}
)
_SIGN: Final = one_of("+:")
_SLOT: Final = np.array(
    [1 if each // 10 == 2 or 60 <= each < 66 else 2 * (each in {32, 33}) for each in range(256)],
    dtype=np.uint8,
)
_JOINED_NAME: Final = np.where(
    _SLOT == 1, PURPOSE, np.where(_SLOT == 2, PAYER, np.arange(256))
).astype(np.uint8)


def join_subfields(narratives: Tokens, leading: Bytes, codes: Codes, encoding: str) -> Tokens:
    """Join purpose and name, which go on over several sub-fields.

    A keyword at the start of a sub-field begins a part of its own.

    Args:
        narratives: the whole texts, which are written to.
        leading: the name of what stands before the first code of each.
        codes: those of sub-fields and slash codes.
        encoding: of the text.
    """
    text, slot = narratives.text, _SLOT.take(codes.name)
    part = positions(slot > 0)
    own = codes.token[part] * 3 + slot[part]
    goes_on = positions(own[1:] == own[:-1])
    before, after = part[goes_on], part[goes_on + 1]
    if bool((own[1:] < own[:-1]).any()) or bool((after > before + 1).any()):
        # ?60 goes on behind the name: each of the two is put together.
        return join_subfields(*_put_together(narratives, leading, codes), encoding)
    start, end = codes.end[before], codes.start[after]
    is_full = Widths(text, encoding).of(start, end) >= SUBFIELD_WIDTH
    ends_blank = (end > start) & (text.take(end - 1) == BLANK)
    keyword, number, size = _keywords_at(text, codes.end, positions(slot == 1))
    name, behind = _JOINED_NAME.take(codes.name), codes.end.copy()
    name[keyword] = number
    behind[keyword] += size
    is_whole = np.ones(len(slot), dtype=np.bool_)
    is_whole[after] = False
    is_whole[keyword] = True
    text[end] = np.where(is_full | ends_blank, np.uint8(ERASED), np.uint8(BLANK))
    whole = positions(is_whole)
    text[codes.start.take(whole)] = END
    erase(text, codes.start + 1, behind)
    return narratives.cut(leading, codes.token.take(whole), name.take(whole))


def _keywords_at(text: Bytes, at: Numbers, rows: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Find keywords at some of the positions. Gives the rows that have one, its number and its length."""
    start = at[rows]
    near = positions(_SIGN.take(text[3:].take(start)) | _SIGN.take(text[4:].take(start)))
    number, size = _KEYWORD_STARTS.match(text, start[near])
    found = positions(number >= 0)
    return rows[near[found]], number[found], size[found]


def _put_together(narratives: Tokens, leading: Bytes, codes: Codes) -> tuple[Tokens, Bytes, Codes]:
    """Sort the parts of each narrative: what has a column of its own, the purpose, the payer."""
    text, slot = narratives.text, _SLOT[codes.name]
    first, last = narratives.start, narratives.end
    start = np.concatenate([first, codes.start, last])
    behind = np.concatenate(
        [behind_part(narratives, codes, first), behind_part(narratives, codes, codes.end), last + 1]
    )
    token = np.arange(len(first))
    # What leads a narrative stays in front, and its END behind.
    order = np.argsort(
        np.concatenate([token * 5, codes.token * 5 + slot + 1, token * 5 + 4]), kind="stable"
    )
    size = (behind - start)[order]
    moved = np.empty(len(order), dtype=np.int64)
    moved[order] = np.cumsum(size) - size
    codes = Codes(
        codes.token,
        codes.name,
        moved[len(first) : -len(first)],
        moved[len(first) : -len(first)] + codes.end - codes.start,
    )
    text = gather(text, start[order], behind[order])
    ordered = codes.where(np.argsort(codes.start))
    return replace(narratives, text=text), leading, ordered


def cut_keywords(parts: Tokens) -> Tokens:
    """Cut each purpose at its keywords: EREF+, MREF+, SVWZ+ and their like, or `EREF: ` with some banks.

    What a keyword at the start of a sub-field has named already is purpose too.
    """
    text, names = parts.text, np.where(parts.name == PURPOSE, np.uint8(FREE), parts.name)
    is_purpose = parts.is_coded & (names > GVC)
    signs, token = parts.at_within(b"+:", positions(is_purpose))
    at = np.maximum(signs - 4, 0)
    number, size = _KEYWORD_STARTS.match(text, at)
    short = positions(number < 0)
    at[short] = np.maximum(signs[short] - 3, 0)
    number[short], size[short] = _KEYWORD_STARTS.match(text, at[short])
    # In front of the first byte stands padding.
    found = (number >= 0) & (at + size > signs) & ~UPPER_OR_DIGIT[text[at - 1]]
    found = positions(found)
    if len(found) == 0:
        return replace(parts, name=names)
    at = at[found]
    text[at] = END
    # What stood in a sub-field of its own has a blank before the keyword.
    erase(text, at - (text[at - 1] == BLANK), at)
    erase(text, at + 1, at + size[found])
    return parts.cut(names, token[found], number[found].astype(np.uint8))
