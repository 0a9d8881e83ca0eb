"""Write a world: bank files, open items, customers and the exact truth, all from one seed.

    python benchmarks/generate.py --out out/world --lines 10000 --items 20000 --noise medium --seed 1

The same parameters give the same bytes. Nothing here is shared with the matcher: the world knows what happened because
it made it happen. `benchmarks/README.md` says what is modelled, and what is not.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.world.chance import Chance
from benchmarks.world.customers import ITEMS_PER_CUSTOMER, build_customers
from benchmarks.world.items import Book, build_book
from benchmarks.world.mix import LEVELS
from benchmarks.world.render_csv import render_csv
from benchmarks.world.render_mt940 import render_mt940
from benchmarks.world.render_ofx import render_ofx
from benchmarks.world.scenarios import play_month
from benchmarks.world.sellers import SELLERS
from benchmarks.world.tables import render_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.world.desk import Line

OPENING_BALANCE = 100_000_000
SMALLEST = 200


@dataclass(frozen=True, slots=True)
class World:
    """What was made: a book and a month of lines for each seller, in the order of SELLERS."""

    books: tuple[Book, ...]
    months: tuple[tuple[Line, ...], ...]

    def scenarios(self) -> Counter[str]:
        """Count the lines of each scenario."""
        return Counter(line.scenario for month in self.months for line in month)


def build_world(lines: int, items: int, level: str, seed: int) -> World:
    """Make customers, items and lines of all sellers.

    Args:
        lines: bank lines in all, at least SMALLEST.
        items: open items in all, at least SMALLEST.
        level: noise, one of LEVELS.
        seed: any whole number from 0.
    """
    assert min(lines, items) >= SMALLEST, f"at least {SMALLEST} lines and items are needed"
    assert level in LEVELS, level
    books, months = [], []
    for seller, line_count, item_count in zip(SELLERS, _split(lines), _split(items), strict=True):
        customer_count = max(20, item_count // ITEMS_PER_CUSTOMER)
        customers = build_customers(seller, customer_count, Chance(seed, f"customers {seller.key}"))
        book = build_book(seller, customers, item_count, Chance(seed, f"items {seller.key}"))
        payments = Chance(seed, f"payments {seller.key}")
        books.append(book)
        months.append(tuple(play_month(book, line_count, level, payments)))
    return World(tuple(books), tuple(months))


def _split(count: int) -> list[int]:
    """Share a count among the sellers; the first takes the rest."""
    parts = [int(count * seller.share) for seller in SELLERS]
    parts[0] += count - sum(parts)
    return parts


def render_world(world: World) -> Iterator[tuple[str, bytes]]:
    """Give the relative name and the bytes of every file."""
    render = {"D": render_mt940, "U": render_ofx, "G": render_csv}
    for book, month in zip(world.books, world.months, strict=True):
        files = render[book.seller.key](book.seller, list(month), OPENING_BALANCE)
        for name, data in files:
            yield f"statements/{name}", data
    yield from render_tables(world.books, world.months)


def write_world(world: World, out: Path) -> None:
    """Write every file below `out`; files of an earlier world must not be there."""
    for name, data in render_world(world):
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def main() -> None:
    """Read the call and write the world."""
    parser = argparse.ArgumentParser(description="Write a seeded world with its truth.")
    parser.add_argument("--out", type=Path, required=True, help="a folder that is new or empty")
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--noise", choices=LEVELS, default="medium")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if chosen.out.exists() and any(chosen.out.iterdir()):
        parser.error(f"{chosen.out} is not empty")
    world = build_world(chosen.lines, chosen.items, chosen.noise, chosen.seed)
    write_world(world, chosen.out)
    for scenario, count in sorted(world.scenarios().items()):
        print(f"{scenario:24}{count:9}")


if __name__ == "__main__":
    main()
