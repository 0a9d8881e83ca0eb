"""From bytes to lines of text: size, encoding, control characters, line ends.

In: the bytes of one file. Out: its lines as `Line(number, text)`, and findings. Nothing is replaced or dropped
but the framing that banks put around messages (SOH, ETX, SUB) and trailing carriage returns.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from recon.api import ConfigurationError, MalformedFile, Place

if TYPE_CHECKING:
    from recon.api import SourceFile

SIZE_LIMIT: Final = 64 * 1024 * 1024
LINE_LIMIT: Final = 4 * 1024

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Banks frame messages as on a serial line: SOH before `{1:` or `:20:`, ETX after `-}`, SUB at the end of a file.
_FRAME: Final = re.compile(r"\x03[ ]*\x01|(?m:^)[\x01\x02\x1a]+|[\x03\x1a]+(?m:$)")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Old German banks write `@@` for the end of a line. Only a tag right behind it proves that.
_AT_SIGNS: Final = re.compile(r"@@(?=:(?:20|25|28C?|60[FM]|61|86|62[FM]):)")


class Line(NamedTuple):
    """One line of the file; numbers count from 1."""

    number: int
    text: str


def read_lines(source: SourceFile, encoding: str | None) -> tuple[list[Line], list[str]]:
    """Decode a file and split it into lines.

    Args:
        source: name and bytes.
        encoding: the encoding that the policy names for this bank; None: UTF-8, else Windows-1252 with a finding.

    Returns:
        All lines in file order, and what a person should know about the decoding.

    Raises:
        MalformedFile: too large, too long a line, undecodable, or control characters in it.
        ConfigurationError: the policy names an encoding that does not exist.
    """
    if len(source.data) > SIZE_LIMIT:
        message = f"the file has {len(source.data):,} bytes; the limit is {SIZE_LIMIT:,}"
        raise MalformedFile(message, place=Place(source.name))
    text, findings = _decode(source, encoding)
    if _AT_SIGNS.search(text):
        text = text.replace("@@", "\n")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _FRAME.sub(lambda found: "\n" if "\x01" in found[0][1:] else "", text)
    lines = [Line(number, line) for number, line in enumerate(text.split("\n"), start=1)]
    _check_lines(source.name, lines)
    return lines, findings


def _decode(source: SourceFile, encoding: str | None) -> tuple[str, list[str]]:
    for mark, name in _BOMS:
        if source.data.startswith(mark):
            return _strictly(source, source.data[len(mark) :], name), []
    if encoding is not None:
        try:
            " ".encode(encoding)  # a name that is no text encoding, like `hex`, fails as well
        except LookupError:
            message = f"`encoding` of [formats.mt940] names no encoding: {encoding!r}"
            raise ConfigurationError(message) from None
        return _strictly(source, source.data, encoding), []
    try:
        return source.data.decode("utf-8"), []
    except UnicodeDecodeError:
        text = _strictly(source, source.data, "cp1252")
        return text, ["the file is no UTF-8; it was read as Windows-1252"]


def _strictly(source: SourceFile, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise MalformedFile(
            f"byte {error.start + 1} is no {encoding} text",
            place=Place(source.name, number),
            hint='name the bank\'s encoding: `encoding = "cp852"` under [formats.mt940]',
        ) from None


def _check_lines(name: str, lines: list[Line]) -> None:
    for line in lines:
        if len(line.text) > LINE_LIMIT:
            message = f"the line has {len(line.text):,} characters; the limit is {LINE_LIMIT:,}"
            raise MalformedFile(message, place=Place(name, line.number), excerpt=line.text)
        found = _CONTROL.search(line.text)
        if found:
            raise MalformedFile(
                f"control character U+{ord(found[0]):04X} in the text",
                place=Place(name, line.number, found.start() + 1),
                excerpt=line.text,
                hint="the file was damaged on its way; fetch it from the bank again",
            )
