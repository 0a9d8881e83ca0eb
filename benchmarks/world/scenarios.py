"""The scenarios by name, and one seller's month played through. In: a book. Out: lines in order of booking."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from benchmarks.world import quoted, silent, strange
from benchmarks.world.desk import Desk
from benchmarks.world.mix import FILLER, counts

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.world.chance import Chance
    from benchmarks.world.desk import Line
    from benchmarks.world.items import Book

SCENARIOS: MappingProxyType[str, Callable[[Desk], list[Line]]] = MappingProxyType(
    {
        play.__name__: play
        for play in (
            quoted.exact_quote,
            quoted.mangled_number,
            quoted.mistyped_number,
            quoted.wrong_number,
            quoted.reference_right,
            quoted.several_quoted,
            quoted.credit_note_quoted,
            quoted.credit_note_silent,
            quoted.discount_in_time,
            quoted.short_by_charge,
            quoted.overpayment,
            quoted.part_payment,
            quoted.parent_pays,
            quoted.duplicate_payment,
            quoted.closed_item_quoted,
            silent.account_and_amount,
            silent.name_and_amount,
            silent.several_unquoted,
            silent.equal_items,
            silent.amount_only,
            silent.ambiguous_amount,
            strange.coinciding_amount,
            strange.coinciding_number,
            strange.returned_payment,
            strange.bank_fee,
            strange.interest,
            strange.own_transfer,
            strange.card_settlement,
        )
    }
)
# A scenario that finds no item that fits, so often in a row, is given up; outgoing lines take its place.
GIVE_UP_AFTER = 60


def play_month(book: Book, lines: int, level: str, chance: Chance) -> list[Line]:
    """Make one seller's lines, each with its truth, numbered in order of booking.

    Args:
        book: the seller's items; those that are paid are marked used.
        lines: how many.
        level: low, medium or high.
        chance: the draws.
    """
    desk = Desk(book, chance, level)
    played: list[Line] = []
    for scenario, wanted in counts(lines, level).items():
        if scenario != FILLER:
            played += _play(desk, scenario, wanted)
    played = played[:lines]
    played += [strange.outgoing(desk) for _ in range(lines - len(played))]
    chance.shuffle(played)
    played.sort(key=lambda line: line.day)
    for sequence, line in enumerate(played, start=1):
        line.reference = f"{book.seller.key}{sequence:09d}"
        line.check()
    return played


def _play(desk: Desk, scenario: str, wanted: int) -> list[Line]:
    """Play one scenario until `wanted` lines are made or no item fits any more."""
    made: list[Line] = []
    failures = 0
    while len(made) < wanted and failures < GIVE_UP_AFTER:
        lines = SCENARIOS[scenario](desk)
        failures = 0 if lines else failures + 1
        made += lines
    return made
