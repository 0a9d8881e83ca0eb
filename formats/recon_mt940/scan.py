"""The grammar of messages: which lines are fields, and which fields make one statement.

In: the lines of a file. Out: `Message`s with their fields, and findings. This is the gate: it knows nothing of
amounts, but every `:61:` line of the file ends up in exactly one message, so that its count is independent
of any reader.

Source: SWIFT MT940, MT942 field lists; the deviations were met in public sample files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from recon.api import MalformedFile, Place, SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon_mt940.text import Line

FIELD_LIMIT: Final = 64 * 1024
OPENING: Final = ("60F", "60M")
CLOSING: Final = ("62F", "62M")

# A tag stands at the start of a line and is one of these; any other `:xx:` is text that a payer wrote.
_TAG: Final = re.compile(
    r"[ ]?:(20|21|25P?|28C?|13D?|34F|60[FM]|61|86|62[FM]|64|65[A-Z]?|90[CD]|NS):(.*)", re.DOTALL
)
_HEADER: Final = frozenset({"20", "21", "25", "28", "13", "34F", "60F", "60M"})
_ONCE: Final = frozenset({"20", "25", "28", "60F", "60M"})
_PAST_HEADER: Final = frozenset({"61", "62F", "62M", "64", "65", "90C", "90D"})
_INTERIM: Final = frozenset({"13", "34F", "90C", "90D"})
_ENVELOPE: Final = re.compile(r"(?:-?\}+\$?|\{[1235]:(?:[^{}]|\{[^{}]*\})*\}|\{4:)+\s*")
_END: Final = re.compile(r"[ ]?-\}*\s*$")
# What stands before `:20:` in files of Dutch and other banks: a BIC, the message type, a delivery's name.
_PREAMBLE: Final = re.compile(
    r"\s*(?::?94[02]:?|940 00|0000 01\w+|[A-Z0-9]{6,12}|\{.*|\}*|\$)?\s*$"
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its tag (`28` for `28` and `28C`, `25` for `25P`), first line number, and lines of text."""

    tag: str
    number: int
    lines: list[str]

    @property
    def text(self) -> str:
        """Give the lines as one text with line feeds."""
        return "\n".join(self.lines)


@dataclass(slots=True)
class Message:
    """The fields of one statement or interim report, in file order."""

    fields: list[Field] = field(default_factory=list)

    def first(self, *tags: str) -> Field | None:
        """Give the first field with one of these tags."""
        return next((each for each in self.fields if each.tag in tags), None)

    def count(self, *tags: str) -> int:
        """Count the fields with one of these tags."""
        return sum(each.tag in tags for each in self.fields)

    @property
    def is_interim(self) -> bool:
        """Say whether it is an MT942: no balances, but a floor limit, a time or control totals."""
        has_balance = self.count(*OPENING, *CLOSING) > 0
        return not has_balance and any(each.tag in _INTERIM for each in self.fields)


def scan(source: SourceFile, lines: list[Line]) -> tuple[list[Message], list[str]]:
    """Split the lines into messages.

    Returns:
        The messages in file order, and findings on text that stands outside or looks like a field.

    Raises:
        MalformedFile: the file holds no field at all, or a field is beyond FIELD_LIMIT.
    """
    outside: list[Line] = []
    odd: list[Line] = []
    fields = list(_fields(source.name, lines, outside, odd))
    if not fields:
        raise MalformedFile("the file holds no MT940 field", place=Place(source.name))
    messages = [Message()]
    for each in fields:
        if _starts_message(messages[-1], each):
            messages.append(Message())
        messages[-1].fields.append(each)
    findings = [
        f"{len(found)} lines {what}; the first is line {found[0].number}: {found[0].text[:60]!r}"
        for found, what in (
            (outside, "stand outside any field"),
            # A payer can write such a line into the remittance text; the bank should have broken it up.
            (odd, "begin like a field or an end of message but are text"),
        )
        if found
    ]
    return messages, findings


def _fields(name: str, lines: list[Line], outside: list[Line], odd: list[Line]) -> Iterator[Field]:
    current: Field | None = None
    size = 0
    for line in lines:
        bare = _ENVELOPE.sub("", line.text, count=1) if line.text[:1] in "{-}" else line.text
        found = _TAG.match(bare)
        is_end = bool(_END.match(line.text)) or (not bare and bool(line.text))
        if current and (found or is_end):
            yield current
            current = None
        if found:
            tag = found[1][:2] if found[1] in {"25P", "28C", "13D"} else found[1]
            current = Field(tag, line.number, [found[2]])
            size = len(found[2])
        elif current:
            size += len(line.text)
            current.lines.append(line.text)
            if line.text[:1] in {":", "-", "{"}:
                odd.append(line)
        elif not is_end and not _PREAMBLE.match(line.text):
            outside.append(line)
        if size > FIELD_LIMIT:
            message = f"the field has more than {FIELD_LIMIT:,} characters"
            raise MalformedFile(message, place=Place(name, line.number), excerpt=line.text)
    if current:
        yield current


def _starts_message(message: Message, new: Field) -> bool:
    if not message.fields or new.tag not in _HEADER:
        return False
    if new.tag == "20":
        return True
    is_past_header = any(each.tag in _PAST_HEADER for each in message.fields)
    if new.tag in {"13", "34F", "21"}:
        return message.count(*CLOSING) > 0
    return is_past_header or (new.tag in _ONCE and message.count(new.tag) > 0)
