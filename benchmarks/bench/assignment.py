"""Assign components of competing lines to items, and print as JSON what it took and how far from the best it may be.

python -m benchmarks.bench.assignment

Three kinds: equal items of one payer that equal payments take in turn, random claims of one item each, and random claims
of pairs of items, which are the hardest there are.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.world.chance import Chance
from recon.match.decision.options import Option, Share
from recon.match.decision.solve import solve

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES: Final = (500, 5_000)
_PAIRED: Final = (50, 250)
_TURNS: Final = 3
_CLAIMS: Final = 6
_SET_CLAIMS: Final = 4
_MOST_MILLIBITS: Final = 40_000


@dataclass(frozen=True, slots=True)
class Assigned:
    """One component that was solved."""

    kind: str
    lines: int
    options: int
    assigned: int
    gap_bits: str
    cpu_seconds: float


def in_turn(lines: int) -> Iterator[Option]:
    """As many equal items as lines: each line is offered the item of its turn and the next ones."""
    turns = ((line, line + turn) for line in range(lines) for turn in range(_TURNS))
    for at, (line, item) in enumerate(turns):
        if item < lines:
            yield Option(line, at, _MOST_MILLIBITS // 2, (Share(item, 1, 1),))


def one_each(lines: int, chance: Chance) -> Iterator[Option]:
    """Each line claims some of as many items, by bits that say nothing of each other."""
    for at in range(lines * _CLAIMS):
        share = Share(chance.below(lines), 1, 1)
        yield Option(at // _CLAIMS, at, chance.between(1, _MOST_MILLIBITS), (share,))


def pairs(lines: int, chance: Chance) -> Iterator[Option]:
    """Each line claims some pairs of twice as many items."""
    for at in range(lines * _SET_CLAIMS):
        items = sorted({chance.below(2 * lines) for _ in range(2)})
        shares = tuple(Share(item, 1, 1) for item in items)
        yield Option(at // _SET_CLAIMS, at, chance.between(1, _MOST_MILLIBITS), shares)


def measure(kind: str, lines: int, options: list[Option]) -> Assigned:
    """Solve one component and take its CPU time."""
    start = time.process_time()
    gap, chosen = solve(options)
    seconds = time.process_time() - start
    return Assigned(
        kind, lines, len(options), len(chosen), f"{gap // 1000}.{gap % 1000:03d}", seconds
    )


def main() -> None:
    """Solve all components, one after the other."""
    worlds = [("in turn", size, in_turn(size)) for size in SIZES]
    worlds += [("one item each", size, one_each(size, Chance(1, f"each {size}"))) for size in SIZES]
    worlds += [("pairs", size, pairs(size, Chance(1, f"pairs {size}"))) for size in _PAIRED]
    found = [measure(kind, size, list(options)) for kind, size, options in worlds]
    print(json.dumps([asdict(one) for one in found], indent=1))


if __name__ == "__main__":
    main()
