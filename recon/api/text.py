"""Turn the bytes of a file into text, for every format. In: bytes. Out: text, its encoding, findings; or an error.

The order is that of certainty: a byte order mark, the NUL pattern of UTF-16 and UTF-32, what the policy declares,
strict UTF-8, what the file's own header states, and only then the 8-bit page whose letters fit a language. No byte
is ever dropped or replaced.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from recon.api.code_pages import PAGES, WIDE_PAGES, fitting_pages
from recon.errors import ConfigurationError, MalformedFile, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from recon.protocols import SourceFile

SIZE_LIMIT: Final = 512 * 1024 * 1024
HINT: Final = "name the bank's encoding in the policy: `encoding` of this format's table"

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE: Final = frozenset({"utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"})
_HEAD: Final = 16 * 1024
# No text encoding of a bank's file changes these; EBCDIC, UTF-7 and `hex` do.
_PLAIN: Final = bytes(range(0x20, 0x7F)) + b"\r\n\t+AGE-"
_CONTROLS: Final = "".join(map(chr, (*range(9), 11, 12, *range(14, 32), 127)))
_PADDING: Final = "\x00\x1a\r\n\t "
_SLICE: Final = 1024 * 1024
# What a processor's cache holds while it is looked at several times.
_CACHED: Final = 256 * 1024
_FIRST_PRINTED: Final = 0x20
_DELETE: Final = 0x7F
_FOREIGN_RUN: Final = re.compile(r"[^\x00-\x7f]+")
_TWICE_ENCODED: Final = ("cp1252", "latin-1", "cp1251")
_RUNS_LOOKED_AT: Final = 500
# Mojibake of two letters in one place may be chance.
_ENOUGH_RUNS: Final = 2
_RUN_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Decoded:
    """The whole text of a file.

    `is_certain` is false where the page was chosen by its letters. `mark_bytes` is the length of the byte order mark,
    which is no part of `text`; places in bytes start behind it. `is_single_byte` says that one character is one byte.
    """

    text: str
    encoding: str
    is_certain: bool
    findings: tuple[str, ...] = ()
    mark_bytes: int = 0

    @property
    def is_single_byte(self) -> bool:
        """One character of the text is one byte of the file."""
        wide = self.encoding in _WIDE or self.encoding in WIDE_PAGES
        return self.text.isascii() and not wide if self.encoding == "utf-8" else not wide


def decode(
    source: SourceFile,
    declared: str | None = None,
    *,
    stated: str | None = None,
    pages: Sequence[str] = PAGES,
    hint: str = HINT,
    known_words: Callable[[str], int] | None = None,
) -> Decoded:
    """Decode a file strictly.

    Args:
        source: name and bytes.
        declared: the encoding that policy or profile name; it is obeyed, and only a byte order mark is believed more.
        stated: the encoding that the file's own header names; it is believed where the bytes agree with it.
        pages: the 8-bit pages to try, best first.
        hint: what a user can do about an undecodable file, naming the option.
        known_words: counts the words of a text's head that this format knows; more of them beats any score.

    Raises:
        MalformedFile: too large, bytes that are no text of the encoding, or NUL characters, with line and byte.
        ConfigurationError: `declared` is no encoding of text.
    """
    if len(source.data) > SIZE_LIMIT:
        raise MalformedFile(
            f"the file has {len(source.data):,} bytes; the limit is {SIZE_LIMIT:,}",
            place=Place(source.name),
            hint="split the export by account or by month",
        )
    if declared is not None and not _is_text_encoding(declared):
        raise ConfigurationError(f"`encoding` names no encoding of text: {declared!r}", hint=hint)
    mark, certain = _by_certainty(source, declared, hint)
    findings: tuple[str, ...] = ()
    if certain is not None:
        text, encoding, is_certain = certain[0], certain[1], True
        if stated and encoding == "utf-8" and not text.isascii() and not _is_utf8(stated):
            findings = (f"the file says {stated}, but its bytes are UTF-8; it was read as UTF-8",)
    else:
        text, encoding, is_certain, findings = _by_page(source, stated, pages, hint, known_words)
    text, padding = _without_padding(text)
    if "\x00" in text:
        refuse_controls(source.name, text, _CONTROLS[1:])
    findings = (*findings, *padding, *_damage(text))
    return Decoded(text, encoding, is_certain, findings, len(mark))


def refuse_controls(
    file: str, text: str, allowed: str = "", *, line_limit: int | None = None
) -> None:
    r"""Refuse control characters (C0 and DEL, but for tab and line ends) and lines beyond a limit.

    Args:
        file: the name for the error's place.
        text: the decoded text; lines end with `\n`.
        allowed: further control characters that this format's framing uses.
        line_limit: the most characters that a line may have; None for no limit.

    Raises:
        MalformedFile: with line and column of the first one.
    """
    refused = "".join(one for one in _CONTROLS if one not in allowed)
    legal = [one for one in range(_FIRST_PRINTED) if chr(one) not in refused]
    for start in range(0, len(text), _CACHED):
        # Comparing bytes is a hundred times as fast as searching a class of characters.
        piece = text[start : start + _CACHED].encode("utf-8", "surrogatepass")
        if _has_control(np.frombuffer(piece, dtype=np.uint8), legal, has_delete="\x7f" in refused):
            found = re.compile(f"[{re.escape(refused)}]").search(text, start)
            assert found is not None
            raise MalformedFile(
                f"control character U+{ord(found[0]):04X} in the text",
                place=place_of(file, text, found.start()),
                excerpt=_row_at(text, found.start()),
                hint="the file was damaged on its way; fetch it from the bank again",
            )
    if line_limit is not None:
        _refuse_long_lines(file, text, line_limit)


def _has_control(
    piece: np.ndarray[tuple[int], np.dtype[np.uint8]], legal: Sequence[int], *, has_delete: bool
) -> bool:
    """Say whether bytes hold a control character other than these, DEL among them if it is refused."""
    is_control = piece < _FIRST_PRINTED
    for one in legal:
        is_control &= piece != one
    return bool(is_control.any() or (has_delete and (piece == _DELETE).any()))


def _refuse_long_lines(file: str, text: str, limit: int) -> None:
    position = 0
    while position + limit < len(text):
        end = text.rfind("\n", position, position + limit + 1)
        if end < 0:
            raise MalformedFile(
                f"a line has more than {limit:,} characters",
                place=place_of(file, text, position),
                excerpt=text[position : position + limit],
            )
        position = end + 1


def place_of(file: str, text: str, offset: int) -> Place:
    """Give line and column of an offset; where no line feed is used at all, carriage returns end the lines."""
    end = "\n" if "\n" in text else "\r"
    start = text.rfind(end, 0, offset) + 1
    return Place(file, text.count(end, 0, offset) + 1, offset - start + 1)


def _row_at(text: str, offset: int) -> str:
    start = max(text.rfind("\n", 0, offset) + 1, offset - 60)
    return text[start : start + 120].partition("\n")[0]


def _is_text_encoding(name: str) -> bool:
    """Say whether a codec reads ASCII as ASCII; the wide ones, which do not, are named."""
    try:
        known = codecs.lookup(name).name
        if known in {*_WIDE, "utf-16", "utf-32"}:
            return True
        return not known.endswith("escape") and _PLAIN.decode(name) == _PLAIN.decode("ascii")
    except (LookupError, ValueError, TypeError):  # as many kinds as there are codecs
        return False


def _is_utf8(name: str) -> bool:
    return name.lower().replace("_", "-") in {"utf-8", "utf8", "unicode", "utf-8-sig"}


def _by_certainty(
    source: SourceFile, declared: str | None, hint: str
) -> tuple[bytes, tuple[str, str] | None]:
    """Decode by what leaves no doubt. Returns the byte order mark, and text and encoding unless a page must be found."""
    data = source.data
    for mark, name in _MARKS:
        if data.startswith(mark):
            return mark, (_strictly(source, name, hint, len(mark)), name)
    wide = declared is None and _wide_by_nul(data[:_HEAD])
    if wide:
        return b"", (_strictly(source, wide, hint), wide)
    if declared is not None:
        name = codecs.lookup(declared).name
        return b"", (_strictly(source, name, hint).removeprefix("\ufeff"), name)
    text = _or_none(data, "utf-8")
    return b"", None if text is None else (text, "utf-8")


def _wide_by_nul(head: bytes) -> str | None:
    """Recognise UTF-16 and UTF-32 by where the NUL bytes of Latin letters stand."""
    quarter = len(head) // 4
    zeros = [head[index::4].count(0) for index in range(4)]
    if quarter and sum(zeros) * 3 >= len(head):
        if min(zeros[1:]) * 4 >= quarter * 3 and zeros[0] * 4 < quarter:
            return "utf-32-le"
        if min(zeros[:3]) * 4 >= quarter * 3 and zeros[3] * 4 < quarter:
            return "utf-32-be"
        odd, even = zeros[1] + zeros[3], zeros[0] + zeros[2]
        # Where the zeros stand on both sides, it is no text at all.
        if max(odd, even) >= 4 * min(odd, even):
            return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _by_page(
    source: SourceFile,
    stated: str | None,
    pages: Sequence[str],
    hint: str,
    known_words: Callable[[str], int] | None,
) -> tuple[str, str, bool, tuple[str, ...]]:
    findings: tuple[str, ...] = ()
    if stated is not None and not _is_utf8(stated):
        name, text = stated, None
        if _is_text_encoding(stated):
            name = codecs.lookup(stated).name
            # What is called Latin-1 is Windows-1252 in practice, which has signs where Latin-1 has controls.
            name = "cp1252" if name == "iso8859-1" else name
            text = _or_none(source.data, name)
        if text is not None:
            return text, name, True, ()
        findings = (f"the file says {stated}, but its bytes are not that",)
    elif stated is not None:
        findings = ("the file says UTF-8, but its bytes are not",)
    fits = [fit for fit in fitting_pages(source.data, pages) if fit.is_plausible]
    if known_words is not None:
        head = source.data[:_HEAD]
        counts = {fit.page: known_words(head.decode(fit.page, "surrogateescape")) for fit in fits}
        fits.sort(key=lambda fit: -counts[fit.page])
    for fit in fits:
        text = _or_none(source.data, fit.page)
        if text is not None:
            cause = findings or ("the file is no UTF-8 and names no encoding",)
            return (
                text,
                fit.page,
                False,
                (f"{cause[0]}; it was read as {fit.page}, by its letters",),
            )
    _strictly(source, "utf-8", hint)
    raise AssertionError("bytes that are no UTF-8 were decoded as UTF-8")


def _or_none(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _strictly(source: SourceFile, encoding: str, hint: str, start: int = 0) -> str:
    """Decode from a byte on, or say which byte is wrong."""
    data = source.data[start:] if start else source.data
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding)
        place = place_of(source.name, before, len(before))
        number = error.start + start + 1
        # The codecs report an odd last byte in words of their own.
        if encoding in _WIDE and "truncated" in error.reason:
            message = f"the file ends in the middle of a character of {encoding}"
        else:
            message = f"byte {number} ({data[error.start]:#04x}) is no {encoding} text"
        raise MalformedFile(message, place=place, hint=hint) from None


def _without_padding(text: str) -> tuple[str, tuple[str, ...]]:
    """Leave out what fills up the end of a file: NUL from blocks of fixed size, SUB from DOS."""
    # Padding always holds one of these; stripping plain line ends would copy the whole text for nothing.
    if "\x00" not in text[-_SLICE:] and "\x1a" not in text[-_SLICE:]:
        return text, ()
    kept = text.rstrip(_PADDING)
    padding = text[len(kept) :]
    if "\x00" in padding:
        return kept + "\n", ("NUL characters behind the last line were left out",)
    return (kept + "\n", ()) if "\x1a" in padding else (text, ())


def _damage(text: str) -> tuple[str, ...]:
    """Say what was done to the text before it came here; it is reported, and never undone in silence."""
    if text.isascii():
        return ()
    findings = []
    lost = text.count("\ufffd")
    if lost:
        findings.append(f"{lost} characters were lost before the file came here (U+FFFD)")
    for page in _TWICE_ENCODED:
        example = _decoded_twice(text, page)
        if example:
            findings.append(f"the text was encoded twice, by way of {page}: {example}")
            break
    return tuple(findings)


def _decoded_twice(text: str, page: str) -> str | None:
    """Give an example if every run of foreign letters is UTF-8 that was read as `page`; None if one is not."""
    example, count = None, 0
    for run in islice(_FOREIGN_RUN.finditer(text), _RUNS_LOOKED_AT):
        try:
            once = run[0][:_RUN_LIMIT].encode(page).decode("utf-8")
        except UnicodeError:
            return None
        example, count = example or f"{run[0][:20]!r} for {once[:20]!r}", count + 1
    return example if count >= _ENOUGH_RUNS else None
