"""Cut the narratives (`:86:`) of all entries into named parts.

In: fields with their owners. Out: `Parts`, a row a part: its entry, its name, its text. The dialect of a narrative is
recognised by its head; a text that is of none is one part, the remittance as it stands.

Sources: the German banks' appendix 3 (sub-fields ?00 to ?63, 27 characters each, keywords EREF+ to SVWZ+), the code words
of the Dutch banks' MT940 structured (`/EREF/`, `/REMI/`), SWIFT field 86 (lines of 65).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon_mt940.scan import TAG
from recon_mt940.tokens import (
    BLANK,
    END,
    ERASED,
    PADDING,
    Widths,
    Words,
    erase,
    first_of_run,
    gather,
    one_of,
    positions,
    squeeze,
    texts,
    without_erased,
)

if TYPE_CHECKING:
    from recon_mt940.record import Records
    from recon_mt940.scan import Fields
    from recon_mt940.tokens import Bytes, Flags, Numbers

# A full sub-field breaks its text wherever it is full; a shorter one ended with a word.
SUBFIELD_WIDTH: Final = 27
# The wrap of a line of 65; some banks cut the blanks at its end, and the first line lacks the tag.
WRAPPED_FROM: Final = 60
SEPARATORS: Final = "?<>+^~|&$"

_BLOCK: Final = 8192
PLAIN, SLASH, WORDED = 0, 1, 2  # other dialects: the code of the sub-fields' separator

# Names of parts: sub-fields by their own number, then words, then what no code announces.
GVC, FREE, PLAIN_TEXT, STRUCTURED = 100, 101, 102, 103
PURPOSE, PAYER = 20, 32
KEYWORDS: Final = (
    "EREF", "KREF", "MREF", "CRED", "DEBT", "SVWZ", "ABWA", "ABWE", "COAM", "OAMT", "RREF", "PURP", "IBAN", "BIC",
)  # fmt: skip
SLASH_CODES: Final = (
    "EREF", "IBAN", "BIC", "PURP", "KREF", "TRTP", "NAME", "REMI", "MARF", "CSID", "CNTP", "ORDP", "BENM", "ULTD",
    "ULTC", "ULTB", "ISDT", "RTRN", "PREF", "NRTX", "SVCL", "ADDR", "EXCH", "CHGS", "OCMT", "TRCD", "ID", "PT", "OSDR",
)  # fmt: skip
# Words of mBank's plain text that have no column.
PLAIN_WORDS: Final = ("TNR", "ID IPH", "DATA STEMPLA")
_WORDS: Final = tuple(dict.fromkeys((*KEYWORDS, *SLASH_CODES, *PLAIN_WORDS)))
WORD: Final = {word: 110 + number for number, word in enumerate(_WORDS)}
NAMES: Final = {
    **{number: f"?{number:02d}" for number in range(100)},
    **{number: word for word, number in WORD.items()},
}

_KEYWORD_STARTS: Final = Words(
    {f"{word}{mark}": WORD[word] for word in KEYWORDS for mark in ("+", ": ")}
    | {"SVWZ+": FREE, "SVWZ: ": FREE}
)
# HSBC writes the payer's text behind /PY/.
_SLASH_STARTS: Final = Words({f"/{word}/": WORD[word] for word in SLASH_CODES} | {"/PY/": FREE})
_FREE_PREFIXES: Final = Words({"USTD//": 1, "USTD/": 1, "STRD/": STRUCTURED})
_UPPER_OR_DIGIT: Final = one_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_DIGIT: Final = one_of("0123456789")
_SEPARATOR: Final = one_of(SEPARATORS)
_HEAD_CODES: Final = Words({"00": 0, "10": 10, "20": 20, "30": 30})
_SLOT: Final = np.array(
    [1 if each // 10 == 2 or 60 <= each < 66 else 2 * (each in {32, 33}) for each in range(256)],
    dtype=np.uint8,
)
_JOINED_NAME: Final = np.where(
    _SLOT == 1, PURPOSE, np.where(_SLOT == 2, PAYER, np.arange(256))
).astype(np.uint8)
_CODES: Final = np.isin(np.arange(256), [0, 10, *range(20, 40), *range(60, 66), 99])


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of narratives in the order of their entries, white space squeezed; and each entry's dialect."""

    record: Numbers
    name: Bytes
    text: pl.Series
    dialect: Numbers


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Texts one behind the other, each closed by END, with padding behind the last; each with its entry and its name."""

    text: Bytes
    record: Numbers
    name: Bytes

    def at(self, *marks: int) -> tuple[Numbers, Numbers]:
        """Find each of these bytes, in order, and the token in which it stands."""
        found = [positions(self.text == mark) for mark in marks]
        at = np.sort(np.concatenate(found)) if len(found) > 1 else found[0]
        behind = np.searchsorted(at, positions(self.text == END))
        return at, np.repeat(np.arange(len(behind)), np.diff(behind, prepend=0))

    def cut(self, names: Bytes, codes: _Codes) -> _Tokens:
        """Let a token begin at each code, whose own END closes what stands before it, named as `names` says."""
        count = np.bincount(codes.token, minlength=len(names)) + 1
        name = np.empty(len(names) + len(codes.token), dtype=np.uint8)
        name[np.cumsum(count) - count] = names
        name[codes.token + np.arange(1, len(codes.token) + 1)] = codes.name
        return _Tokens(without_erased(self.text), np.repeat(self.record, count), name)


@dataclass(frozen=True, slots=True)
class _Codes:
    """Codes that cut tokens: the token in which each stands, its name, its first byte, the byte behind it."""

    token: Numbers
    name: Bytes
    start: Numbers
    end: Numbers

    def where(self, rows: Flags | Numbers) -> _Codes:
        return _Codes(self.token[rows], self.name[rows], self.start[rows], self.end[rows])


def read_narratives(fields: Fields, records: Records, encoding: str) -> Parts:
    """Cut every narrative of a chunk into its parts."""
    own = positions((records.owner >= 0) & (fields.tag == TAG["86"]))
    owner = records.owner[own]
    dialect = np.full(len(records), -1, dtype=np.int64)
    # Blocks keep the memory small in which array operations work.
    edges = np.append(np.searchsorted(owner, owner[::_BLOCK]), len(own))
    blocks = []
    for first, behind in pairwise(edges.tolist()):
        narratives = _joined_lines(fields, records, own[first:behind], encoding)
        dialect[narratives.record] = narratives.name
        if len(narratives.record):
            blocks.append(_cut_block(narratives, encoding))
    if not blocks:
        nothing = np.zeros(0, dtype=np.uint8)
        return Parts(owner[:0], nothing, pl.Series(dtype=pl.String), dialect)
    record, name, text, is_text = zip(*blocks, strict=True)
    spoken = texts(text, encoding).filter(pl.Series(np.concatenate(is_text)))
    return Parts(np.concatenate(record), np.concatenate(name), spoken, dialect)


def _cut_block(narratives: _Tokens, encoding: str) -> tuple[Numbers, Bytes, Bytes, Flags]:
    """Cut narratives (whose names are their dialects) into parts.

    Returns:
        Entries and names of the parts that say something; tokens, and which of them do.
    """
    parts = _cut_keywords(_cut_codes(narratives, encoding))
    text = squeeze(parts.text)
    is_text = np.diff(positions(text == END), prepend=-1) > 1
    return parts.record[is_text], parts.name[is_text], text, is_text


def _joined_lines(fields: Fields, records: Records, own: Numbers, encoding: str) -> _Tokens:
    """Join the lines of each narrative: without a blank where a line is full or a code begins, else with one.

    Args:
        fields: the fields of the chunk.
        records: its entries.
        own: the `:86:` fields of a block of entries.
        encoding: of the text.

    Returns:
        The narratives, each with its dialect as name.
    """
    first, count = fields.line[own], fields.next_line[own] - fields.line[own]
    offset = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    line = np.repeat(first, count) + offset
    record = np.repeat(records.owner[own], count)
    start = np.where(offset == 0, np.repeat(fields.start[own], count), fields.lines.start[line])
    end = fields.lines.end[line]
    low = int(start[0])
    text = fields.text[low : int(end[-1]) + 1 + PADDING].copy()
    kept = end > start
    record, start, end, offset = record[kept], start[kept] - low, end[kept] - low, offset[kept]
    head = first_of_run(record)
    dialects = _dialects(text, start[head], end[head])
    mark = np.where(dialects > SLASH, dialects, ord("/"))[np.cumsum(head) - 1]
    last = text[end - 1]
    is_full = Widths(text, encoding).of(start, end) >= WRAPPED_FROM
    begins_code = np.append(text[start[1:]], 0)[: len(start)] == mark
    # A second field 86 of one entry is a text of its own.
    next_field = np.append(offset[1:] == 0, False)[: len(start)]
    is_joined = (last == BLANK) | (~next_field & (is_full | begins_code | (last == mark)))
    is_end = np.append(head[1:], True)[: len(start)]
    text[end] = np.where(is_end, END, BLANK)
    return _Tokens(gather(text, start, end + (is_end | ~is_joined)), record[head], dialects)


def _dialects(text: Bytes, start: Numbers, end: Numbers) -> Bytes:
    """Recognise each narrative by its head: the separator of its sub-fields, slash codes, or plain."""
    dialect = np.full(len(start), PLAIN, dtype=np.uint8)
    open_ = np.ones(len(start), dtype=np.bool_)
    # A business code of up to three characters stands before the separator.
    for length in range(4):
        mark = text[start + length]
        own = positions(open_ & _SEPARATOR[mark] & (start + length + 2 < end))
        number, _ = _HEAD_CODES.match(text, start[own] + length + 1)
        found = own[number >= 0]
        dialect[found] = mark[found]
        open_[found] = False
        open_ &= _UPPER_OR_DIGIT[mark]
    for length in (0, 3):
        own = positions((dialect == PLAIN) & (text[start + length] == ord("/")))
        number, _ = _SLASH_STARTS.match(text, start[own] + length)
        has_code = np.all([_DIGIT[text[start[own] + index]] for index in range(length)], axis=0)
        dialect[own[(number >= 0) & has_code]] = SLASH
    return dialect


def _cut_codes(narratives: _Tokens, encoding: str) -> _Tokens:
    """Cut narratives at their sub-fields or slash codes; what stands before the first code is a part too."""
    text, is_slash, is_coded = narratives.text, narratives.name == SLASH, narratives.name > SLASH
    mark = np.where(is_coded, narratives.name, np.uint8(ord("/")))
    marks = positions(np.bincount(mark) > 0).tolist()
    at, token = narratives.at(*marks)
    found, name, size = _codes_at(text, at)
    if not (is_slash | is_coded).all() or len(marks) > 1:
        # Where dialects are mixed, the mark of one is a letter of the other; plain text has none.
        found &= (is_slash | is_coded)[token] & (text[at] == mark[token])
    codes = _Codes(token, name, at, at + size)
    if not found.all():
        codes = codes.where(found)
    leading = np.where(is_coded, GVC, np.where(is_slash, FREE, PLAIN_TEXT)).astype(np.uint8)
    if is_slash.any():
        # Three digits in front of the first slash code are the business code.
        leading[is_slash & (text[_starts(text)] != ord("/"))] = GVC
        _trim(text, leading, codes, is_slash)
    return _join_subfields(narratives, leading, codes, encoding)


def _codes_at(text: Bytes, at: Numbers) -> tuple[Flags, Bytes, Numbers]:
    """Find the codes at marks: two digits of a sub-field, or a slash code. Gives whether one is there, its name, its length."""
    # Bytes wrap: what is less than a zero becomes a large number.
    tens, units = text[at + 1] - ord("0"), text[at + 2] - ord("0")
    name = tens * 10 + units
    found = (tens < 10) & (units < 10) & _CODES[name]
    size = np.full(len(at), 3, dtype=np.int64)
    slash = positions(text[at] == ord("/"))
    if len(slash):
        number, size[slash] = _SLASH_STARTS.match(text, at[slash])
        found[slash], name[slash] = number >= 0, number
        # The slash that closes one code opens no other.
        code = slash[number >= 0]
        shared = at[code][1:] < (at + size)[code][:-1]
        found[code[1:][shared]] = False
    return found, name, size


def _trim(text: Bytes, leading: Bytes, codes: _Codes, is_slash: Flags) -> None:
    """Take the closing slash off slash parts, and the type off a remittance; text and names of codes are written to.

    `USTD//text`, `STRD/CUR/9001...`: the type tells free from structured remittance.
    """
    own = positions(is_slash[codes.token])
    begin = np.concatenate([_starts(text)[is_slash], codes.end[own]])
    behind = _behind(text, codes, begin)
    name = np.concatenate([leading[is_slash], codes.name[own]])
    start, end = begin.copy(), behind.copy()
    remittance = positions(name == WORD["REMI"])
    number, size = _FREE_PREFIXES.match(text, start[remittance])
    start[remittance] = np.minimum(start[remittance] + size, end[remittance])
    name[remittance] = np.where(number == STRUCTURED, STRUCTURED, FREE)
    left = positions((name != WORD["CNTP"]) & (end > start))
    while len(left):
        byte = text[end[left] - 1]
        left = left[(byte == ord("/")) | (byte == BLANK)]
        end[left] -= 1
        left = left[(end[left] > start[left]) & (name[left] != FREE)]
    left = positions((name != WORD["CNTP"]) & (name != FREE) & (end > start))
    while len(left):
        byte = text[start[left]]
        left = left[(byte == ord("/")) | (byte == BLANK)]
        start[left] += 1
        left = left[end[left] > start[left]]
    codes.name[own] = name[len(name) - len(own) :]
    erase(text, begin, start)
    erase(text, end, behind)


def _starts(text: Bytes) -> Numbers:
    """Give the first byte of each token."""
    return np.append(0, positions(text == END)[:-1] + 1)


def _behind(text: Bytes, codes: _Codes, start: Numbers) -> Numbers:
    """Give the byte behind the part that starts at each place: that of the next code, or END."""
    stops = np.sort(np.concatenate([codes.start, positions(text == END)]))
    return stops[np.searchsorted(stops, start)]


def _join_subfields(narratives: _Tokens, leading: Bytes, codes: _Codes, encoding: str) -> _Tokens:
    """Join purpose and name, which go on over several sub-fields; a keyword begins a text line of its own.

    Args:
        narratives: the whole texts, which are written to.
        leading: the name of what stands before the first code of each.
        codes: those of sub-fields and slash codes.
        encoding: of the text.
    """
    text, slot = narratives.text, _SLOT[codes.name]
    part = positions(slot > 0)
    own = codes.token[part] * 3 + slot[part]
    goes_on = own[1:] == own[:-1]
    before, after = part[:-1][goes_on], part[1:][goes_on]
    if bool((own[1:] < own[:-1]).any()) or bool((after > before + 1).any()):
        # ?60 goes on behind the name: each of the two is put together.
        return _join_subfields(*_put_together(narratives, leading, codes), encoding)
    number, _ = _KEYWORD_STARTS.match(text, codes.end[after])
    start, end = codes.end[before], codes.start[after]
    is_full = Widths(text, encoding).of(start, end) >= SUBFIELD_WIDTH
    ends_blank = (end > start) & (text[end - 1] == BLANK)
    is_joined = (is_full | ends_blank) & (number < 0)
    text[codes.start] = END
    text[end] = np.where(is_joined, np.uint8(ERASED), np.uint8(BLANK))
    erase(text, codes.start + 1, codes.end)
    whole = np.ones(len(slot), dtype=np.bool_)
    whole[after] = False
    codes = codes.where(whole)
    return narratives.cut(
        leading, _Codes(codes.token, _JOINED_NAME[codes.name], codes.start, codes.end)
    )


def _put_together(
    narratives: _Tokens, leading: Bytes, codes: _Codes
) -> tuple[_Tokens, Bytes, _Codes]:
    """Sort the parts of each narrative: what has a column of its own, the purpose, the payer."""
    text, slot = narratives.text, _SLOT[codes.name]
    first, last = _starts(text), positions(text == END)
    start = np.concatenate([first, codes.start, last])
    behind = np.concatenate(
        [_behind(text, codes, first), _behind(text, codes, codes.end), last + 1]
    )
    token = np.arange(len(first))
    # What leads a narrative stays in front, and its END behind.
    order = np.argsort(
        np.concatenate([token * 5, codes.token * 5 + slot + 1, token * 5 + 4]), kind="stable"
    )
    size = (behind - start)[order]
    moved = np.empty(len(order), dtype=np.int64)
    moved[order] = np.cumsum(size) - size
    codes = _Codes(
        codes.token,
        codes.name,
        moved[len(first) : -len(first)],
        moved[len(first) : -len(first)] + codes.end - codes.start,
    )
    text = gather(text, start[order], behind[order])
    ordered = codes.where(np.argsort(codes.start))
    return _Tokens(text, narratives.record, narratives.name), leading, ordered


def _cut_keywords(parts: _Tokens) -> _Tokens:
    """Cut each purpose at its keywords: EREF+, MREF+, SVWZ+ and their like, or `EREF: ` with some banks."""
    text, is_purpose = parts.text, parts.name == PURPOSE
    signs, token = parts.at(ord("+"), ord(":"))
    own = is_purpose[token]
    signs, token = signs[own], token[own]
    at = np.maximum(signs - 4, 0)
    number, size = _KEYWORD_STARTS.match(text, at)
    short = positions(number < 0)
    at[short] = np.maximum(signs[short] - 3, 0)
    number[short], size[short] = _KEYWORD_STARTS.match(text, at[short])
    # In front of the first byte stands padding.
    found = (number >= 0) & (at + size > signs) & ~_UPPER_OR_DIGIT[text[at - 1]]
    at = at[found]
    codes = _Codes(token[found], number[found].astype(np.uint8), at, at + size[found])
    text[at] = END
    # What stood in a sub-field of its own has a blank before the keyword.
    erase(text, at - (text[at - 1] == BLANK), at)
    erase(text, at + 1, codes.end)
    return parts.cut(np.where(is_purpose, np.uint8(FREE), parts.name), codes)
