"""A file on disk that answers as its bytes would, holding a stretch of them at a time. In: an open file. Out: slices.

What is read in order is read once: a stretch is kept until something outside of it is asked for.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from recon.api import MalformedFile, Place

if TYPE_CHECKING:
    from typing import BinaryIO

# A piece of the reader and the blanks behind it; what is searched through is read in stretches of as much.
STRETCH: Final = (1 << 20) + (1 << 12)


class Window:
    """The bytes of a file, from its beginning to the end that it had when it was opened."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Look at a file.

        Args:
            file: open for reading bytes, at any place of it; it stays open, and is not closed here.
            name: the file's name, for an error's place.
        """
        self._file, self._name = file, name
        self._length = file.seek(0, os.SEEK_END)
        self._start, self._held = 0, b""

    def __len__(self) -> int:
        """How many bytes the file has."""
        return self._length

    def __getitem__(self, key: slice, /) -> bytes:
        """Give the bytes of a slice without steps.

        Raises:
            MalformedFile: the file has become shorter since it was opened.
        """
        start, stop, _ = key.indices(self._length)
        if start >= stop:
            return b""
        if start < self._start or stop > self._start + len(self._held):
            self._hold(start, stop)
        return self._held[start - self._start : stop - self._start]

    def find(self, sub: bytes, start: int = 0, stop: int | None = None, /) -> int:
        """Find the first place of some bytes; -1 if there is none."""
        until = self._length if stop is None else min(stop, self._length)
        while start + len(sub) <= until:
            piece = self[start : min(start + STRETCH, until)]
            at = piece.find(sub)
            if at >= 0:
                return start + at
            # What begins at the end of one stretch is found in the next.
            start += max(len(piece) - len(sub) + 1, 1)
        return -1

    def rfind(self, sub: bytes, start: int = 0, stop: int | None = None, /) -> int:
        """Find the last place of some bytes; -1 if there is none."""
        until = self._length if stop is None else min(stop, self._length)
        while start + len(sub) <= until:
            begin = max(start, until - STRETCH)
            at = self[begin:until].rfind(sub)
            if at >= 0:
                return begin + at
            if begin == start:
                break
            until = begin + len(sub) - 1
        return -1

    def _hold(self, start: int, stop: int) -> None:
        length = min(max(stop, start + STRETCH), self._length) - start
        self._file.seek(start)
        held = bytearray()
        while len(held) < length:
            more = self._file.read(length - len(held))
            if not more:
                raise MalformedFile(
                    "the file became shorter while it was read",
                    place=Place(self._name),
                    hint="read it again when nobody writes to it",
                )
            held += more
        self._start, self._held = start, bytes(held)
