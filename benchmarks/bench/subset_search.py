"""Search the open items of one payer for those that make a payment, many times, and print what it took as JSON.

python -m benchmarks.bench.subset_search SEED

Amounts are drawn as the world draws them. Each pool is paid twice: with two to six of its items, as batches are, and
with half of them, where the sums are densest.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Final

from benchmarks.bench.measure import middle
from benchmarks.world.chance import Chance
from benchmarks.world.items import draw_amount
from recon.match.proposals.subsets import TOO_MANY, Subsets, find_subsets

# Items of one payer, and how many pools of that size are searched.
TRIALS: Final = {10: 200, 20: 200, 30: 200, 40: 100, 100: 50, 200: 50}
_MOST_IN_BATCH: Final = 6


@dataclass(frozen=True, slots=True)
class Searched:
    """All searches of one size and one kind of payment."""

    items: int
    paid: str
    trials: int
    median_ms: float
    longest_ms: float
    unique: int
    ambiguous: int
    too_many: int


def search(items: int, trials: int, chance: Chance, *, is_half: bool) -> Searched:
    """Search as many pools; the answer must hold the truth wherever all answers are named."""
    times: list[float] = []
    counts = {"unique": 0, "ambiguous": 0, "too_many": 0}
    for _ in range(trials):
        amounts = [draw_amount(chance, None) for _ in range(items)]
        members = items // 2 if is_half else chance.between(2, min(_MOST_IN_BATCH, items - 1))
        paid = sorted(_sample(items, members, chance))
        start = time.process_time()
        found = find_subsets(amounts, sum(amounts[at] for at in paid))
        times.append((time.process_time() - start) * 1000)
        counts[_kind(found, tuple(paid))] += 1
    return Searched(
        items,
        "half of them" if is_half else "two to six of them",
        trials,
        middle(times),
        max(times),
        **counts,
    )


def _sample(items: int, members: int, chance: Chance) -> list[int]:
    """Draw so many different positions."""
    drawn: set[int] = set()
    while len(drawn) < members:
        drawn.add(chance.below(items))
    return list(drawn)


def _kind(found: Subsets, paid: tuple[int, ...]) -> str:
    if found == TOO_MANY:
        return "too_many"
    assert found.count, "a sum that was made was not found"
    if found.count == 1:
        assert found.found == (paid,), (found.found, paid)
        return "unique"
    return "ambiguous"


def main() -> None:
    """Search every size, after one search that warms up."""
    seed = int(sys.argv[1])
    search(40, 1, Chance(seed, "warm up"), is_half=True)
    rows = [
        search(items, trials, Chance(seed, f"subsets {items}"), is_half=is_half)
        for items, trials in TRIALS.items()
        for is_half in (False, True)
    ]
    print(json.dumps([asdict(row) for row in rows]))


if __name__ == "__main__":
    main()
