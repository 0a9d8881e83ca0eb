"""What competing lines choose from: a proposal of a line with its worth and what it would settle of each item."""

from __future__ import annotations

from typing import NamedTuple


class Share(NamedTuple):
    """What an option would settle of an item, and what is open of it; minor units without sign."""

    item: int
    settles: int
    open: int


class Option(NamedTuple):
    """One proposal of a line: its millibits and its share of each item it would settle."""

    line: int
    proposal: int
    millibits: int
    shares: tuple[Share, ...]
