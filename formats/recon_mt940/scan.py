"""The grammar of messages: which lines are fields, and which fields make one statement.

In: a chunk of a file as bytes. Out: `Fields`, a row a field in file order, each with the number of its message. This is
the gate: it knows nothing of amounts, but every `:61:` line of the file ends up in exactly one message, so that its count
is independent of any reader.

Source: SWIFT MT940, MT942 field lists; the deviations were met in public sample files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from recon.api import MalformedFile, Place
from recon_mt940.extras import escapes_of
from recon_mt940.tokens import NEWLINE, PADDING, Words, one_of, positions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon_mt940.extras import Escapes
    from recon_mt940.gate import Gated
    from recon_mt940.tokens import Bytes, Flags, Numbers

LINE_LIMIT: Final = 4 * 1024
FIELD_LIMIT: Final = 64 * 1024

# One number a field; `28` stands for `28C` too, and a balance of a page (M) is one of its own kind.
TAGS: Final = (
    "20", "21", "25", "28", "13", "34F", "60F", "60M", "61", "86", "62F", "62M", "64", "65", "90C", "90D", "NS",
)  # fmt: skip
TAG: Final = {name: number for number, name in enumerate(TAGS)}
END_OF_MESSAGE: Final = len(TAGS)
OPENING: Final = (TAG["60F"], TAG["60M"])
CLOSING: Final = (TAG["62F"], TAG["62M"])

_SPELLINGS: Final = {
    **{f":{name}:": number for name, number in TAG.items()},
    ":25P:": TAG["25"],
    ":28C:": TAG["28"],
    ":13D:": TAG["13"],
    **{f":65{letter}:": TAG["65"] for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
}
# A tag stands at the start of a line and is one of these; any other `:xx:` is text that a payer wrote.
_WORDS: Final = Words(_SPELLINGS)
_TAG: Final = re.compile(
    "[ ]?(" + "|".join(sorted(_SPELLINGS, key=lambda name: (-len(name), name))) + ")"
)
_HEADER: Final = frozenset(TAG[name] for name in ("20", "21", "25", "28", "13", "34F", "60F", "60M"))  # fmt: skip
_PAST_HEADER: Final = frozenset(TAG[name] for name in ("62F", "62M", "64", "65", "90C", "90D"))
_WITHIN: Final = frozenset(TAG[name] for name in ("13", "34F", "21"))
_ENVELOPE: Final = re.compile(r"(?:-?\}+\$?|\{[1235]:(?:[^{}]|\{[^{}]*\})*\}|\{4:)+\s*")
_END: Final = re.compile(r"[ ]?-\}*\s*$")
# What stands before `:20:` in files of Dutch and other banks: a BIC, the message type, a delivery's name.
_PREAMBLE: Final = re.compile(
    r"\s*(?::?94[02]:?|940 00|0000 01\w+|[A-Z0-9]{6,12}|\{.*|\}*|\$)?\s*$"
)
# A file that ends so needs no padding: nothing is looked for near its last byte. It is not copied then.
_PADDED: Final = re.compile(rb"\n:62[FM]:[CD][0-9]{6}[A-Z]{3}[0-9]+,[0-9]{2}\r?\n-\r?\n\Z")
_PADDED_BYTES: Final = 64
# What looks like an entry; where it stands inside a line, a line end may have been lost before it.
_ENTRY: Final = re.compile(rb":61:(?=[0-9]{6}(?:[0-9]{4})?R?[CDcd])")
_SPECIAL: Final = one_of("{-}")
_ODD: Final = one_of("{-:")


@dataclass(frozen=True, slots=True)
class Lines:
    """Where each line of a chunk begins, and where its text ends (before CR and LF)."""

    start: Numbers
    end: Numbers

    @classmethod
    def of(cls, text: Bytes, feed: Numbers) -> Lines:
        """Find the lines of a padded chunk from the places of its line feeds, one of which ends it."""
        start = np.concatenate([np.zeros(1, dtype=np.int64), feed[:-1] + 1])
        return cls(start, feed - ((text.take(feed - 1) == 0x0D) & (feed > start)))

    def text(self, text: Bytes, number: int) -> str:
        """Give one line; letters beyond ASCII do not matter to the grammar."""
        return text[self.start[number] : self.end[number]].tobytes().decode("latin-1")


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields and ends of messages in file order, as columns.

    `tag` is a number of TAGS or END_OF_MESSAGE, `line` the first line (from 0) in the chunk, `next_line` the one behind
    the last; `start` is the first byte behind the tag, `end` the byte behind the text, where a CR or LF stands; `message`
    counts from 0 in the chunk (-1 before the first field).
    """

    text: Bytes
    escapes: Escapes  # what JSON wants escaped in the text
    lines: Lines
    tag: Numbers
    line: Numbers
    next_line: Numbers
    start: Numbers
    end: Numbers
    message: Numbers
    findings: tuple[tuple[str, Numbers], ...]  # what, and the lines that are so

    def of(self, *names: str) -> Numbers:
        """Give the indices of the fields with these tags."""
        return positions(np.isin(self.tag, [TAG[name] for name in names]))

    @property
    def messages(self) -> int:
        """The number of messages."""
        return int(self.message[-1]) + 1 if len(self.message) else 0


def scan(gated: Gated, span: tuple[int, int], first_line: int) -> Fields:
    """Find the fields of a chunk.

    Args:
        gated: the file.
        span: the places between which the chunk stands: whole messages.
        first_line: number of lines of the file before the chunk.

    Raises:
        MalformedFile: a line is beyond LINE_LIMIT or a field beyond FIELD_LIMIT.
    """
    name, (start, end) = gated.name, span
    piece = memoryview(gated.data)[start:end]
    low, high = np.searchsorted(gated.feeds, span)
    feed = gated.feeds[low:high] - start
    # A last line without its line feed gets one; behind a line feed nothing begins.
    if piece[-1] != NEWLINE:
        feed = np.append(feed, len(piece))
    is_padded = len(piece) == len(gated.data) and _PADDED.search(piece[-_PADDED_BYTES:])
    data = gated.data if is_padded else b"".join((piece, b"\n", bytes(PADDING)))
    text = np.frombuffer(data, dtype=np.uint8)
    lines = Lines.of(text, feed)
    _check_lines(name, text, lines, first_line)
    tag, behind = _tags(text, lines)
    _read_special_lines(text, lines, tag, behind)
    line = positions(tag >= 0)
    next_line = np.append(line[1:], len(lines.start))[: len(line)]
    ends, no_message = lines.end[next_line - 1], np.zeros(0, dtype=np.int64)
    fields = Fields(
        text,
        escapes_of(data),
        lines,
        tag[line],
        line,
        next_line,
        behind[line],
        ends,
        no_message,
        (),
    )
    _check_sizes(name, fields, first_line)
    message = np.cumsum(_message_starts(fields)) - 1
    findings = _findings(text, lines, tag, line)
    inside = _entries_inside(data, fields, lines) if _is_unproven(fields, message) else []
    return replace(fields, message=message, findings=(*findings, *inside))


def _tags(text: Bytes, lines: Lines) -> tuple[Numbers, Numbers]:
    """Give the tag of each line (-1: none) and the byte behind it."""
    first = text.take(lines.start)
    at = lines.start + ((first == 0x20) & (text[1:].take(lines.start) == 0x3A))
    candidates = positions(text.take(at) == 0x3A)
    tag = np.full(len(at), -1, dtype=np.int64)
    start = at.copy()
    number, size = _WORDS.match(text, at[candidates])
    tag[candidates] = number
    start[candidates] += size
    return tag, start


def _read_special_lines(text: Bytes, lines: Lines, tag: Numbers, start: Numbers) -> None:
    """Find ends of messages and tags behind an envelope; `tag` and `start` are written to."""
    first = text.take(lines.start)
    blank = (first == 0x20) & _SPECIAL.take(text[1:].take(lines.start))
    plain_end = (first == 0x2D) & (lines.end - lines.start == 1)
    tag[plain_end] = END_OF_MESSAGE
    for number in positions((_SPECIAL.take(first) & ~plain_end) | blank).tolist():
        line = lines.text(text, number)
        bare = _ENVELOPE.sub("", line.removeprefix(" "), count=1)
        found = _TAG.match(bare)
        if found and len(bare) < len(line):
            tag[number] = _SPELLINGS[found[1]]
            start[number] = lines.end[number] - len(bare) + found.end()
        elif not bare or _END.match(line):
            tag[number] = END_OF_MESSAGE


def _check_lines(name: str, text: Bytes, lines: Lines, first_line: int) -> None:
    too_long = positions(lines.end - lines.start > LINE_LIMIT)
    if len(too_long):
        raise MalformedFile(
            f"a line has more than {LINE_LIMIT:,} bytes",
            place=Place(name, first_line + int(too_long[0]) + 1),
            excerpt=lines.text(text, int(too_long[0])),
        )


def _check_sizes(name: str, fields: Fields, first_line: int) -> None:
    too_long = positions((fields.end - fields.start > FIELD_LIMIT) & (fields.tag != END_OF_MESSAGE))
    if len(too_long):
        line = int(fields.line[too_long[0]])
        raise MalformedFile(
            f"the field has more than {FIELD_LIMIT:,} characters",
            place=Place(name, first_line + line + 1),
            excerpt=fields.lines.text(fields.text, line),
        )


def _message_starts(fields: Fields) -> Flags:
    """Mark the fields that begin a message. Loops over the fields around entries only: a handful a message."""
    starts = np.zeros(len(fields.tag), dtype=np.bool_)
    is_field = fields.tag != END_OF_MESSAGE
    if not is_field.any():
        return starts
    first = int(is_field.argmax())
    starts[first] = True
    entries = np.cumsum(fields.tag == TAG["61"])
    header = positions(is_field & (fields.tag != TAG["61"]) & (fields.tag != TAG["86"]))
    starts[list(_begins(fields.tag[header], header, entries[header], first))] = True
    return starts


def _begins(tags: Numbers, at: Numbers, entries: Numbers, first: int) -> Iterator[int]:
    seen: set[int] = set()
    entries_before = 0
    for tag, index, count in zip(tags.tolist(), at.tolist(), entries.tolist(), strict=True):
        if index > first and tag in _HEADER and _is_next(tag, seen, count > entries_before):
            yield index
            seen, entries_before = set(), count
        seen.add(tag)


def _is_next(tag: int, seen: set[int], has_entries: bool) -> bool:
    """Say whether a header field begins the next message, from the tags of the message so far."""
    if tag == TAG["20"]:
        return True
    if tag in _WITHIN:
        return not seen.isdisjoint(CLOSING)
    return has_entries or tag in seen or not seen.isdisjoint(_PAST_HEADER)


def _findings(
    text: Bytes, lines: Lines, tag: Numbers, field_lines: Numbers
) -> list[tuple[str, Numbers]]:
    """Report text that stands outside any field, and text that looks like a field or an end."""
    if len(field_lines) == 0:
        return []
    is_text = tag < 0
    current = np.cumsum(~is_text)
    inside = np.append(False, tag[field_lines] != END_OF_MESSAGE)[current]
    outside = positions(is_text & ~inside & (lines.end > lines.start)).tolist()
    outside = [number for number in outside if not _PREAMBLE.match(lines.text(text, number))]
    # A payer can write such a line into the remittance text; the bank should have broken it up.
    odd = positions(
        is_text & inside & (lines.end > lines.start) & _ODD.take(text.take(lines.start))
    )
    reported = (
        ("stand outside any field", np.array(outside, np.int64)),
        ("begin like a field or an end of message but are text", odd),
    )
    return [(what, found) for what, found in reported if len(found)]


def _is_unproven(fields: Fields, message: Numbers) -> bool:
    """Say whether a message has no closing balance, so that no sum shows what a lost line end has hidden."""
    closed = message[np.isin(fields.tag, CLOSING)]
    return len(message) > 0 and len(np.unique(closed)) <= message[-1]


def _entries_inside(data: bytes, fields: Fields, lines: Lines) -> list[tuple[str, Numbers]]:
    """Report entries that stand inside a line and so are text of another field."""
    at = np.array([found.end() for found in _ENTRY.finditer(data)], dtype=np.int64)
    inside = at[~np.isin(at, fields.start)]
    number = np.unique(np.searchsorted(lines.start, inside, side="right") - 1)
    return (
        [("hold something like an entry (:61:) behind their start, which is text", number)]
        if len(number)
        else []
    )
