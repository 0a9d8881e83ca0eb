"""What both readers deliver of a part of a document: its texts, each with its path and its owner on its level.

In: where the texts stand. Out: columns, one value for each owner. The mapping to lines and statements sees nothing but
this, so it is the same whichever reader spoke.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from recon_camt.paths import Level, Paths


@dataclass(frozen=True, slots=True)
class Owners:
    """The elements of one level in a part: the owner of each on the level above, and where each stands."""

    parent: NDArray[np.int64]
    path: NDArray[np.int32]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.parent)

    def behind(self, skip: int, shift: int) -> Owners:
        """Leave out the first ones, and number the parents on."""
        return Owners(
            self.parent[skip:] + shift, self.path[skip:], self.start[skip:], self.stop[skip:]
        )

    def moved(self, offset: int) -> Owners:
        """Give the same with other places."""
        return Owners(self.parent, self.path, self.start + offset, self.stop + offset)

    def taken(self, rows: NDArray[np.int64]) -> Owners:
        """Give these ones in this order."""
        return Owners(self.parent[rows], self.path[rows], self.start[rows], self.stop[rows])


@dataclass(frozen=True)
class Texts:
    """Texts by path, and of one path in document order.

    Number of the path, number of the owner on the path's level, the text itself.
    """

    path: NDArray[np.int32]
    owner: NDArray[np.int64]
    text: pl.Series

    @cached_property
    def text_or_null(self) -> pl.Series:
        """The texts and one null more, to which owners without a text point."""
        return with_null(self.text)


@dataclass(frozen=True, slots=True)
class Part:
    """What a reader found in one part of a document."""

    owners: Mapping[Level, Owners]
    texts: Texts


def by_path(path: NDArray[np.int32], owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the order of texts by path and owner; texts of one path and owner keep theirs."""
    # Paths are fewer than 65,536, and numbers of two bytes are sorted in linear time.
    order = np.argsort(path.astype(np.uint16), kind="stable")
    paths, owners = path[order], owner[order]
    falls = (owners[1:] < owners[:-1]) & (paths[1:] == paths[:-1])
    for one in set(paths[1:][falls].tolist()):
        begin, end = np.searchsorted(paths, [one, one + 1])
        rows = order[begin:end]
        order[begin:end] = rows[np.argsort(owner[rows], kind="stable")]
    return order


class Leaves:
    """The texts of one level, to be asked by path."""

    def __init__(self, paths: Paths, level: Level, texts: Texts, count: int) -> None:
        """Find the texts of this level.

        Args:
            paths: the names of paths.
            level: the level wanted.
            texts: all texts of the part.
            count: how many owners the level has in this part.
        """
        self.count = count
        self._texts = texts
        self.owner = texts.owner
        self.text = texts.text
        bounds = np.flatnonzero(np.diff(texts.path, prepend=-1, append=-1)).tolist()
        self._slices: dict[str, list[slice]] = {}
        for start, stop in pairwise(bounds):
            path = int(texts.path[start])
            if paths.level(path) is level:
                self._slices.setdefault(paths.text(path), []).append(slice(start, stop))

    def paths(self) -> Iterable[str]:
        """Give the paths that occur."""
        return self._slices.keys()

    def rows(self, words: str) -> NDArray[np.int64]:
        """Give the row numbers of one path, in document order of the owners' own texts."""
        slices = self._slices.get(words, [])
        if not slices:
            return np.empty(0, np.int64)
        rows = np.concatenate([np.arange(one.start, one.stop) for one in slices])
        # Two versions' spellings of one path in one document stand in two slices.
        return rows if len(slices) == 1 else rows[np.argsort(self.owner[rows], kind="stable")]

    def texts(self, rows: NDArray[np.int64]) -> pl.Series:
        """Give the texts of rows, which ascend or stand in a slice of another order."""
        is_slice = (
            len(rows) and rows[-1] - rows[0] == len(rows) - 1 and bool((np.diff(rows) == 1).all())
        )
        return self.text.slice(int(rows[0]), len(rows)) if is_slice else self.text[rows]

    def first(self, *words: str) -> pl.Series:
        """Give the first text of the first of these paths that an owner has; null if it has none."""
        found = [self.rows(one) for one in words if one in self._slices]
        if not found:
            return pl.Series([None], dtype=pl.String).new_from_index(0, self.count)
        rows = found[0]
        if len(found) == 1 and self._is_one_each(rows):
            return self.text.slice(int(rows[0]), self.count)
        place = np.full(self.count, len(self.text), np.int64)
        for rows in reversed(found):
            place[self.owner[rows[::-1]]] = rows[::-1]
        return self._texts.text_or_null[place]

    def _is_one_each(self, rows: NDArray[np.int64]) -> bool:
        """Every owner has one of these, and they stand together."""
        if not self.count or len(rows) != self.count or rows[-1] - rows[0] != self.count - 1:
            return False
        return bool((self.owner[rows] == np.arange(self.count)).all())

    def joined(self, words: str, separator: str = " ") -> pl.Series:
        """Give all texts of one path in order, joined; null if an owner has none."""
        if not self.is_repeated(words):
            return self.first(words)
        rows = self.rows(words)
        frame = pl.DataFrame({"owner": self.owner[rows], "text": self.text[rows]})
        grouped = frame.group_by("owner", maintain_order=True).agg(
            pl.col("text").str.join(separator)
        )
        return _spread(grouped["owner"].to_numpy(), grouped["text"], self.count)

    def is_repeated(self, words: str) -> bool:
        """Say whether an owner has more than one text of this path."""
        owner = self.owner[self.rows(words)]
        return bool((np.diff(owner) == 0).any())

    def differing(self, words: Sequence[str]) -> pl.Series:
        """Give true for each owner that has two different texts of one of these paths."""
        found = np.zeros(self.count, bool)
        for one in words:
            if self.is_repeated(one):
                rows = self.rows(one)
                text = self.text[rows]
                owner = self.owner[rows]
                other = (text != text.shift(1)).fill_null(value=False).to_numpy()
                found[owner[1:][(np.diff(owner) == 0) & other[1:]]] = True
        return pl.Series(found)


def _spread(owner: NDArray[np.int64], values: pl.Series, count: int) -> pl.Series:
    place = np.full(count, len(values), np.int64)
    place[owner] = np.arange(len(values))
    return with_null(values)[place]


def freed(text: pl.Series) -> pl.Series:
    """Give the same texts in memory of their own: taken out of a block, they would keep all of its texts alive."""
    return pl.Series(text.name, text.to_list(), dtype=pl.String)


def with_null(values: pl.Series) -> pl.Series:
    """Add a null, to which what has no value points."""
    # Of columns in two pieces, Polars gathers slowly.
    nothing = pl.Series([None], dtype=values.dtype)
    return pl.concat([values, nothing], rechunk=True)
