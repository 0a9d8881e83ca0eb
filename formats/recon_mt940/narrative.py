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
    NEWLINE,
    PADDING,
    Widths,
    Words,
    first_of_run,
    gather,
    one_of,
    owned,
    positions,
    squeeze,
    texts,
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
class _Cut:
    """Ranges of a text, each with its entry and its name."""

    record: Numbers
    name: Bytes
    start: Numbers
    end: Numbers

    def where(self, rows: Flags | Numbers) -> _Cut:
        return _Cut(self.record[rows], self.name[rows], self.start[rows], self.end[rows])


def read_narratives(fields: Fields, records: Records, encoding: str) -> Parts:
    """Cut every narrative of a chunk into its parts."""
    own = positions((records.owner >= 0) & (fields.tag == TAG["86"]))
    owner = records.owner[own]
    dialect = np.full(len(records), -1, dtype=np.int64)
    # Blocks keep the memory small in which array operations work.
    edges = np.append(np.searchsorted(owner, owner[::_BLOCK]), len(own))
    blocks = []
    for first, behind in pairwise(edges.tolist()):
        text, narratives = _joined_lines(fields, records, own[first:behind], encoding)
        dialect[narratives.record] = narratives.name
        if len(narratives.record):
            blocks.append(_cut_block(text, narratives, encoding))
    if not blocks:
        nothing = np.zeros(0, dtype=np.uint8)
        return Parts(owner[:0], nothing, pl.Series(dtype=pl.String), dialect)
    record, name, text = (np.concatenate(each) for each in zip(*blocks, strict=True))
    return Parts(record, name, texts(text, encoding), dialect)


def _cut_block(text: Bytes, narratives: _Cut, encoding: str) -> tuple[Numbers, Bytes, Bytes]:
    """Cut narratives (whose names are their dialects) into parts: entries, names, and texts closed by END."""
    text, cut = _join_subfields(text, _first_cut(text, narratives), encoding)
    cut = _cut_keywords(text, cut)
    cut = cut.where(cut.end > cut.start)
    text[cut.end] = END
    return cut.record, cut.name, squeeze(gather(text, cut.start, cut.end + 1))


def _joined_lines(
    fields: Fields, records: Records, own: Numbers, encoding: str
) -> tuple[Bytes, _Cut]:
    """Join the lines of each narrative: without a blank where a line is full or a code begins, else with one.

    Args:
        fields: the fields of the chunk.
        records: its entries.
        own: the `:86:` fields of a block of entries.
        encoding: of the text.

    Returns:
        The narratives, each closed by END, and where each stands, with its dialect as name.
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
    if is_end.all():
        return text, _Cut(record, dialects, start, end)
    joined = gather(text, start, end + (is_end | ~is_joined))
    closed = positions(joined == END)
    return joined, _Cut(
        record[head], dialects, np.append(0, closed[:-1] + 1)[: len(closed)], closed
    )


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


def _first_cut(text: Bytes, narratives: _Cut) -> _Cut:
    """Cut narratives at their sub-fields or slash codes."""
    is_slash = narratives.name == SLASH
    is_coded = narratives.name > SLASH
    mark = np.where(is_coded, narratives.name, ord("/")).astype(np.uint8)
    marks = np.unique(mark)
    at = positions(text == marks[0] if len(marks) == 1 else np.isin(text, marks))
    at, inside = owned(at, narratives.start, narratives.end)
    found, name, size = _codes_at(text, at)
    if not (is_slash | is_coded).all() or len(marks) > 1:
        # Where dialects are mixed, the mark of one is a letter of the other; plain text has none.
        found &= (is_slash | is_coded)[inside] & (text[at] == mark[inside])
    leading = np.where(is_coded, GVC, np.where(is_slash, FREE, PLAIN_TEXT)).astype(np.uint8)
    # Three digits in front of the first slash code are the business code.
    leading[is_slash & (text[narratives.start] != ord("/"))] = GVC
    at = at[found]
    codes = _Cut(inside[found], name[found], at, at + size[found])
    cut, owner = _with_cuts(narratives, leading, codes)
    return _trimmed(text, cut, is_slash[owner]) if is_slash.any() else cut


def _with_cuts(whole: _Cut, names: Bytes, codes: _Cut) -> tuple[_Cut, Numbers]:
    """Cut ranges at codes: what stands before the first code of a range is a part too, of the range's name.

    Args:
        whole: the ranges.
        names: the name of what stands before the first code of each.
        codes: start and end of each code, its name, and (as record) the range in which it stands.

    Returns:
        The parts, and the range of each.
    """
    count = np.bincount(codes.record, minlength=len(names)) + 1
    behind = np.cumsum(count)
    owner = np.repeat(np.arange(len(names)), count)
    is_code = np.ones(len(owner), dtype=np.bool_)
    is_code[behind - count] = False
    name, begin, start = names[owner], whole.start[owner], whole.start[owner]
    name[is_code], begin[is_code], start[is_code] = codes.name, codes.start, codes.end
    end = np.append(begin[1:], 0)
    end[behind - 1] = whole.end
    return _Cut(whole.record[owner], name, start, end), owner


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


def _trimmed(text: Bytes, cut: _Cut, is_slash: Flags) -> _Cut:
    """Take the closing slash off slash parts, and the type off a remittance (`USTD//text`, `STRD/CUR/9001...`)."""
    start, end, name = cut.start, cut.end, cut.name
    remittance = positions(name == WORD["REMI"])
    if len(remittance):
        number, size = _FREE_PREFIXES.match(text, start[remittance])
        start[remittance] = np.minimum(start[remittance] + size, end[remittance])
        name[remittance] = np.where(number == STRUCTURED, STRUCTURED, FREE)
    slash = positions(is_slash & (name != WORD["CNTP"]) & (end > start))
    while len(slash):
        byte = text[end[slash] - 1]
        closing = (byte == ord("/")) | (byte == BLANK)
        slash = slash[closing]
        end[slash] -= 1
        slash = slash[(end[slash] > start[slash]) & (name[slash] != FREE)]
    slash = positions(is_slash & (name != WORD["CNTP"]) & (name != FREE) & (end > start))
    while len(slash):
        byte = text[start[slash]]
        slash = slash[(byte == ord("/")) | (byte == BLANK)]
        start[slash] += 1
        slash = slash[end[slash] > start[slash]]
    return cut


def _join_subfields(text: Bytes, cut: _Cut, encoding: str) -> tuple[Bytes, _Cut]:
    """Join purpose and name, which go on over several sub-fields; a keyword begins a text line of its own."""
    slot = _SLOT[cut.name]
    key = cut.record * 3 + slot
    part = positions(slot > 0)
    own = key[part]
    goes_on = own[1:] == own[:-1]
    before, after = part[:-1][goes_on], part[1:][goes_on]
    if bool((own[1:] < own[:-1]).any()) or bool((after > before + 1).any()):
        # ?60 goes on behind the name: each of the two is put together.
        order = np.argsort(key, kind="stable")
        return _join_subfields(text, cut.where(order), encoding)
    number, _ = _KEYWORD_STARTS.match(text, cut.start[after])
    start, end = cut.start[before], cut.end[before]
    is_full = Widths(text, encoding).of(start, end) >= SUBFIELD_WIDTH
    ends_blank = (end > start) & (text[end - 1] == BLANK)
    glue = np.full(len(key), END, dtype=np.uint8)
    glue[before] = np.where(number >= 0, NEWLINE, BLANK)
    text[cut.end] = glue
    behind = cut.end + 1
    behind[before[(number < 0) & (is_full | ends_blank)]] -= 1
    joined = gather(text, cut.start, behind)
    whole = np.ones(len(key), dtype=np.bool_)
    whole[after] = False
    end = positions(joined == END)
    start = np.append(0, end[:-1] + 1)
    return joined, _Cut(cut.record[whole], _JOINED_NAME[cut.name[whole]], start, end)


def _cut_keywords(text: Bytes, cut: _Cut) -> _Cut:
    """Cut each purpose at its keywords: EREF+, MREF+, SVWZ+ and their like, or `EREF: ` with some banks."""
    is_purpose = cut.name == PURPOSE
    groups = positions(is_purpose)
    colon = positions(text == ord(":"))
    colon = colon[text[colon + 1] == BLANK]
    signs = positions(text == ord("+"))
    signs = np.sort(np.concatenate([signs, colon])) if len(colon) else signs
    signs, inside = owned(signs, cut.start[groups], cut.end[groups])
    inside = groups[inside]
    at = np.maximum(signs - 4, 0)
    number, size = _KEYWORD_STARTS.match(text, at)
    short = positions(number < 0)
    at[short] = np.maximum(signs[short] - 3, 0)
    number[short], size[short] = _KEYWORD_STARTS.match(text, at[short])
    found = (number >= 0) & (at >= cut.start[inside]) & (at + size > signs)
    found &= (at == cut.start[inside]) | ~_UPPER_OR_DIGIT[text[np.maximum(at - 1, 0)]]
    at = at[found]
    codes = _Cut(inside[found], number[found].astype(np.uint8), at, at + size[found])
    return _with_cuts(cut, np.where(is_purpose, np.uint8(FREE), cut.name), codes)[0]
