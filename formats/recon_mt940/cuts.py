"""Tokens of text and the codes that cut them into shorter ones. In: bytes, places in them. Out: more tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recon_mt940.tokens import END, owned, positions, without_erased

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_mt940.tokens import Bytes, Flags, Numbers


@dataclass(frozen=True, slots=True)
class Tokens:
    """Texts one behind the other, each closed by END, with padding behind the last; each with its entry and its name.

    `end` is the place of each END; `is_coded` says that the entry's text has sub-fields.
    """

    text: Bytes
    end: Numbers
    record: Numbers
    name: Bytes
    is_coded: Flags

    @property
    def start(self) -> Numbers:
        """The first byte of each token."""
        return np.append(0, self.end[:-1] + 1)

    def at(self, marks: Sequence[int]) -> tuple[Numbers, Numbers]:
        """Find each of these bytes, in order, and the token in which it stands."""
        at = self._places(marks)
        behind = np.searchsorted(at, self.end)
        return at, np.repeat(np.arange(len(behind)), np.diff(behind, prepend=0))

    def at_within(self, marks: Sequence[int], tokens: Numbers) -> tuple[Numbers, Numbers]:
        """Do the same in some of the tokens."""
        at, which = owned(self._places(marks), self.start[tokens], self.end[tokens])
        return at, tokens[which]

    def _places(self, marks: Sequence[int]) -> Numbers:
        is_mark = self.text == marks[0]
        for mark in marks[1:]:
            is_mark |= self.text == mark
        return positions(is_mark)

    def cut(self, names: Bytes, token: Numbers, code: Bytes) -> Tokens:
        """Let a token named `code` begin at each code, whose own END closes what stands before it, named as `names` says."""
        count = np.bincount(token, minlength=len(names)) + 1
        name = np.empty(len(names) + len(token), dtype=np.uint8)
        name[np.cumsum(count) - count] = names
        name[token + np.arange(1, len(token) + 1)] = code
        text = without_erased(self.text)
        record, is_coded = np.repeat(self.record, count), np.repeat(self.is_coded, count)
        return Tokens(text, positions(text == END), record, name, is_coded)


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes that cut tokens: the token in which each stands, its name, its first byte, the byte behind it."""

    token: Numbers
    name: Bytes
    start: Numbers
    end: Numbers

    def where(self, rows: Numbers) -> Codes:
        """Give some of the codes, in the order of the rows."""
        return Codes(self.token[rows], self.name[rows], self.start[rows], self.end[rows])


def behind_part(narratives: Tokens, codes: Codes, start: Numbers) -> Numbers:
    """Give the byte behind the part that starts at each place: that of the next code, or END."""
    stops = np.sort(np.concatenate([codes.start, narratives.end]))
    return stops[np.searchsorted(stops, start)]
