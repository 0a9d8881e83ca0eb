"""The running balance as proof: each balance is the one before plus the amounts between.

In: amounts and balances as whole numbers, one pair a row. Out: how many links hold and how many break, and the balances
before the first and after the last row. It proves decimal marks, the treatment of fees and the order of rows; it cannot
tell a turned sign from a balance that stands before its row, so a turned sign is never taken from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Order = Literal["newest_first", "oldest_first", "unknown"]
Pair = tuple[int | None, int | None]
_ORDERS: Final[tuple[Order, Order]] = ("newest_first", "oldest_first")
# The wrong order breaks within a few rows, so a glance spares a walk through a long file.
_GLANCE: Final = 100


@dataclass(frozen=True, slots=True)
class Chain:
    """Links say something (the amounts between two balances are not zero); `first_break` counts rows from 0."""

    links: int
    breaks: int
    first_break: int | None = None


def chain(pairs: Iterable[Pair]) -> Chain:
    """Follow the balance through rows that run from the oldest to the newest."""
    links = breaks = 0
    last: int | None = None
    between: int | None = 0
    first_break = None
    for row, (amount, balance) in enumerate(pairs):
        between = None if between is None or amount is None else between + amount
        if balance is None:
            continue
        if last is not None:
            if between is None or last + between != balance:
                breaks += 1
                first_break = row if first_break is None else first_break
            elif between:
                links += 1
        last, between = balance, 0
    return Chain(links, breaks, first_break)


def holds(groups: Sequence[Sequence[Pair]], order: Order, *, is_turned: bool = False) -> bool:
    """Say whether the balances of several accounts, whose rows stand in file order, prove the amounts in this order of rows.

    Args:
        groups: the rows of each account.
        order: the order in which the rows stand.
        is_turned: whether all signs are turned.
    """
    links = 0
    for group in groups:
        rows = group[::-1] if order == "newest_first" else group
        if is_turned:
            rows = [(None if amount is None else -amount, held) for amount, held in rows]
        if chain(rows[:_GLANCE]).breaks:
            return False
        found = chain(rows)
        if found.breaks:
            return False
        links += found.links
    return links > 0


def proven_order(groups: Sequence[Sequence[Pair]]) -> Order:
    """Give the order of rows in which the balance holds, `unknown` if it is none or both."""
    proven = [order for order in _ORDERS if holds(groups, order)]
    return proven[0] if len(proven) == 1 else "unknown"


def is_turned(groups: Sequence[Sequence[Pair]]) -> bool:
    """Say whether the balance holds with all signs turned, and only so."""
    if any(holds(groups, order) for order in _ORDERS):
        return False
    return any(holds(groups, order, is_turned=True) for order in _ORDERS)


def balances_at_ends(pairs: Sequence[Pair]) -> tuple[int, int] | None:
    """Give the balance before the first and after the last of rows that run from the oldest to the newest."""
    held = [row for row, (_, balance) in enumerate(pairs) if balance is not None]
    if not held or any(amount is None for amount, _ in pairs):
        return None
    amounts = [amount or 0 for amount, _ in pairs]
    first, last = held[0], held[-1]
    opening = (pairs[first][1] or 0) - sum(amounts[: first + 1])
    closing = (pairs[last][1] or 0) + sum(amounts[last + 1 :])
    return opening, closing
