"""Find where the lines and the records of a delimited text stand, over the whole of its bytes at once.

In: bytes of an encoding in which CR, LF, delimiter and quote are one byte each. Out: byte positions, as arrays. It sees quotes and line
ends only, so it counts the records independently of whoever splits them into cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Positions = NDArray[np.int64]

# Positions take eight bytes each; a file of line ends alone must not fill the memory with them.
LINE_LIMIT: Final = 20_000_000

_CR: Final = 13
_LF: Final = 10
# A comparison makes one byte for each byte; blocks keep that small beside the file.
_BLOCK: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Lines:
    """Text lines: where each begins, and where it ends before its line end; `bare_returns` counts CR without LF."""

    starts: Positions
    ends: Positions
    bare_returns: int

    def after(self, count: int) -> Lines:
        """Give the lines behind the first few."""
        return Lines(self.starts[count:], self.ends[count:], self.bare_returns)


@dataclass(frozen=True, slots=True)
class Records:
    """Records, blank lines among them: the first and the last text line of each, from 0."""

    first: Positions
    last: Positions
    is_blank: NDArray[np.bool_]


def find_lines(data: bytes, begin: int = 0) -> Lines:
    """Find all lines from an offset on; CR LF, LF and CR each end one."""
    view = np.frombuffer(data, dtype=np.uint8)
    breaks = _positions(view, _LF, begin)
    after_return = (breaks > begin) & (view[breaks - 1] == _CR)
    bare = _bare_returns(data, begin, int(after_return.sum()))
    if len(bare):
        breaks = np.concatenate([breaks, bare])
        order = np.argsort(breaks, kind="stable")
        breaks = breaks[order]
        after_return = np.append(after_return, np.zeros(len(bare), dtype=np.bool_))[order]
    starts, ends = np.empty((2, len(breaks) + 1), dtype=np.int64)
    starts[0], ends[-1] = begin, len(view)
    np.add(breaks, 1, out=starts[1:])
    np.subtract(breaks, after_return, out=ends[:-1])
    if starts[-1] >= len(view):
        starts, ends = starts[:-1], ends[:-1]
    return Lines(starts, ends, len(bare))


def _bare_returns(data: bytes, begin: int, paired: int) -> Positions:
    view = np.frombuffer(data, dtype=np.uint8)
    # Most files have none at all, and to see that is cheaper than to count.
    blocks = range(begin, len(view), _BLOCK) if b"\r" in data else ()
    if sum(np.count_nonzero(view[at : at + _BLOCK] == _CR) for at in blocks) == paired:
        return np.zeros(0, dtype=np.int64)
    returns = _positions(view, _CR, begin)
    follows = view[np.minimum(returns + 1, len(view) - 1)]
    bare: Positions = returns[follows != _LF]
    return bare


def find_records(data: bytes, lines: Lines, delimiter: str, quote: str) -> Records | None:
    """Part lines into records, by quotes.

    Returns:
        None where a quote stands otherwise than RFC 4180 has it (section 2, rules 5 to 7): inside a bare cell, beside a closed one,
        or never closed.
    """
    ends_record = np.ones(len(lines.ends), dtype=bool)
    if quote and len(lines.starts) and quote.encode() in data:
        begin = int(lines.starts[0])
        quotes = _positions(np.frombuffer(data, dtype=np.uint8), ord(quote), begin)
        if not _are_regular(data, quotes, begin, delimiter):
            return None
        ends_record = np.searchsorted(quotes, lines.ends) % 2 == 0
    last = np.flatnonzero(ends_record)
    first = np.concatenate([np.zeros(min(len(last), 1), dtype=np.int64), last[:-1] + 1])
    return Records(first, last, lines.starts[first] == lines.ends[last])


def _positions(view: NDArray[np.uint8], byte: int, begin: int) -> Positions:
    """Give the places of a byte, no more than a little beyond `LINE_LIMIT`."""
    found = [np.zeros(0, dtype=np.int64)]
    count = 0
    for at in range(begin, len(view), _BLOCK):
        found.append(np.flatnonzero(view[at : at + _BLOCK] == byte) + at)
        count += len(found[-1])
        if count > LINE_LIMIT:
            break
    return np.concatenate(found)


def _are_regular(data: bytes, quotes: Positions, begin: int, delimiter: str) -> bool:
    """Say whether every quote opens a cell, closes it, or is one of a pair inside it."""
    if len(quotes) % 2 or len(quotes) > LINE_LIMIT:
        return False
    view = np.frombuffer(data, dtype=np.uint8)
    opening, closing = quotes[0::2], quotes[1::2]
    is_border = np.zeros(256, dtype=bool)
    is_border[[ord(delimiter), _CR, _LF]] = True
    is_pair = closing[:-1] + 1 == opening[1:]
    opens = (opening == begin) | is_border[view[opening - 1]]
    opens[1:] |= is_pair
    closes = (closing + 1 == len(view)) | is_border[view[np.minimum(closing + 1, len(view) - 1)]]
    closes[:-1] |= is_pair
    return bool(opens.all() and closes.all())
