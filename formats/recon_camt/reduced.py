"""Leave the entries of known shapes out of a piece, and put what stands in them back. In: a piece. Out: Found.

What is left has one empty entry for each run of them, and is read tag by tag.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from recon_camt.leaves import Owners
from recon_camt.paths import PARENT_LEVELS, Level
from recon_camt.places import Found, Places, chained, put_together
from recon_camt.shapes import Members, padded
from recon_camt.tags import is_blank

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recon_camt.paths import Paths
    from recon_camt.shapes import Entries, Shapes

_LEVELS: Final = (Level.DETAIL, Level.STRUCTURED)
_NONE: Final = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Reduced:
    """What is left of a piece, and what was left out of it.

    `run` has the first entry of each run that was left out, and how many entries it has; `cut` the place in `data`
    behind which a run was left out, and how many bytes all runs up to it had.
    """

    data: bytes
    entries: Entries | None
    members: tuple[Members, ...]
    others: NDArray[np.int64]
    run: tuple[NDArray[np.int64], NDArray[np.int64]]
    cut: tuple[NDArray[np.int64], NDArray[np.int64]]

    def places(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Turn places in `data` into places in the whole piece."""
        at, bytes_before = self.cut
        return (
            places + bytes_before[np.searchsorted(at, places, side="right")] if len(at) else places
        )

    def fits(self, found: Found) -> bool:
        """Say whether the entries stand where their shapes belong: of two statements' kinds, a shape knows one."""
        paths = {one.shape.slots[0].path for one in self.members}
        entry = found.owners[Level.ENTRY]
        return all(set(entry.path[self._marker(entry)].tolist()) == {path} for path in paths)

    def _marker(self, entry: Owners) -> NDArray[np.int64]:
        """Give the numbers of the empty entries that stand for runs."""
        assert self.entries is not None
        return np.searchsorted(entry.start, self.entries.tags[self.entries.first[self.run[0]]])

    def restored(self, found: Found, paths: Paths) -> Found:
        """Put the entries that were left out back; all places are those in the whole piece."""
        if not self.members or self.entries is None:
            return found
        entry = found.owners[Level.ENTRY]
        marker, (first, length) = self._marker(entry), self.run
        count = np.ones(len(entry), np.int64)
        count[marker] = length
        number = np.cumsum(count) - count
        new = np.zeros(len(self.entries.first), np.int64)
        rows = np.repeat(first - np.cumsum(length) + length, length) + np.arange(length.sum())
        new[rows] = rows + np.repeat(number[marker] - first, length)
        owners = {**found.owners, Level.ENTRY: self._entries(entry, count, new)}
        slots = [[new[one.entry]] for one in self.members]
        numbers = {Level.ENTRY: number}
        for level in _LEVELS:
            owners[level], numbers[level] = self._owners(
                level, found.owners[level], numbers[PARENT_LEVELS[level]], slots
            )
        said = found.places
        level_of_text = paths.levels().take(said.path)
        owner = said.owner.copy()
        for level, renumbered in numbers.items():
            at = np.flatnonzero(level_of_text == level)
            owner[at] = renumbered[said.owner[at]]
        texts = [
            Places(said.path, owner, said.start, said.stop),
            *(_texts(*one) for one in zip(self.members, slots, strict=True)),
        ]
        return Found(owners, put_together(texts))

    def _entries(self, entry: Owners, count: NDArray[np.int64], new: NDArray[np.int64]) -> Owners:
        every = entry.taken(np.repeat(np.arange(len(entry)), count))
        for one in self.members:
            every.start[new[one.entry]] = one.at[:, 0]
            every.stop[new[one.entry]] = one.at[:, -2] + one.shape.lengths[-1]
        return every

    def _owners(
        self,
        level: Level,
        generic: Owners,
        parents: NDArray[np.int64],
        slots: list[list[NDArray[np.int64]]],
    ) -> tuple[Owners, NDArray[np.int64]]:
        """Number the owners of a level in document order.

        Args:
            level: details or structured remittances.
            generic: those that were read tag by tag.
            parents: the new numbers of their parents.
            slots: for each shape the new numbers of its slots so far; those of this level are added.

        Returns:
            all owners, and the new numbers of those that were read tag by tag.
        """
        found = [Owners(parents[generic.parent], generic.path, generic.start, generic.stop)]
        for one, known in zip(self.members, slots, strict=True):
            for slot in one.shape.slots:
                if slot.level is level:
                    path = np.full(len(one.entry), slot.path, np.int32)
                    stop = one.at[:, slot.last] + one.shape.lengths[slot.last]
                    found.append(Owners(known[slot.parent], path, one.at[:, slot.first], stop))
        every = chained(found)
        # Those of one entry come from one shape, in order.
        order = np.argsort(every.parent, kind="stable")
        new = np.empty(len(order), np.int64)
        new[order] = np.arange(len(order))
        pieces = iter(np.split(new, np.cumsum([len(one) for one in found])[:-1]))
        renumbered = next(pieces)
        for one, known in zip(self.members, slots, strict=True):
            known += [next(pieces) for slot in one.shape.slots if slot.level is level]
        return every.taken(order), renumbered


def _texts(one: Members, slots: list[NDArray[np.int64]]) -> Places:
    shape = one.shape
    start = one.at[:, shape.tag] + shape.offset
    stop = np.where(shape.length < 0, one.at[:, shape.tag + 1], start + shape.length)
    return Places(
        np.repeat(shape.path, len(one.entry)),
        np.concatenate([slots[slot] for slot in shape.slot]),
        start.T.ravel(),
        stop.T.ravel(),
    )


def reduced(piece: bytes, shapes: Shapes) -> Reduced:
    """Leave out of a piece the entries that have a known shape."""
    entries = shapes.entries(piece)
    if entries is None:
        return whole(piece)
    buffer = padded(piece)
    members = []
    is_member = np.zeros(len(entries.first), bool)
    for mark, shape in shapes.known.items():
        rows = np.flatnonzero(entries.mark == np.uint64(mark))
        if len(rows):
            found = shape.members(entries, rows, buffer)
            is_member[found.entry] = True
            members.append(found)
    if not is_member.any():
        return whole(piece, entries)
    tag = len(b"<Ntry>") + shapes.prefix_length
    first, length = _runs(buffer, entries, is_member, tag + 1)
    # Of a run, the first begin tag and the last end tag are left.
    begin = entries.tags[entries.first[first]] + tag
    end = entries.tags[entries.last[first + length - 1]]
    kept = zip([0, *end.tolist()], [*begin.tolist(), len(piece)], strict=True)
    removed = np.append(0, np.cumsum(end - begin))
    return Reduced(
        data=b"".join(piece[start:stop] for start, stop in kept),
        entries=entries,
        members=tuple(members),
        others=np.flatnonzero(~is_member),
        run=(first, length),
        cut=(begin - removed[:-1], removed),
    )


def whole(piece: bytes, entries: Entries | None = None) -> Reduced:
    """Leave nothing out."""
    others = np.arange(len(entries.first) if entries else 0)
    return Reduced(piece, entries, (), others, (_NONE, _NONE), (_NONE, _NONE))


def _runs(
    buffer: NDArray[np.uint8], entries: Entries, is_member: NDArray[np.bool_], end_tag: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find entries one behind the other, with nothing but blanks between them: the first of each run, and how many."""
    rows = np.flatnonzero(is_member)
    before, after = rows[:-1], rows[1:]
    follows = (after == before + 1) & (entries.last[before] + 1 == entries.first[after])
    begin = entries.tags[entries.last[before]] + end_tag
    until = entries.tags[entries.first[after]]
    gaps = np.flatnonzero(follows & (until > begin))
    follows[gaps] = is_blank(buffer, begin[gaps], until[gaps])
    starts = np.append(0, np.flatnonzero(~follows) + 1)
    return rows[starts], np.diff(starts, append=len(rows))
