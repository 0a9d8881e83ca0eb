"""Write a world: bank files, open items, customers and the exact truth, all from one seed.

    python benchmarks/generate.py --out out/world --lines 10000 --items 20000 --noise medium --seed 1

The same parameters give the same bytes. Nothing here is shared with the matcher: the world knows what happened because
it made it happen. `benchmarks/README.md` says what is modelled, and what is not.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    # Run as a script, only the folder of the script is on the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.world.chance import Chance
from benchmarks.world.customers import ITEMS_PER_CUSTOMER, build_customers, mark_distinct_names
from benchmarks.world.history import play_history
from benchmarks.world.items import Book, build_book
from benchmarks.world.mix import LEVELS
from benchmarks.world.render_camt import render_camt
from benchmarks.world.render_csv import render_csv
from benchmarks.world.render_mt940 import render_mt940
from benchmarks.world.render_ofx import render_ofx
from benchmarks.world.scenarios import play_month
from benchmarks.world.sellers import SELLERS
from benchmarks.world.tables import render_past, render_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.world.customers import Customer
    from benchmarks.world.desk import Line

_RENDER = {
    "mt940": render_mt940,
    "mt940_slash": render_mt940,
    "ofx": render_ofx,
    "csv": render_csv,
    "camt": render_camt,
}
OPENING_BALANCE = 100_000_000
SMALLEST = 200


@dataclass(frozen=True, slots=True)
class World:
    """What was made for each seller, in the order of SELLERS: a book, a month of lines, and the two months before."""

    books: tuple[Book, ...]
    months: tuple[tuple[Line, ...], ...]
    histories: tuple[tuple[Line, ...], ...]

    def scenarios(self) -> Counter[str]:
        """Count the lines of each scenario."""
        return Counter(line.scenario for month in self.months for line in month)


def build_world(
    lines: int,
    items: int,
    level: str,
    seed: int,
    without_item: int = 0,
    *,
    has_reports: bool = False,
) -> World:
    """Make customers, items and lines of all sellers.

    Args:
        lines: bank lines in all, at least SMALLEST.
        items: open items in all, at least SMALLEST.
        level: noise, one of LEVELS.
        seed: any whole number from 0.
        without_item: per mille of the receipts that pay for nothing in the books.
        has_reports: the reports of payment providers and the slips of deposits come along, as `batches.csv`.
    """
    assert min(lines, items) >= SMALLEST, f"at least {SMALLEST} lines and items are needed"
    assert level in LEVELS, level
    customers = _build_customers(_split(items), seed)
    books, months, histories = [], [], []
    for seller, line_count, item_count in zip(SELLERS, _split(lines), _split(items), strict=True):
        issues = Chance(seed, f"items {seller.key}")
        book = build_book(seller, customers[seller.key], item_count, issues)
        past, now = (Chance(seed, f"{part} {seller.key}") for part in ("history", "payments"))
        # The month looks back on what its history showed.
        histories.append(tuple(play_history(book, level, past)))
        month = play_month(book, line_count, level, now, without_item, has_reports=has_reports)
        months.append(tuple(month))
        books.append(book)
    return World(tuple(books), tuple(months), tuple(histories))


def _build_customers(item_counts: list[int], seed: int) -> dict[str, list[Customer]]:
    """Make all sellers' customers; whose items have one currency, must be told apart by name across sellers."""
    taken: set[str] = set()
    made: dict[str, list[Customer]] = {}
    of_currency: dict[str, list[Customer]] = {}
    for seller, item_count in zip(SELLERS, item_counts, strict=True):
        count = max(20, item_count // ITEMS_PER_CUSTOMER)
        draws = Chance(seed, f"customers {seller.key}")
        made[seller.key] = build_customers(seller, count, draws, taken)
        of_currency.setdefault(seller.currency, []).extend(made[seller.key])
    for group in of_currency.values():
        mark_distinct_names(group)
    return made


def _split(count: int) -> list[int]:
    """Share a count among the sellers; the first takes the rest."""
    parts = [int(count * seller.share) for seller in SELLERS]
    parts[0] += count - sum(parts)
    return parts


def render_world(world: World) -> Iterator[tuple[str, bytes]]:
    """Give the relative name and the bytes of every file."""
    for book, past, month in zip(world.books, world.histories, world.months, strict=True):
        opening = OPENING_BALANCE
        for folder, lines in (("history/statements", past), ("statements", month)):
            for name, data in _RENDER[book.seller.format](book.seller, list(lines), opening):
                yield f"{folder}/{name}", data
            opening += sum(line.amount for line in lines)
    yield from render_tables(world.books, world.months)
    yield "history/allocations.csv", render_past(world.books, world.histories)


def write_world(world: World, out: Path) -> None:
    """Write every file below `out`; files of an earlier world must not be there."""
    for name, data in render_world(world):
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _share(text: str) -> int:
    """Read a share from 0 to 1 as per mille."""
    share = round(float(text) * 1000)
    if not 0 <= share <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is no share from 0 to 1")
    return share


def main() -> None:
    """Read the call and write the world."""
    parser = argparse.ArgumentParser(description="Write a seeded world with its truth.")
    parser.add_argument("--out", type=Path, required=True, help="a folder that is new or empty")
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--noise", choices=LEVELS, default="medium")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--without-item", type=_share, default=0, help="share of receipts that pay for nothing here"
    )
    parser.add_argument(
        "--with-batches", action="store_true", help="the reports of payment providers come along"
    )
    chosen = parser.parse_args()
    if chosen.out.exists() and any(chosen.out.iterdir()):
        parser.error(f"{chosen.out} is not empty")
    # Millions of objects and no cycle among them: looking for cycles would take half of the time.
    gc.disable()
    world = build_world(
        chosen.lines,
        chosen.items,
        chosen.noise,
        chosen.seed,
        chosen.without_item,
        has_reports=chosen.with_batches,
    )
    write_world(world, chosen.out)
    for scenario, count in sorted(world.scenarios().items()):
        print(f"{scenario:24}{count:9}")


if __name__ == "__main__":
    main()
