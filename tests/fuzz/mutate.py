"""Change a file a little, the way that breaks parsers: by bytes, by lines, by numbers. Same seed, same change."""

from __future__ import annotations

import random  # noqa: TID251 -- seeded, and no part of the program
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Change = Callable[[random.Random, bytes], bytes]

NUMBERS = (
    *(b"", b"0", b"-1", b"00", b"1,", b",5", b".5", b"1.000,00", b"1,000.00", b"999999999999999"),
    *(b"9" * 18, b"9" * 19, b"9" * 40, b"1e5", b"NaN", b"+1", b"1 000", b"260230", b"20260230"),
    *("\u0661".encode(), "\uff11".encode()),
)
BYTES = (
    b"\x00",
    b"\x1a",
    b"\x1b",
    b"\xff",
    b"\xc3",
    b"\xe2\x80\xa8",
    b"\xc2\xa0",
    b"\x0b",
    b"\x85",
)
SIGNS = (b":", b"/", b"?", b",", b";", b'"', b"<", b">", b"&", b"{", b"}", b"-", b"\r", b"\n", b"=")
LONGEST = 20_000


def mutate(samples: Sequence[bytes], seed: int) -> bytes:
    """Take one sample and apply one to eight changes to it."""
    chance = random.Random(seed)
    data = chance.choice(samples)
    for _ in range(chance.randint(1, 8)):
        change = chance.choice(CHANGES)
        data = change(chance, data) if change is not splice else splice(chance, data, samples)
    return data[:LONGEST]


def splice(chance: random.Random, data: bytes, samples: Sequence[bytes] = (b"",)) -> bytes:
    """Go on with a piece of another sample."""
    other = chance.choice(samples)
    return data[: _place(chance, data)] + other[_place(chance, other) :]


def _place(chance: random.Random, data: bytes) -> int:
    return chance.randint(0, len(data))


def _piece(chance: random.Random, data: bytes) -> tuple[int, int]:
    start = _place(chance, data)
    return start, min(len(data), start + chance.choice((1, 2, 4, 16, 64)))


def _set_byte(chance: random.Random, data: bytes) -> bytes:
    start = _place(chance, data)
    return data[:start] + bytes([chance.randrange(256)]) + data[start + 1 :]


def _insert(chance: random.Random, data: bytes) -> bytes:
    start = _place(chance, data)
    return (
        data[:start] + chance.choice(BYTES + SIGNS) * chance.choice((1, 1, 2, 100)) + data[start:]
    )


def _delete(chance: random.Random, data: bytes) -> bytes:
    start, end = _piece(chance, data)
    return data[:start] + data[end:]


def _repeat(chance: random.Random, data: bytes) -> bytes:
    start, end = _piece(chance, data)
    return data[:start] + data[start:end] * chance.choice((2, 3, 50)) + data[end:]


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: _place(chance, data)]


def _lines(chance: random.Random, data: bytes) -> bytes:
    """Drop, double, move or join a line."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    one = chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            lines[one] = b""
        case 1:
            lines[one] *= chance.choice((2, 2, 30))
        case 2:
            lines.insert(chance.randrange(len(lines)), lines.pop(one))
        case _:
            lines[one] = lines[one].rstrip(b"\r\n")
    return b"".join(lines)


def _number(chance: random.Random, data: bytes) -> bytes:
    found = list(re.finditer(rb"[0-9][0-9.,]*", data))
    if not found:
        return data
    one = chance.choice(found)
    return data[: one.start()] + chance.choice(NUMBERS) + data[one.end() :]


def _word(chance: random.Random, data: bytes) -> bytes:
    """Put one word of the file in place of another: a currency for a name, a tag for a code."""
    found = list(re.finditer(rb"[A-Za-z]+", data))
    if not found:
        return data
    one, other = chance.choice(found), chance.choice(found)
    return data[: one.start()] + other[0] + data[one.end() :]


CHANGES: tuple[Change, ...] = (
    *(_set_byte, _insert, _delete, _repeat, _cut),
    *(_lines, _lines, _number, _number, _word, _word, splice),
)
