"""Read an X12 interchange: segments, and the counts that prove that none is missing. In: text. Out: transaction sets.

Source: ASC X12.5 and X12.6: the ISA segment is of fixed width and tells the delimiters; SE, GE and IEA repeat the control
numbers of ST, GS and ISA, and count what lies between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from recon.api import Place, UnreadableItems

if TYPE_CHECKING:
    from collections.abc import Iterator

# Places in ISA: what divides elements stands behind its name, what ends a segment behind its last element.
_DIVIDER: Final = 3
_END: Final = 105
_ELEMENTS: Final = 16
_BLANK: Final = " \t\r\n"
_HINT: Final = "the file is cut or was changed: ask its sender for it again"


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment: its name, its elements, and where it stands."""

    name: str
    elements: tuple[str, ...]
    place: Place

    def told(self, at: int) -> str:
        """Give an element by the number that the standard gives it; '' where it is left out."""
        return self.elements[at - 1].strip() if at <= len(self.elements) else ""

    def wrong(self, message: str, hint: str | None = _HINT) -> UnreadableItems:
        """Make an error that shows the segment."""
        shown = "*".join((self.name, *self.elements))
        return UnreadableItems(message, place=self.place, excerpt=shown, hint=hint)


@dataclass(frozen=True, slots=True)
class TransactionSet:
    """What lies between ST and SE; `begin` is its ST, `interchange` the control number of its ISA."""

    begin: Segment
    interchange: str
    segments: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    """An envelope that was begun: ISA, GS or ST, and how much it holds so far."""

    begin: Segment
    held: int = 0


# What closes an envelope: which one, which element of its beginning it repeats.
_CLOSES: Final = {"SE": ("ST", 2), "GE": ("GS", 6), "IEA": ("ISA", 13)}
_INSIDE: Final = {"GS": "ISA", "ST": "GS"}


def read_transactions(text: str, file: str) -> list[TransactionSet]:
    """Read all transaction sets of all interchanges of a file.

    Raises:
        UnreadableItems: an envelope is not closed, or its count or control number is another one.
    """
    found: list[TransactionSet] = []
    stack: list[_Open] = []
    for segment in _segments(text, file):
        name = segment.name
        if name in _CLOSES:
            _close(segment, stack)
        elif name == "ISA" or name in _INSIDE:
            around = stack[-1].begin.name if stack else None
            if around != _INSIDE.get(name):
                raise segment.wrong(f"{name} stands in {around or 'nothing'}")
            stack.append(_Open(segment))
            if name == "ST":
                found.append(TransactionSet(segment, stack[0].begin.told(13)))
        elif not stack or stack[-1].begin.name != "ST":
            raise segment.wrong(f"{name or 'a segment without a name'} stands outside ST and SE")
        else:
            stack[-1].held += 1
            found[-1].segments.append(segment)
    if stack:
        raise stack[-1].begin.wrong(f"the file ends before this {stack[-1].begin.name} is closed")
    return found


def _close(segment: Segment, stack: list[_Open]) -> None:
    begins, at = _CLOSES[segment.name]
    if not stack or stack[-1].begin.name != begins:
        raise segment.wrong(f"{segment.name} closes no {begins}")
    opened = stack.pop()
    # SE counts itself and ST too.
    held = opened.held + (2 if begins == "ST" else 0)
    if _number(segment.told(1)) != held:
        raise segment.wrong(f"{segment.name} counts {segment.told(1)!r}, and there are {held}")
    if segment.told(2) != opened.begin.told(at):
        raise segment.wrong(
            f"{segment.name} has the control number {segment.told(2)!r}, {begins} {opened.begin.told(at)!r}"
        )
    if stack:
        stack[-1].held += 1


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _segments(text: str, file: str) -> Iterator[Segment]:
    """Cut a text into segments; each interchange says anew by which signs."""
    at, line, line_begin = 0, 1, 0
    divider = end = ""
    while at < len(text):
        if text[at] in _BLANK:
            if text[at] == "\n":
                line, line_begin = line + 1, at + 1
            at += 1
            continue
        place = Place(file, line, at - line_begin + 1)
        if text.startswith("ISA", at):
            divider, end = _delimiters(text[at : at + _END + 1], place)
        elif not end:
            raise UnreadableItems(
                "an interchange begins with ISA", place=place, excerpt=text[at:], hint=_HINT
            )
        stop = text.find(end, at)
        if stop < 0:
            raise UnreadableItems(
                "the last segment is not closed", place=place, excerpt=text[at:], hint=_HINT
            )
        name, *elements = text[at:stop].split(divider)
        yield Segment(name.strip(), tuple(elements), place)
        broken = text.count("\n", at, stop)
        if broken:
            line, line_begin = line + broken, text.rfind("\n", at, stop) + 1
        # Where a line ends a segment, it is counted with the blanks.
        at = stop if end == "\n" else stop + 1


def _delimiters(head: str, place: Place) -> tuple[str, str]:
    """Read from ISA what divides elements, and what ends segments."""
    divider, end = head[_DIVIDER : _DIVIDER + 1], head[_END:]
    is_sound = (
        len(head) == _END + 1
        and head[:_END].count(divider) == _ELEMENTS
        and not divider.isalnum()
        and not end.isalnum()
        and end not in head[:_END]
    )
    if not is_sound:
        raise UnreadableItems(
            "ISA is not 106 characters wide with 16 elements, so it does not say what ends a segment",
            place=place,
            excerpt=head,
            hint="no program may trim or wrap the file: ask its sender for it again",
        )
    return divider, "\n" if end == "\r" else end
