"""The scenarios by name, and one seller's month played through. In: a book. Out: lines in order of booking."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from benchmarks.world import (
    deducted,
    missing,
    payers,
    quoted,
    remembered,
    settled,
    silent,
    strange,
    written,
)
from benchmarks.world.desk import Desk
from benchmarks.world.mix import FILLER, PLAIN, counts

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
            written.letter_for_digit,
            written.transposed_number,
            written.cut_number,
            written.reference_mistyped,
            written.range_quoted,
            written.shared_prefix,
            written.several_in_part,
            written.purchase_order_quoted,
            written.customer_number_quoted,
            written.end_to_end_number,
            deducted.discount_late,
            deducted.discount_on_net,
            deducted.discount_rounded,
            deducted.deduction_stated,
            deducted.deduction_unstated,
            deducted.instalments,
            payers.factor_pays,
            payers.agent_pays,
            payers.two_customers,
            payers.owner_pays,
            payers.alias_pays,
            payers.alias_and_amount,
            payers.name_respelled,
            payers.sister_by_account,
            payers.sister_quoted,
            settled.provider_settlement,
            settled.cheque_batch,
            settled.other_currency,
            settled.prepayment,
            settled.salaries,
            settled.tax,
            remembered.history_account_and_amount,
            remembered.history_name_and_amount,
            remembered.history_mandate_and_amount,
            remembered.mandate_unknown,
            remembered.history_usual_charge,
            remembered.history_oldest_first,
            remembered.history_agent_amount,
            remembered.history_agent_ambiguous,
            missing.no_item,
        )
    }
)
# A scenario that finds no item that fits, so often in a row, is given up; plain payments take its place.
GIVE_UP_AFTER = 60


def play_month(
    book: Book,
    lines: int,
    level: str,
    chance: Chance,
    without_item: int = 0,
    *,
    has_reports: bool = False,
) -> list[Line]:
    """Make one seller's lines, each with its truth, numbered in order of booking.

    Args:
        book: the seller's items; those that are paid are marked used.
        lines: how many.
        level: low, medium or high.
        chance: the draws; each scenario has a branch of its own.
        without_item: per mille of the receipts that pay for nothing in the books.
        has_reports: the reports of providers and the slips of deposits come along.
    """
    desk = Desk(book, chance, level)
    desk.has_reports = has_reports
    wanted = counts(lines, level, without_item)
    filler = wanted.pop(FILLER)
    del wanted[PLAIN]
    played: list[Line] = []
    for scenario, count in wanted.items():
        played += _play(desk, scenario, count, chance)
    # What found no item is a plain payment; where there is no item at all, we pay.
    played += _play(desk, PLAIN, lines - filler - len(played), chance)
    played = played[:lines]
    desk.chance = chance.branch(FILLER)
    played += [strange.outgoing(desk) for _ in range(lines - len(played))]
    chance.shuffle(played)
    played.sort(key=lambda line: line.day)
    for sequence, line in enumerate(played, start=1):
        line.reference = f"{book.seller.key}{sequence:09d}"
        line.check()
    return played


def _play(desk: Desk, scenario: str, wanted: int, chance: Chance) -> list[Line]:
    """Play one scenario until `wanted` lines are made or no item fits any more."""
    desk.chance = chance.branch(scenario)
    made: list[Line] = []
    failures = 0
    while len(made) < wanted and failures < GIVE_UP_AFTER:
        lines = SCENARIOS[scenario](desk)
        failures = 0 if lines else failures + 1
        made += lines
    return made
