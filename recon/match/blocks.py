"""Work on receipts a block at a time, several side by side, where each line is asked by itself.

In: frames with a column `line`. Out: what was made of each block, in the order of lines. Tables of a million lines leave the
processor's cache and are asked of the system anew for every column; those of a block are neither. Blocks are worked on side
by side. What looks at other lines must not come here: no result depends on where a block ends.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

_Made = TypeVar("_Made")
# Columns of what so many lines propose stay below the size from which memory is given back to the system at once.
LINES: Final = 25_000


@dataclass(frozen=True, slots=True)
class Blocks:
    """Where blocks begin: the first line of each but the first."""

    starts: tuple[int, ...]

    @classmethod
    def of_receipts(cls, receipts: pl.DataFrame) -> Blocks:
        """Cut receipts, which stand in the order of `line`, into blocks of equal size."""
        return cls(tuple(receipts["line"].gather_every(LINES)[1:].to_list()))

    def cut(self, frame: pl.DataFrame) -> list[pl.DataFrame]:
        """Give the rows of each block. A frame in the order of lines is not copied."""
        if not self.starts:
            return [frame]
        line = frame["line"]
        if line.is_sorted():
            ends = [*line.search_sorted(pl.Series(self.starts)).to_list(), frame.height]
            begins = [0, *ends[:-1]]
            return [frame.slice(at, end - at) for at, end in zip(begins, ends, strict=True)]
        after = pl.lit(value=True)
        cuts = []
        for start in self.starts:
            cuts.append(frame.filter(after, pl.col("line") < start))
            after = pl.col("line") >= start
        return [*cuts, frame.filter(after)]

    def work(self, make: Callable[..., _Made], *cuts: list[Any]) -> list[_Made]:
        """Call `make` for each block with its part of every argument, as many at a time as there are threads.

        The lists are emptied, so that what a block was made of is let go when it is done.
        """
        parts = [tuple(cut.pop(0) for cut in cuts) for _ in range(len(self.starts) + 1)]
        if len(parts) == 1:
            return [make(*parts[0])]
        with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
            waiting = [threads.submit(make, *parts.pop(0)) for _ in range(len(parts))]
            return [waiting.pop(0).result() for _ in range(len(waiting))]
