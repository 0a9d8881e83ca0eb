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
    interleave,
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

_BLOCK: Final = 4096
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
)
# HSBC writes the payer's text behind /PY/.
_SLASH_STARTS: Final = Words({f"/{word}/": WORD[word] for word in SLASH_CODES} | {"/PY/": FREE})
_FREE_PREFIXES: Final = Words({"USTD//": 1, "USTD/": 1, "STRD/": STRUCTURED})
_UPPER_OR_DIGIT: Final = one_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_DIGIT: Final = one_of("0123456789")
_SEPARATOR: Final = one_of(SEPARATORS)
_HEAD_CODES: Final = Words({"00": 0, "10": 10, "20": 20, "30": 30})
_SLOT: Final = np.array(
    [1 if each // 10 == 2 or 60 <= each < 66 else 2 * (each in {32, 33}) for each in range(256)]
)
_JOINED_NAME: Final = np.where(_SLOT == 1, PURPOSE, np.where(_SLOT == 2, PAYER, np.arange(256)))
_CODES: Final = np.isin(np.arange(256), [0, 10, *range(20, 40), *range(60, 66), 99])


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of narratives in the order of their entries, white space squeezed; and each entry's dialect."""

    record: Numbers
    name: Numbers
    text: pl.Series
    dialect: Numbers


@dataclass(frozen=True, slots=True)
class _Cut:
    """Ranges of a text, each with its entry and its name."""

    record: Numbers
    name: Numbers
    start: Numbers
    end: Numbers

    def where(self, flags: Flags) -> _Cut:
        return _Cut(self.record[flags], self.name[flags], self.start[flags], self.end[flags])


def read_narratives(fields: Fields, records: Records, encoding: str) -> Parts:
    """Cut every narrative of a chunk into its parts."""
    own = positions((records.owner >= 0) & (fields.tag == TAG["86"]))
    owner = records.owner[own]
    dialect = np.full(len(records), -1, dtype=np.int64)
    # Blocks of narratives fit the processor's cache, which is what array operations live on.
    edges = np.append(np.searchsorted(owner, owner[::_BLOCK]), len(own))
    blocks = []
    for first, behind in pairwise(edges.tolist()):
        text, narratives = _joined_lines(fields, records, own[first:behind], encoding)
        dialect[narratives.record] = narratives.name
        blocks.append(_cut_block(text, narratives, encoding))
    if not blocks:
        return Parts(owner, owner, pl.Series(dtype=pl.String), dialect)
    record = np.concatenate([cut.record for cut, _ in blocks])
    name = np.concatenate([cut.name for cut, _ in blocks])
    return Parts(record, name, pl.concat([parts for _, parts in blocks]), dialect)


def _cut_block(text: Bytes, narratives: _Cut, encoding: str) -> tuple[_Cut, pl.Series]:
    """Cut narratives (whose names are their dialects) into parts, white space squeezed."""
    if len(narratives.record) == 0:
        return narratives, pl.Series(dtype=pl.String)
    text, cut = _join_subfields(text, _first_cut(text, narratives), encoding)
    cut = _cut_keywords(text, cut)
    cut = cut.where(cut.end > cut.start)
    text[cut.end] = END
    return cut, texts(squeeze(gather(text, cut.start, cut.end + 1)), encoding)


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


def _dialects(text: Bytes, start: Numbers, end: Numbers) -> Numbers:
    """Recognise each narrative by its head: the separator of its sub-fields, slash codes, or plain."""
    dialect = np.full(len(start), PLAIN, dtype=np.int64)
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
    dialect = narratives.name
    marks = [ord("/"), *np.unique(dialect[dialect > SLASH]).tolist()]
    flags = text == marks[-1]
    if len(marks) > 2 or (dialect == SLASH).any():
        flags = np.isin(text, marks)
    at, inside = owned(positions(flags), narratives.start, narratives.end)
    own = text[at] == np.where(dialect[inside] == SLASH, ord("/"), dialect[inside])
    at, inside = at[own], inside[own]
    name, size = _codes_at(text, at, dialect[inside])
    kept = name >= 0
    at, inside, name, size = at[kept], inside[kept], name[kept], size[kept]
    leading = np.where(dialect > SLASH, GVC, np.where(dialect == SLASH, FREE, PLAIN_TEXT))
    # Three digits in front of the first slash code are the business code.
    leading[(dialect == SLASH) & (text[narratives.start] != ord("/"))] = GVC
    codes = _Cut(inside, name, at, at + size)
    cut, owner = _with_cuts(narratives, leading, codes)
    return _trimmed(text, cut, (dialect == SLASH)[owner])


def _with_cuts(whole: _Cut, names: Numbers, codes: _Cut) -> tuple[_Cut, Numbers]:
    """Cut ranges at codes: what stands before the first code of a range is a part too, of the range's name.

    Args:
        whole: the ranges.
        names: the name of what stands before the first code of each.
        codes: start and end of each code, its name, and (as record) the range in which it stands.

    Returns:
        The parts, and the range of each.
    """
    place, cuts = interleave(codes.record, len(whole.start))
    size = len(place) + len(cuts)
    name, start, begin, owner = (np.empty(size, dtype=np.int64) for _ in range(4))
    name[place], name[cuts] = names, codes.name
    start[place], start[cuts] = whole.start, codes.end
    begin[place], begin[cuts] = whole.start, codes.start
    owner[place], owner[cuts] = np.arange(len(place)), codes.record
    end = np.empty(size, dtype=np.int64)
    end[:-1] = begin[1:]
    end[np.append(place[1:] - 1, size - 1)] = whole.end
    return _Cut(whole.record[owner], name, start, end), owner


def _codes_at(text: Bytes, at: Numbers, dialect: Numbers) -> tuple[Numbers, Numbers]:
    """Give name and length of the code at each mark, -1 where none is: two digits of a sub-field, or a slash code."""
    tens, units = text[at + 1].astype(np.int64) - 48, text[at + 2].astype(np.int64) - 48
    number = tens * 10 + units
    is_code = (tens >= 0) & (tens < 10) & (units >= 0) & (units < 10)
    is_code &= _CODES[np.clip(number, 0, 255)]
    name = np.where(is_code, number, -1)
    size = np.full(len(at), 3, dtype=np.int64)
    slash = positions(dialect == SLASH)
    if len(slash):
        name[slash], size[slash] = _SLASH_STARTS.match(text, at[slash])
        # The slash that closes one code opens no other.
        found = slash[name[slash] >= 0]
        shared = np.append(False, at[found][1:] < (at + size)[found][:-1])[: len(found)]
        name[found[shared]] = -1
    return name, size


def _trimmed(text: Bytes, cut: _Cut, is_slash: Flags) -> _Cut:
    """Take the closing slash off slash parts, and the type off a remittance (`USTD//text`, `STRD/CUR/9001...`)."""
    if not is_slash.any():
        return cut
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
    name = _JOINED_NAME[cut.name]
    key = cut.record * 3 + slot
    begins = key[first_of_run(key) & (slot > 0)]
    if bool((begins[1:] <= begins[:-1]).any()):
        # ?60 goes on behind the name: each of the two is put together.
        order = np.argsort(key, kind="stable")
        cut = _Cut(cut.record[order], name[order], cut.start[order], cut.end[order])
        name, slot, key = name[order], slot[order], key[order]
    goes_on = np.append((key[1:] == key[:-1]) & (slot[1:] > 0), False)[: len(key)]
    before = positions(goes_on)
    number, _ = _KEYWORD_STARTS.match(text, cut.start[before + 1])
    starts_line = np.zeros(len(key), dtype=np.bool_)
    starts_line[before[number >= 0]] = True
    start, end = cut.start[before], cut.end[before]
    is_full = Widths(text, encoding).of(start, end) >= SUBFIELD_WIDTH
    ends_blank = (end > start) & (text[np.maximum(end - 1, 0)] == BLANK)
    is_joined = np.zeros(len(key), dtype=np.bool_)
    is_joined[before] = (number < 0) & (is_full | ends_blank)
    glue = np.where(goes_on, np.where(starts_line, NEWLINE, BLANK), END)
    text[cut.end] = glue
    joined = gather(text, cut.start, cut.end + ~is_joined)
    end = positions(joined == END)
    whole = ~np.append(False, goes_on[:-1])[: len(key)]
    return joined, _Cut(cut.record[whole], name[whole], np.append(0, end[:-1] + 1), end)


def _cut_keywords(text: Bytes, cut: _Cut) -> _Cut:
    """Cut each purpose at its keywords: EREF+, MREF+, SVWZ+ and their like, or `EREF: ` with some banks."""
    purpose = cut.name == PURPOSE
    name = np.where(purpose, FREE, cut.name)
    colon = positions(text == ord(":"))
    colon = colon[text[colon + 1] == BLANK]
    signs = np.sort(np.concatenate([positions(text == ord("+")), colon]))
    groups = positions(purpose)
    signs, inside = owned(signs, cut.start[groups], cut.end[groups])
    inside = groups[inside]
    at = np.maximum(signs - 4, 0)
    number, size = _KEYWORD_STARTS.match(text, at)
    short = positions(number < 0)
    at[short] = np.maximum(signs[short] - 3, 0)
    number[short], size[short] = _KEYWORD_STARTS.match(text, at[short])
    before = text[np.maximum(at - 1, 0)]
    found = (number >= 0) & (at >= cut.start[inside]) & (at + size > signs)
    found &= (at == cut.start[inside]) | ~_UPPER_OR_DIGIT[before]
    number = np.where(number == WORD["SVWZ"], FREE, number)[found]
    codes = _Cut(inside[found], number, at[found], (at + size)[found])
    return _with_cuts(cut, name, codes)[0]
