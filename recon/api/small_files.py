"""Read small files of one format together. In: files, and how one is opened and a group is read. Out: what each says, or None.

What a format says of a file is the same whatever stands beside it. So only small files are grouped, a group is bounded, and
a file that refuses is taken apart from its neighbours: it is read by itself, where it says why.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

import numpy as np

from recon.errors import ConfigurationError, MalformedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from recon.protocols import ParsedStatements, SourceFile

T = TypeVar("T")

# A larger file gains nothing by company.
_SMALL: Final = 1 << 20
_TOGETHER: Final = 8 << 20


class SmallFile(NamedTuple, Generic[T]):
    """A file that may be read with others: its place among the files, and what it was opened as."""

    number: int
    opened: T


def read_small_together(
    sources: Sequence[SourceFile],
    opened: Callable[[SourceFile], T | None],
    together: Callable[[list[SmallFile[T]]], Iterable[tuple[SmallFile[T], ParsedStatements]]],
    *,
    kind: Callable[[T], str] | None = None,
) -> list[ParsedStatements | None]:
    """Do the work of `read_many` but for what a format does with a group.

    A group is of one megabyte a file and eight in all, at most, and of two files at least. Where one of its files makes
    `together` raise `MalformedFile`, halves of the group are read, until that file is alone.

    Args:
        sources: the files.
        opened: opens one; None, `MalformedFile` and `ConfigurationError` leave it to be read by itself.
        together: reads a group; what it says nothing of is to be read by itself.
        kind: only files of one kind come into a group, as those of one encoding; None: all are of one.

    Returns:
        what each file says; None where it is to be read by itself.
    """
    read: list[ParsedStatements | None] = [None] * len(sources)
    for group in _groups(list(_open(sources, opened)), sources, kind or (lambda _: "")):
        for member, parsed in _halved(group, together):
            read[member.number] = parsed
    return read


def _open(
    sources: Sequence[SourceFile], opened: Callable[[SourceFile], T | None]
) -> Iterator[SmallFile[T]]:
    for number, source in enumerate(sources):
        if len(source.data) > _SMALL:
            continue
        try:
            found = opened(source)
        except (MalformedFile, ConfigurationError):
            continue
        if found is not None:
            yield SmallFile(number, found)


def _groups(
    members: list[SmallFile[T]], sources: Sequence[SourceFile], kind: Callable[[T], str]
) -> Iterator[list[SmallFile[T]]]:
    members = sorted(members, key=lambda one: kind(one.opened))
    ends = np.cumsum([len(sources[one.number].data) for one in members]).tolist()
    both = zip(members, ends, strict=True)
    for _, group in groupby(both, lambda one: (kind(one[0].opened), one[1] // _TOGETHER)):
        yield [one for one, _ in group]


def _halved(
    members: list[SmallFile[T]],
    together: Callable[[list[SmallFile[T]]], Iterable[tuple[SmallFile[T], ParsedStatements]]],
) -> Iterator[tuple[SmallFile[T], ParsedStatements]]:
    # What one alone gains is nothing.
    if len(members) < 2:
        return
    try:
        yield from list(together(members))
    except MalformedFile:
        half = len(members) // 2
        yield from _halved(members[:half], together)
        yield from _halved(members[half:], together)
