"""Judge the running balance of what was read: order of rows, balances at both ends, and where it breaks.

In: one account's values with their dates and records, and the records that were refused. Out: a `Running`. Rows of one day that
stand in another order than their balances are put in order; a refused row leaves a gap that says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np

from recon_csv.proof import (
    Chain,
    Moves,
    Order,
    Pair,
    balances_at_ends,
    chain,
    proven_order,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    import polars as pl


@dataclass(frozen=True, slots=True)
class Running:
    """`ends` are the balances before the first and after the last row, where one stands there; `break_row` is the row (from 0) of the first break."""

    ends: tuple[int, int | None] | None
    is_ordered: bool
    breaks: int = 0
    break_row: int | None = None


def follow_balance(
    part: pl.DataFrame, refused: Sequence[int], declared: Order = "unknown"
) -> Running:
    """Follow the balance through the rows of one account in one currency.

    Args:
        part: `record, booked, amount_read, balance_units` in file order, in minor units.
        refused: records of the file that could not be read, ascending.
        declared: the order that a profile states, used where the balance proves none.
    """
    moves = Moves.of_columns(part["amount_read"], part["balance_units"])
    days = part["booked"]
    gaps = _gaps(part["record"], refused)
    order = _order(moves, days, (gaps, declared))
    forward = _follow(moves, gaps, "oldest_first" if order == "unknown" else order)
    ordered = moves[::-1] if order == "newest_first" else moves
    if order != "unknown" and not forward.breaks:
        return Running(balances_at_ends(ordered), is_ordered=True)
    arranged = None if refused else arrange(moves.pairs(), days.to_list())
    if arranged is not None:
        return Running(balances_at_ends(arranged), is_ordered=True)
    if order == "unknown":
        either = [forward, _follow(moves, gaps, "newest_first")]
        forward = min(either, key=lambda found: found.breaks)
        return Running(None, is_ordered=False, breaks=forward.breaks, break_row=forward.first_break)
    return Running(
        balances_at_ends(ordered),
        is_ordered=True,
        breaks=forward.breaks,
        break_row=forward.first_break,
    )


def _gaps(numbers: pl.Series, refused: Sequence[int]) -> list[int]:
    """Give the rows (from 0) before which a refused record stands."""
    places = np.unique(np.searchsorted(numbers.to_numpy(), np.array(refused, dtype=np.int64)))
    return [int(place) for place in places if 0 < place < len(numbers)]


def _runs(moves: Moves, gaps: Sequence[int]) -> list[tuple[int, Moves]]:
    """Part the rows at the gaps; each run with the row at which it begins."""
    edges = [0, *gaps, len(moves)]
    return [(start, moves[start:end]) for start, end in pairwise(edges)]


def _follow(moves: Moves, gaps: Sequence[int], order: Order) -> Chain:
    """Follow the balance within each run; `first_break` counts rows as the file has them."""
    links = breaks = 0
    first: int | None = None
    runs = _runs(moves, gaps)
    for start, run in reversed(runs) if order == "newest_first" else runs:
        found = chain(run[::-1] if order == "newest_first" else run)
        links += found.links
        breaks += found.breaks
        if found.first_break is not None and first is None:
            at = found.first_break
            first = start + (len(run) - 1 - at if order == "newest_first" else at)
    return Chain(links, breaks, first)


def _order(moves: Moves, days: pl.Series, known: tuple[Sequence[int], Order]) -> Order:
    """Give the order of rows: as the balance proves or the profile declares, else as the dates run."""
    gaps, declared = known
    proven = proven_order([run for _, run in _runs(moves, gaps)])
    if proven != "unknown":
        return proven
    if declared != "unknown":
        return declared
    if len(moves) == 1:
        return "oldest_first"
    if days.n_unique() < 2:
        return "unknown"
    if days.is_sorted():
        return "oldest_first"
    return "newest_first" if days.is_sorted(descending=True) else "unknown"


def arrange(pairs: Sequence[Pair], days: Sequence[dt.date]) -> list[Pair] | None:
    """Put the rows of each day in the order in which the balance runs; None if there is none.

    Each row leads from the balance before it to the balance after it, so a day is in order where its rows make one path that begins
    at the balance of the day before.
    """
    rows = [(day, amount, held) for day, (amount, held) in zip(days, pairs, strict=True)]
    if any(amount is None or held is None for _, amount, held in rows):
        return None
    arranged: list[Pair] = []
    for _, of_day in groupby(sorted(rows, key=lambda row: row[0]), key=lambda row: row[0]):
        steps = [(amount or 0, held or 0) for _, amount, held in of_day]
        path = _path(steps, arranged[-1][1] if arranged else _start(steps))
        if path is None:
            return None
        arranged += path
    return arranged


def _start(steps: Iterable[tuple[int, int]]) -> int | None:
    """Give the balance that is only left and never reached; None where the day ends as it began."""
    open_ends: dict[int, int] = {}
    for amount, held in steps:
        open_ends[held - amount] = open_ends.get(held - amount, 0) + 1
        open_ends[held] = open_ends.get(held, 0) - 1
    return next((balance for balance, count in open_ends.items() if count == 1), None)


def _path(steps: list[tuple[int, int]], start: int | None) -> list[Pair] | None:
    """Give one order in which every row begins at the balance that the row before it leaves (Hierholzer's algorithm)."""
    if start is None:
        return None
    leaving: dict[int, list[tuple[int, int]]] = {}
    for amount, held in steps:
        leaving.setdefault(held - amount, []).append((amount, held))
    stack: list[tuple[int, tuple[int, int] | None]] = [(start, None)]
    path: list[Pair] = []
    while stack:
        balance, step = stack[-1]
        if leaving.get(balance):
            taken = leaving[balance].pop()
            stack.append((taken[1], taken))
        else:
            stack.pop()
            if step is not None:
                path.append(step)
    path.reverse()
    is_whole = len(path) == len(steps)
    return path if is_whole and not chain([(0, start), *path]).breaks else None
