"""Join the pieces of a block to one part. In: parts of the fast reader, in order. Out: a Part.

Tags are found in small pieces, whose arrays stay in the processor's cache; lines are made of larger blocks, because
each step of a frame has its price, however few rows it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from recon_camt.leaves import Owners, Part, Texts
from recon_camt.paths import Level
from recon_camt.structure import PARENT_LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recon_camt.paths import Paths


def joined(parts: Sequence[Part], offsets: Sequence[int], paths: Paths) -> Part:
    """Join parts, numbering their owners through.

    Args:
        parts: one at least; each but the first begins with the elements that the one before it left open.
        offsets: the place in the document where each begins.
        paths: the names of paths.
    """
    if len(parts) == 1:
        return parts[0]
    level_of_path = paths.levels()
    counts = dict.fromkeys(PARENT_LEVELS, 0)
    owners: dict[Level, list[Owners]] = {level: [] for level in PARENT_LEVELS}
    owner_of_text = []
    for part, offset in zip(parts, offsets, strict=True):
        # The first part keeps the elements that were open before it: nothing here stands for them.
        open_before = {
            level: int((one.start < offset).sum()) if counts[level] else 0
            for level, one in part.owners.items()
        }
        base = {level: counts[level] - open_before[level] for level in PARENT_LEVELS}
        base[Level.OUTSIDE] = 0
        for level, one in part.owners.items():
            skip = open_before[level]
            parent = one.parent[skip:] + base[PARENT_LEVELS[level]]
            owners[level].append(Owners(parent, one.path[skip:], one.start[skip:], one.stop[skip:]))
            counts[level] += len(parent)
        shift = np.array([base[level] for level in Level], np.int64)
        owner_of_text.append(part.texts.owner + shift[level_of_path[part.texts.path]])
    return Part(
        {level: chained(found) for level, found in owners.items()},
        Texts(
            np.concatenate([part.texts.path for part in parts]),
            np.concatenate(owner_of_text),
            pl.concat([part.texts.text for part in parts], rechunk=True),
        ),
    )


def chained(owners: Sequence[Owners]) -> Owners:
    """Put owners one behind the other."""
    return Owners(
        np.concatenate([one.parent for one in owners]),
        np.concatenate([one.path for one in owners]),
        np.concatenate([one.start for one in owners]),
        np.concatenate([one.stop for one in owners]),
    )
