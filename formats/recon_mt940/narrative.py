"""Cut the narratives (`:86:`) of all entries into named parts.

In: fields with their owners. Out: `Parts`, a row a part: its entry, its name, its text. The dialect of a narrative is
recognised by its head; a text that is of none is one part, the remittance as it stands.

Sources: the German banks' appendix 3 (sub-fields ?00 to ?63, 27 characters each, keywords EREF+ to SVWZ+), the code words
of the Dutch banks' MT940 structured (`/EREF/`, `/REMI/`), SWIFT field 86 (lines of 65).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from recon_mt940.scan import TAG
from recon_mt940.tokens import (
    BLANK,
    END,
    NEWLINE,
    Widths,
    Words,
    first_of_run,
    gather,
    one_of,
    positions,
    squeeze,
    texts,
)

if TYPE_CHECKING:
    import polars as pl

    from recon_mt940.record import Records
    from recon_mt940.scan import Fields
    from recon_mt940.tokens import Bytes, Flags, Numbers

# A full sub-field breaks its text wherever it is full; a shorter one ended with a word.
SUBFIELD_WIDTH: Final = 27
# The wrap of a line of 65; some banks cut the blanks at its end, and the first line lacks the tag.
WRAPPED_FROM: Final = 60
SEPARATORS: Final = "?<>+^~|&$"

PLAIN, SLASH = 0, 1  # other dialects: the code of the sub-fields' separator

# Names of parts: sub-fields by their own number, then words, then what no code announces.
GVC, FREE, PLAIN_TEXT, STRUCTURED = 100, 101, 102, 103
PURPOSE, PAYER = 20, 32
KEYWORDS: Final = (
    "EREF", "KREF", "MREF", "CRED", "DEBT", "SVWZ", "ABWA", "ABWE", "COAM", "OAMT", "RREF", "PURP", "IBAN", "BIC",
)  # fmt: skip
SLASH_CODES: Final = (
    "EREF", "IBAN", "BIC", "PURP", "KREF", "TRTP", "NAME", "REMI", "MARF", "CSID", "CNTP", "ORDP", "BENM", "ULTD",
    "ULTC", "ULTB", "ISDT", "RTRN", "PREF", "NRTX", "SVCL", "ADDR", "EXCH", "CHGS", "OCMT", "TRCD", "ID", "PT", "PY",
    "OSDR",
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
_SLASH_STARTS: Final = Words({f"/{word}/": WORD[word] for word in SLASH_CODES})
_FREE_PREFIXES: Final = Words({"USTD//": 1, "USTD/": 1, "STRD/": STRUCTURED})
_UPPER_OR_DIGIT: Final = one_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_DIGIT: Final = one_of("0123456789")
_SEPARATOR: Final = one_of(SEPARATORS)
_HEAD_CODES: Final = Words({"00": 0, "10": 10, "20": 20, "30": 30})
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
    text, record, dialects = _joined_lines(fields, records, encoding)
    dialect = np.full(len(records), -1, dtype=np.int64)
    dialect[record] = dialects
    if len(record) == 0:
        return Parts(record, record, texts(text, encoding), dialect)
    end = positions(text == END)
    start = np.append(0, end[:-1] + 1)
    cut = _first_cut(text, _Cut(record, dialects, start, end))
    text, cut = _join_subfields(text, cut, encoding)
    cut = _cut_keywords(text, cut)
    cut = cut.where(cut.end > cut.start)
    text[cut.end] = END
    squeezed = squeeze(gather(text, cut.start, cut.end + 1))
    return Parts(cut.record, cut.name, texts(squeezed, encoding), dialect)


def _joined_lines(
    fields: Fields, records: Records, encoding: str
) -> tuple[Bytes, Numbers, Numbers]:
    """Join the lines of each narrative: without a blank where a line is full or a code begins, else with one.

    Returns:
        The narratives, each closed by END; the entry of each; its dialect.
    """
    own = positions((records.owner >= 0) & (fields.tag == TAG["86"]))
    first, count = fields.line[own], fields.next_line[own] - fields.line[own]
    offset = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    line = np.repeat(first, count) + offset
    record = np.repeat(records.owner[own], count)
    start = np.where(offset == 0, np.repeat(fields.start[own], count), fields.lines.start[line])
    end = fields.lines.end[line]
    kept = end > start
    line, record, start, end, offset = (each[kept] for each in (line, record, start, end, offset))
    head = first_of_run(record)
    dialects = _dialects(fields.text, start[head], end[head])
    text = fields.text.copy()
    mark = np.where(dialects > SLASH, dialects, ord("/"))[np.cumsum(head) - 1]
    last = text[end - 1]
    is_full = Widths(text, encoding).of(start, end) >= WRAPPED_FROM
    begins_code = np.append(text[start[1:]], 0)[: len(start)] == mark
    # A second field 86 of one entry is a text of its own.
    next_field = np.append(offset[1:] == 0, False)[: len(start)]
    is_joined = (last == BLANK) | (~next_field & (is_full | begins_code | (last == mark)))
    is_end = np.append(head[1:], True)[: len(start)]
    text[end] = np.where(is_end, END, BLANK)
    joined = gather(text, start, end + (is_end | ~is_joined))
    return joined, record[head], dialects


def _dialects(text: Bytes, start: Numbers, end: Numbers) -> Numbers:
    """Recognise each narrative by its head: the separator of its sub-fields, slash codes, or plain."""
    dialect = np.full(len(start), PLAIN, dtype=np.int64)
    open_ = np.ones(len(start), dtype=np.bool_)
    # A business code of up to three characters stands before the separator.
    for length in range(4):
        at = start + length
        mark = text[at]
        number, _ = _HEAD_CODES.match(text, at + 1)
        found = open_ & _SEPARATOR[mark] & (number >= 0) & (at + 2 < end)
        dialect[found] = mark[found]
        open_ &= ~found & _UPPER_OR_DIGIT[mark]
    for length in (0, 3):
        number, _ = _SLASH_STARTS.match(text, start + length)
        has_code = np.all([_DIGIT[text[start + index]] for index in range(length)], axis=0)
        dialect[(dialect == PLAIN) & (number >= 0) & has_code] = SLASH
    return dialect


def _first_cut(text: Bytes, narratives: _Cut) -> _Cut:
    """Cut narratives at their sub-fields or slash codes; what stands before the first is a part too."""
    dialect = narratives.name
    marks = one_of("/")
    for each in np.unique(dialect[dialect > SLASH]).tolist():
        marks[each] = True
    at = positions(marks[text])
    inside = np.searchsorted(narratives.end, at)
    at, inside = at[inside < len(narratives.end)], inside[inside < len(narratives.end)]
    own = text[at] == np.where(dialect[inside] == SLASH, ord("/"), dialect[inside])
    at, inside = at[own], inside[own]
    name, size = _codes_at(text, at, dialect[inside])
    kept = name >= 0
    at, inside, name, size = at[kept], inside[kept], name[kept], size[kept]
    record = np.concatenate([narratives.record, narratives.record[inside]])
    start = np.concatenate([narratives.start, at])
    order = np.argsort(start, kind="stable")
    leading = np.where(dialect > SLASH, GVC, np.where(dialect == SLASH, FREE, PLAIN_TEXT))
    # Three digits in front of the first slash code are the business code.
    has_gvc = (dialect == SLASH) & (text[narratives.start] != ord("/"))
    leading[has_gvc] = GVC
    cut_end = np.append(start[order][1:], narratives.end[-1])
    skip = np.concatenate([np.zeros(len(dialect), dtype=np.int64), size])[order]
    record = record[order]
    is_last = np.append(record[1:] != record[:-1], True)
    end = np.where(is_last, narratives.end[np.cumsum(is_last) - is_last], cut_end)
    cut = _Cut(record, np.concatenate([leading, name])[order], start[order] + skip, end)
    return _trimmed(
        text,
        cut,
        np.repeat(dialect, np.diff(np.append(positions(first_of_run(record)), len(record)))),
    )


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


def _trimmed(text: Bytes, cut: _Cut, dialect: Numbers) -> _Cut:
    """Take the closing slash off slash parts, and the type off a remittance (`USTD//text`, `STRD/CUR/9001...`)."""
    start, end, name = cut.start, cut.end, cut.name
    remittance = positions(name == WORD["REMI"])
    if len(remittance):
        number, size = _FREE_PREFIXES.match(text, start[remittance])
        start[remittance] = np.minimum(start[remittance] + size, end[remittance])
        name[remittance] = np.where(number == STRUCTURED, STRUCTURED, FREE)
    slash = positions((dialect == SLASH) & (name != WORD["CNTP"]) & (end > start))
    while len(slash):
        byte = text[end[slash] - 1]
        closing = (byte == ord("/")) | (byte == BLANK)
        slash = slash[closing]
        end[slash] -= 1
        slash = slash[(end[slash] > start[slash]) & (name[slash] != FREE)]
    slash = positions((dialect == SLASH) & (name != WORD["CNTP"]) & (name != FREE) & (end > start))
    while len(slash):
        byte = text[start[slash]]
        slash = slash[(byte == ord("/")) | (byte == BLANK)]
        start[slash] += 1
        slash = slash[end[slash] > start[slash]]
    return cut


def _join_subfields(text: Bytes, cut: _Cut, encoding: str) -> tuple[Bytes, _Cut]:
    """Join purpose and name, which go on over several sub-fields; a keyword begins a text line of its own."""
    is_purpose = ((cut.name >= 20) & (cut.name < 30)) | ((cut.name >= 60) & (cut.name < 66))
    is_payer = (cut.name == 32) | (cut.name == 33)
    name = np.where(is_purpose, PURPOSE, np.where(is_payer, PAYER, cut.name))
    slot = np.where(is_purpose, 1, np.where(is_payer, 2, 0))
    key = cut.record * 3 + slot
    begins = first_of_run(key) & (slot > 0)
    if len(np.unique(key[begins])) < int(begins.sum()):
        # ?60 goes on behind the name: each of the two is put together.
        order = np.argsort(key, kind="stable")
        cut = _Cut(cut.record[order], name[order], cut.start[order], cut.end[order])
        name, slot, key = name[order], slot[order], key[order]
    goes_on = np.append((key[1:] == key[:-1]) & (slot[1:] > 0), False)[: len(key)]
    number, _ = _KEYWORD_STARTS.match(text, np.append(cut.start[1:], 0)[: len(key)])
    starts_line = number >= 0
    last = text[np.maximum(cut.end - 1, 0)]
    is_full = Widths(text, encoding).of(cut.start, cut.end) >= SUBFIELD_WIDTH
    is_joined = goes_on & ~starts_line & (is_full | ((last == BLANK) & (cut.end > cut.start)))
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
    signs = positions((text == ord("+")) | ((text == ord(":")) & (np.append(text[1:], 0) == BLANK)))
    inside = np.searchsorted(cut.end, signs)
    signs, inside = signs[inside < len(cut.end)], inside[inside < len(cut.end)]
    signs, inside = signs[purpose[inside]], inside[purpose[inside]]
    at = np.maximum(signs - 4, 0)
    number, size = _KEYWORD_STARTS.match(text, at)
    short = positions(number < 0)
    at[short] = np.maximum(signs[short] - 3, 0)
    number[short], size[short] = _KEYWORD_STARTS.match(text, at[short])
    before = text[np.maximum(at - 1, 0)]
    found = (number >= 0) & (at >= cut.start[inside]) & (at + size > signs)
    found &= (at == cut.start[inside]) | ~_UPPER_OR_DIGIT[before]
    at, inside, number, size = at[found], inside[found], number[found], size[found]
    start = np.concatenate([cut.start, at])
    order = np.argsort(start, kind="stable")
    skip = np.concatenate([np.zeros(len(cut.start), dtype=np.int64), size])[order]
    group = np.concatenate([np.arange(len(cut.start)), inside])[order]
    start = start[order]
    is_last = np.append(group[1:] != group[:-1], True)
    end = np.where(is_last, cut.end[group], np.append(start[1:], 0))
    number = np.where(number == WORD["SVWZ"], FREE, number)
    names = np.concatenate([name, number])[order]
    return _Cut(cut.record[group], names, start + skip, end)
