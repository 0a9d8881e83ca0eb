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

from recon_mt940.cuts import Codes, Tokens, behind_part
from recon_mt940.names import FREE, GVC, PLAIN, PLAIN_TEXT, SLASH, SLASH_CODES, STRUCTURED, WORD
from recon_mt940.scan import TAG
from recon_mt940.subfields import cut_keywords, join_subfields
from recon_mt940.tokens import (
    BLANK,
    END,
    NEWLINE,
    PADDING,
    UPPER_OR_DIGIT,
    Widths,
    Words,
    erase,
    first_of_run,
    gather,
    one_of,
    positions,
    squeeze,
    texts,
)

if TYPE_CHECKING:
    from recon_mt940.record import Records
    from recon_mt940.scan import Fields
    from recon_mt940.tokens import Bytes, Flags, Numbers

# The wrap of a line of 65; some banks cut the blanks at its end, and the first line lacks the tag.
WRAPPED_FROM: Final = 60
SEPARATORS: Final = "?<>+^~|&$"

_BLOCK: Final = 8192
# HSBC writes the payer's text behind /PY/.
_SLASH_STARTS: Final = Words({f"/{word}/": WORD[word] for word in SLASH_CODES} | {"/PY/": FREE})
_FREE_PREFIXES: Final = Words({"USTD//": 1, "USTD/": 1, "STRD/": STRUCTURED})
_DIGIT: Final = one_of("0123456789")
_SEPARATOR: Final = one_of(SEPARATORS)
_HEAD_CODES: Final = Words({"00": 0, "10": 10, "20": 20, "30": 30})
_CODES: Final = np.isin(np.arange(256), [0, 10, *range(20, 40), *range(60, 66), 99])


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of narratives in the order of their entries, white space squeezed; and each entry's dialect."""

    record: Numbers
    name: Bytes
    text: pl.Series
    dialect: Numbers


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
    spoken, said = texts(text, encoding, NEWLINE), np.concatenate(is_text)
    if not said.all():
        spoken = spoken.filter(pl.Series(said))
    return Parts(np.concatenate(record), np.concatenate(name), spoken, dialect)


def _cut_block(narratives: Tokens, encoding: str) -> tuple[Numbers, Bytes, Bytes, Flags]:
    """Cut narratives (whose names are their dialects) into parts.

    Returns:
        Entries and names of the parts that say something; tokens, each closed by a line feed, and which of them do.
    """
    parts = cut_keywords(_cut_codes(narratives, encoding))
    text = squeeze(parts.text, len(parts.end))
    end = parts.end if len(text) + PADDING == len(parts.text) else positions(text == END)
    is_text = np.diff(end, prepend=-1) > 1
    text[end] = NEWLINE
    said = positions(is_text)
    return parts.record[said], parts.name[said], text, is_text


def _joined_lines(fields: Fields, records: Records, own: Numbers, encoding: str) -> Tokens:
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
    text = fields.text
    _pass_blanks(text, start, end, positions(offset == 0))
    kept = end > start
    if not kept.all():
        record, start, end, offset = record[kept], start[kept], end[kept], offset[kept]
    head = first_of_run(record)
    dialects = _dialects(text, start[head], end[head])
    mark = np.where(dialects > SLASH, dialects, ord("/"))[np.cumsum(head) - 1]
    last = text.take(end - 1)
    is_full = Widths(text, encoding).of(start, end) >= WRAPPED_FROM
    begins_code = np.append(text.take(start[1:]), 0)[: len(start)] == mark
    # A second field 86 of one entry is a text of its own.
    next_field = np.append(offset[1:] == 0, False)[: len(start)]
    is_joined = (last == BLANK) | (~next_field & (is_full | begins_code | (last == mark)))
    is_end = np.append(head[1:], True)[: len(start)]
    # Behind each line stands a byte of its end, which is taken along where something must stand between.
    is_closed = is_end | ~is_joined
    last = np.cumsum(end - start + is_closed) - 1
    text = gather(text, start, end + is_closed)
    text[last[is_closed]] = np.where(is_end, END, BLANK)[is_closed]
    return Tokens(text, last[is_end], record[head], dialects, dialects > SLASH)


def _pass_blanks(text: Bytes, start: Numbers, end: Numbers, heads: Numbers) -> None:
    """Move the starts of the first lines behind their blanks, since a dialect is told by its head; `start` is written to."""
    left = heads[(text.take(start[heads]) == BLANK) & (start[heads] < end[heads])]
    while len(left):
        start[left] += 1
        left = left[(text.take(start[left]) == BLANK) & (start[left] < end[left])]


def _dialects(text: Bytes, start: Numbers, end: Numbers) -> Bytes:
    """Recognise each narrative by its head: the separator of its sub-fields, slash codes, or plain."""
    dialect = np.full(len(start), PLAIN, dtype=np.uint8)
    open_ = np.ones(len(start), dtype=np.bool_)
    # A business code of up to three characters stands before the separator.
    for length in range(4):
        mark = text[length:].take(start)
        own = positions(open_ & _SEPARATOR.take(mark) & (start + length + 2 < end))
        number, _ = _HEAD_CODES.match(text, start[own] + length + 1)
        found = own[number >= 0]
        dialect[found] = mark[found]
        open_[found] = False
        open_ &= UPPER_OR_DIGIT.take(mark)
    for length in (0, 3):
        own = positions((dialect == PLAIN) & (text[length:].take(start) == ord("/")))
        number, _ = _SLASH_STARTS.match(text, start[own] + length)
        has_code = np.all([_DIGIT[text[start[own] + index]] for index in range(length)], axis=0)
        dialect[own[(number >= 0) & has_code]] = SLASH
    return dialect


def _cut_codes(narratives: Tokens, encoding: str) -> Tokens:
    """Cut narratives at their sub-fields or slash codes; what stands before the first code is a part too."""
    text, is_slash, is_coded = narratives.text, narratives.name == SLASH, narratives.is_coded
    mark = np.where(is_coded, narratives.name, np.uint8(ord("/")))
    marks = positions(np.bincount(mark) > 0).tolist()
    at, token = narratives.at(marks)
    found, name, size = _codes_at(text, at)
    if not (is_slash | is_coded).all() or len(marks) > 1:
        # Where dialects are mixed, the mark of one is a letter of the other; plain text has none.
        found &= (is_slash | is_coded)[token] & (text[at] == mark[token])
    codes = Codes(token, name, at, at + size)
    if not found.all():
        codes = codes.where(positions(found))
    leading = np.where(is_coded, GVC, np.where(is_slash, FREE, PLAIN_TEXT)).astype(np.uint8)
    if is_slash.any():
        # Three digits in front of the first slash code are the business code.
        leading[is_slash & (text[narratives.start] != ord("/"))] = GVC
        _trim(narratives, leading, codes, is_slash)
    return join_subfields(narratives, leading, codes, encoding)


def _codes_at(text: Bytes, at: Numbers) -> tuple[Flags, Bytes, Numbers]:
    """Find the codes at marks: two digits of a sub-field, or a slash code. Gives whether one is there, its name, its length."""
    # Bytes wrap: what is less than a zero becomes a large number.
    tens, units = text[1:].take(at) - ord("0"), text[2:].take(at) - ord("0")
    name = tens * 10 + units
    found = (tens < 10) & (units < 10) & _CODES.take(name)
    size = np.full(len(at), 3, dtype=np.int64)
    slash = positions(text.take(at) == ord("/"))
    if len(slash):
        number, size[slash] = _SLASH_STARTS.match(text, at[slash])
        found[slash], name[slash] = number >= 0, number
        # The slash that closes one code opens no other.
        code = slash[number >= 0]
        shared = at[code][1:] < (at + size)[code][:-1]
        found[code[1:][shared]] = False
    return found, name, size


def _trim(narratives: Tokens, leading: Bytes, codes: Codes, is_slash: Flags) -> None:
    """Take the closing slash off slash parts, and the type off a remittance; text and names of codes are written to.

    `USTD//text`, `STRD/CUR/9001...`: the type tells free from structured remittance.
    """
    text = narratives.text
    own = positions(is_slash[codes.token])
    begin = np.concatenate([narratives.start[is_slash], codes.end[own]])
    behind = behind_part(narratives, codes, begin)
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
