"""Damages to a sound file: name -> bytes. In: a sample. Out: what a lossy line, an editor or an attacker makes of it."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIGITS = re.compile(rb"\d+")


def cases(sample: bytes, size: int, cuts: int) -> Iterator[tuple[str, bytes]]:
    """Give every damage with its name.

    Args:
        sample: a file of the format, in UTF-8 or Windows-1252.
        size: the length in bytes of the large ones.
        cuts: at how many places, evenly spread, the sample is cut off or its numbers and lines are changed.
    """
    yield from _cut(sample, cuts)
    yield from _hurt(sample, cuts)
    yield from _encoded(sample)
    yield from _grown(sample, size, cuts)


def _places(sample: bytes, count: int) -> list[int]:
    return sorted({len(sample) * (2 * n + 1) // (2 * count) for n in range(count)})


def _cut(sample: bytes, count: int) -> Iterator[tuple[str, bytes]]:
    for place in _places(sample, count):
        yield f"cut off at byte {place}", sample[:place]
        yield f"begins at byte {place}", sample[place:]


def _hurt(sample: bytes, count: int) -> Iterator[tuple[str, bytes]]:
    for place in _places(sample, max(1, count // 4)):
        for byte in (b"\x00", b"\xff", b"\x1b", b"\n", b'"', b"\xe2\x80\xae"):
            yield f"{byte!r} at byte {place}", sample[:place] + byte + sample[place:]
    numbers = list(_DIGITS.finditer(sample))
    for found in numbers[:: max(1, len(numbers) // count)]:
        for text in (b"", b"9" * 4000, b"0" * 30, b"-1", b"99999999999999999999", b"\xd9\xa1"):
            changed = sample[: found.start()] + text + sample[found.end() :]
            yield f"{text[:9]!r} for the number at byte {found.start()}", changed


def _encoded(sample: bytes) -> Iterator[tuple[str, bytes]]:
    text = _text(sample)
    for name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        yield f"in {name}", text.encode(name)
        yield f"in {name}, cut in a character", text.encode(name)[:-1]
    for name in ("utf-8-sig", "utf-16", "utf-32", "cp037"):
        yield f"in {name}", text.encode(name, "backslashreplace")
    yield "with two marks", codecs.BOM_UTF8 * 2 + sample
    lines = re.split(rb"\r?\n", sample)
    for end in (b"\r", b"\n", b"\r\n", b"\n\r", b"\r\r\n", b"\xc2\x85", b"\x0b", b""):
        yield f"lines that end with {end!r}", end.join(lines)
    yield "capitals", sample.upper()
    yield "small letters", sample.lower()
    yield "backwards", sample[::-1]
    yield "lines backwards", b"\n".join(lines[::-1])


def _text(sample: bytes) -> str:
    try:
        return sample.decode()
    except UnicodeDecodeError:
        return sample.decode("cp1252")


def _grown(sample: bytes, size: int, count: int) -> Iterator[tuple[str, bytes]]:
    yield "many times over", sample * (size // len(sample) + 1)
    lines = sample.splitlines(keepends=True)
    for number in range(0, len(lines), max(1, len(lines) // count)):
        before, line, after = lines[:number], lines[number], lines[number + 1 :]
        again = [line] * min(size // 4 // len(line), 10_000)
        yield f"line {number + 1} again and again", b"".join([*before, *again, *after])
        long = [line.rstrip(b"\r\n") + b"X" * size + b"\n"]
        yield f"line {number + 1} without end", b"".join([*before, *long, *after])
        yield f"without line {number + 1}", b"".join([*before, *after])
