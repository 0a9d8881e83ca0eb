"""Where the texts of a document stand, before they are cut out. In: what tokenisers find. Out: a Part.

Tags are found in small pieces, whose arrays stay in the processor's cache; texts are cut out and lines made of larger
blocks, because each step of a frame has its price, however few rows it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from recon_camt.leaves import Owners, Part, Texts, by_path
from recon_camt.paths import PARENT_LEVELS, Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from recon_camt.paths import Paths

_ENTITIES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_UNTIDY: Final = (b"\n", b"\r", b"\t")


@dataclass(frozen=True, slots=True)
class Places:
    """Texts to be: number of the path, number of the owner on the path's level, where the text begins and ends."""

    path: NDArray[np.int32]
    owner: NDArray[np.int64]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a piece, with places in it; texts of one path and owner are in document order."""

    owners: Mapping[Level, Owners]
    places: Places


@dataclass(frozen=True, slots=True)
class Piece:
    """What was read of a piece: its owners, and of each text the number of the path, that of the owner, and its bytes.

    `cut` has all texts, none empty, each with a `<` behind it. They are tidy if none has a line end or a tab, or a blank
    at one of its ends.
    """

    owners: Mapping[Level, Owners]
    path: NDArray[np.int32]
    owner: NDArray[np.int64]
    cut: bytes
    is_tidy: bool


def put_together(places: Sequence[Places]) -> Places:
    """Put places one behind the other."""
    return Places(
        np.concatenate([one.path for one in places]),
        np.concatenate([one.owner for one in places]),
        np.concatenate([one.start for one in places]),
        np.concatenate([one.stop for one in places]),
    )


def cut_out(found: Found, piece: bytes, offset: int) -> Piece:
    """Cut texts out of a piece, whose place in the document is `offset`; no text may have a `<`."""
    said = found.places
    rows = np.flatnonzero(said.stop > said.start)
    start = said.start.take(rows)
    lengths = said.stop.take(rows) - start + 1
    ends = np.cumsum(lengths)
    at = np.repeat(start - (ends - lengths), lengths)
    at += np.arange(len(at))
    # Of a piece that ends within a text there is nothing behind it, but its `<` is written in any case.
    cut = np.frombuffer(piece, np.uint8).take(at, mode="clip")
    cut[ends - 1] = ord("<")
    text = cut.tobytes()
    at_ends = np.concatenate([cut[ends - lengths], cut[ends - 2]])
    is_tidy = bool((at_ends > ord(" ")).all()) and not any(one in text for one in _UNTIDY)
    owners = {level: one.moved(offset) for level, one in found.owners.items()}
    return Piece(owners, said.path.take(rows), said.owner.take(rows), text, is_tidy)


def joined(pieces: Sequence[Piece], offsets: Sequence[int], paths: Paths) -> Part:
    """Join pieces, numbering their owners through; texts that are blank say nothing.

    Args:
        pieces: one at least; each but the first begins with the elements that the one before it left open.
        offsets: the place in the document where each begins.
        paths: the names of paths.
    """
    level_of_path = paths.levels()
    counts = dict.fromkeys(PARENT_LEVELS, 0)
    owners: dict[Level, list[Owners]] = {level: [] for level in PARENT_LEVELS}
    owner_of_text = []
    for piece, offset in zip(pieces, offsets, strict=True):
        # The first piece keeps the elements that were open before it: nothing here stands for them.
        open_before = {
            level: int((one.start < offset).sum()) if counts[level] else 0
            for level, one in piece.owners.items()
        }
        base = {level: counts[level] - open_before[level] for level in PARENT_LEVELS}
        base[Level.OUTSIDE] = 0
        for level, one in piece.owners.items():
            owners[level].append(one.behind(open_before[level], base[PARENT_LEVELS[level]]))
            counts[level] += len(owners[level][-1])
        shift = np.array([base[level] for level in Level], np.int64)
        owner_of_text.append(piece.owner + shift[level_of_path[piece.path]])
    path, owner = np.concatenate([one.path for one in pieces]), np.concatenate(owner_of_text)
    text = _texts(b"".join([one.cut for one in pieces]))
    if not all(one.is_tidy for one in pieces):
        text = cleaned(text)
    order = by_path(path, owner)
    is_said = text != ""
    if not is_said.all():
        order = order[is_said.to_numpy()[order]]
    return Part(
        {level: chained(found) for level, found in owners.items()},
        Texts(path[order], owner[order], text[order]),
    )


def chained(owners: Sequence[Owners]) -> Owners:
    """Put owners one behind the other."""
    return Owners(
        np.concatenate([one.parent for one in owners]),
        np.concatenate([one.path for one in owners]),
        np.concatenate([one.start for one in owners]),
        np.concatenate([one.stop for one in owners]),
    )


def _texts(cut: bytes) -> pl.Series:
    """Make texts of bytes in which each has a `<` behind it."""
    if not cut:
        return pl.Series([], dtype=pl.String)
    texts = pl.Series([cut[:-1].decode()], dtype=pl.String).str.split("<").list.explode()
    if b"&" in cut:
        texts = texts.str.replace_many(list(_ENTITIES), list(_ENTITIES.values()))
    return texts


def cleaned(texts: pl.Series) -> pl.Series:
    """Strip texts, and make one blank of each line end or run of blanks around it."""
    if texts.str.contains(r"[\n\r\t]").any():
        texts = texts.str.replace_all(r"[ \t]*[\n\r\t]+\s*", " ")
    return texts.str.strip_chars(" \t\r\n")
