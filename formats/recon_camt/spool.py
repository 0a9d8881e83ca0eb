"""Keep blocks of lines on disk until the whole file is known. In: frames. Out: the same ones, in order, as often as wanted.

Each block is a file in the Arrow IPC format in a folder that only the user may open; whoever makes the folder removes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Spool:
    """Blocks of one schema in a folder."""

    def __init__(self, folder: Path) -> None:
        """Begin without blocks in an empty folder."""
        self._folder = folder
        self._count = 0

    def add(self, block: pl.DataFrame) -> None:
        """Write a block behind those that are there."""
        # In the oldest layout each text stands once: columns that share one large buffer do not write it each.
        block.write_ipc(self._path(self._count), compat_level=pl.CompatLevel.oldest())
        self._count += 1

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Read block after block, all columns or some."""
        for number in range(self._count):
            with self._path(number).open("rb") as file:
                yield pl.read_ipc(file, columns=None if columns is None else list(columns))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.arrow"
