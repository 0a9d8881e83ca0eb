"""The gate: from the bytes of a file to bytes that can be cut. Size, encoding, control characters, line ends.

In: one file. Out: `Gated`, whose bytes stand where they stood in the file. What banks put around and between messages
(SOH, STX, ETX, SUB, `@@` for the end of a line) becomes a blank or a line feed of the same length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from recon.api import decode, refuse_controls
from recon_mt940.tokens import count_below, places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.api import SourceFile
    from recon_mt940.tokens import Numbers

_WIDE: Final = ("utf-16", "utf-32")
_PADDING: Final = b"\x00\x1a\r\n\t "
# Banks frame messages as on a serial line: SOH before `{1:` or `:20:`, ETX after `-}`, SUB at the end of a file.
_FRAME: Final = re.compile(
    rb"[\x03\x1a]+[ ]*(?=\x01)|(?m:^)[\x01\x02\x1a]+|[\x03\x1a]+(?=\r?$)|\x01", re.MULTILINE
)
# Old German banks write `@@` for the end of a line. Only a tag right behind it proves that.
_AT_SIGNS: Final = re.compile(rb"@@(?=:(?:20|25|28C?|60[FM]|61|86|62[FM]):)")
_LONE_RETURN: Final = re.compile(rb"\r(?!\n)")
_RETURN, _FEED = b"\r\n"
_CHUNK_BYTES: Final = 12 * 1024 * 1024
# What is larger is for `decode` to judge.
_PLAIN_BYTES: Final = 256 * 1024 * 1024
_MESSAGE: Final = b"\n:20:"


@dataclass(frozen=True, slots=True)
class Gated:
    """A file that passed the gate.

    `data` holds lines that end with a line feed, in an encoding whose ASCII is ASCII; its first byte stood at `offset`
    in the file. `offset` is None where the file's encoding is another one, so that places in bytes are not known.
    `feeds` are the places of its line feeds.
    """

    name: str
    data: bytes
    encoding: str
    offset: int | None
    findings: tuple[str, ...]
    feeds: Numbers

    def chunks(self) -> Iterator[tuple[int, int]]:
        """Give start and end of pieces of about twelve megabytes, each of whole messages: memory stays small."""
        start = 0
        while start < len(self.data):
            ahead = start + _CHUNK_BYTES
            found = self.data.find(_MESSAGE, ahead) if ahead < len(self.data) else -1
            end = found + 1 if found >= 0 else len(self.data)
            yield start, end
            start = end


def pass_gate(source: SourceFile, encoding: str | None) -> Gated:
    """Check a file and bring its line ends and framing to one form, byte for byte.

    Args:
        source: name and bytes.
        encoding: the encoding that the policy names for this bank, if it does.

    Raises:
        MalformedFile: too large, undecodable, or control characters in it.
        ConfigurationError: the policy names an encoding that does not exist.
    """
    plain = _plain(source) if encoding is None and len(source.data) < _PLAIN_BYTES else None
    if plain is not None:
        return plain
    hint = 'name the bank\'s encoding: `encoding = "cp852"` under [formats.mt940]'
    decoded = decode(source, encoding, hint=hint)
    offset: int | None = decoded.mark_bytes
    name = decoded.encoding
    if name == "utf-8" or decoded.is_single_byte:
        data = source.data[offset:] if offset else source.data
        data = data.rstrip(_PADDING) + b"\n" if data.endswith(b"\x00") else data
    else:
        # In UTF-16, or a page of two bytes, a byte of ASCII value may be half of a letter.
        data, name, offset = decoded.text.encode(), "utf-8", None
    text = decoded.text
    has_lone_return, has_control, feeds = _controls(data)
    if has_lone_return or has_control or _has_at_signs(data):
        data = _normalised(data)
        text = data.decode(name)
        _, has_control, feeds = _controls(data)
    if has_control or b"\x7f" in data:
        refuse_controls(source.name, text)
    name = "ascii" if text.isascii() else name
    return Gated(source.name, data, name, offset, decoded.findings, feeds)


def _plain(source: SourceFile) -> Gated | None:
    """Pass ASCII without control characters as it stands; None for all else."""
    data = source.data
    if not data.isascii() or b"\x7f" in data or _has_at_signs(data):
        return None
    has_lone_return, has_control, feeds = _controls(data)
    if has_lone_return or has_control:
        return None
    return Gated(source.name, data, "ascii", 0, (), feeds)


def _has_at_signs(data: bytes) -> bool:
    # One letter is found ten times as fast as two.
    return b"@" in data and b"@@" in data


def _controls(data: bytes) -> tuple[bool, bool, Numbers]:
    """Say whether a return stands without its line feed, and whether any other control character stands in the text.

    A quick look: of the latter refuse_controls is certain. The third is the places of the line feeds.
    """
    text = np.frombuffer(data, dtype=np.uint8)
    feeds = places(text, _FEED)
    paired = int(np.count_nonzero(text.take(np.maximum(feeds - 1, 0)) == _RETURN))
    tabs = data.count(b"\t") if b"\t" in data else 0
    others = count_below(text, ord(" ")) - len(feeds) - paired - tabs
    lone = len(places(text, _RETURN)) - paired if others else 0
    return lone > 0, others > lone, feeds


def _normalised(data: bytes) -> bytes:
    if _AT_SIGNS.search(data):
        data = data.replace(b"@@", b"\r\n")
    data = _FRAME.sub(_blank, data)
    return _LONE_RETURN.sub(b"\n", data)


def _blank(found: re.Match[bytes]) -> bytes:
    # SOH inside a line begins a message: what stands before it is a line of its own.
    is_inside = found.start() > 0 and found.string[found.start() - 1] not in b"\r\n"
    end = b"\n" if is_inside and found[0] == b"\x01" else b" "
    return b" " * (len(found[0]) - 1) + end
