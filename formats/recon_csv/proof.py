"""The running balance as proof: each balance is the one before plus the amounts between.

In: amounts and balances as whole numbers, one pair a row. Out: how many links hold and how many break, and the balances
before the first and after the last row. It proves decimal marks, the treatment of fees and the order of rows; it cannot
tell a turned sign from a balance that stands before its row, so a turned sign is never taken from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

Order = Literal["newest_first", "oldest_first", "unknown"]
Pair = tuple[int | None, int | None]
_BEGINNING: Final = 1000
_ORDERS: Final[tuple[Order, Order]] = ("newest_first", "oldest_first")


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """The amount of every row and the balance that stands beside it, in one order of rows; 0 where there is none."""

    amounts: NDArray[np.int64]
    balances: NDArray[np.int64]
    has_amount: NDArray[np.bool_]
    has_balance: NDArray[np.bool_]

    @classmethod
    def of_columns(cls, amounts: pl.Series, balances: pl.Series) -> Moves:
        """Take two columns of minor units."""
        (moved, has_amount), (held, has_balance) = map(_filled, (amounts, balances))
        return cls(moved, held, has_amount, has_balance)

    @classmethod
    def of(cls, rows: Moves | Iterable[Pair]) -> Moves:
        """Take moves as they are, or rows of amount and balance."""
        if isinstance(rows, Moves):
            return rows
        pairs = list(rows)
        amounts, balances = (
            pl.Series([pair[at] for pair in pairs], dtype=pl.Int64) for at in (0, 1)
        )
        return cls.of_columns(amounts, balances)

    def __len__(self) -> int:
        return len(self.amounts)

    def __getitem__(self, part: slice) -> Moves:
        """Give some of the rows, or all in the other order by `[::-1]`."""
        return Moves(
            self.amounts[part], self.balances[part], self.has_amount[part], self.has_balance[part]
        )

    def turned(self) -> Moves:
        """Give the rows with all signs of the amounts turned."""
        return Moves(-self.amounts, self.balances, self.has_amount, self.has_balance)

    def pairs(self) -> list[Pair]:
        """Give the rows one by one."""
        read = (self.amounts, self.has_amount, self.balances, self.has_balance)
        return [
            (amount if has_amount else None, balance if has_balance else None)
            for amount, has_amount, balance, has_balance in zip(
                *(column.tolist() for column in read), strict=True
            )
        ]


def _filled(units: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Give the values, 0 where there is none, and where there is one."""
    if not units.null_count():
        return units.to_numpy(), np.ones(len(units), dtype=np.bool_)
    return units.fill_null(0).to_numpy(), units.is_not_null().to_numpy()


@dataclass(frozen=True, slots=True)
class Chain:
    """Links say something (the amounts between two balances are not zero); `first_break` counts rows from 0."""

    links: int
    breaks: int
    first_break: int | None = None


def chain(rows: Moves | Iterable[Pair]) -> Chain:
    """Follow the balance through rows that run from the oldest to the newest."""
    moves = Moves.of(rows)
    if moves.has_balance.all():
        # Nearly every table has a balance on every row, and then nothing needs to be added up or copied.
        held: Sequence[int] | NDArray[np.int64] = range(len(moves))
        between, is_known, balances = moves.amounts[1:], moves.has_amount[1:], moves.balances
    else:
        held = np.flatnonzero(moves.has_balance)
        # Sums may wrap, but their differences are taken in the same arithmetic and are those of a few rows each.
        between = np.diff(np.cumsum(moves.amounts)[held])
        is_known = np.diff(np.cumsum(~moves.has_amount)[held]) == 0
        balances = moves.balances[held]
    holds_here = is_known & (np.diff(balances) == between)
    breaks = np.flatnonzero(~holds_here)
    first_break = int(held[breaks[0] + 1]) if len(breaks) else None
    return Chain(int((holds_here & (between != 0)).sum()), len(breaks), first_break)


def holds(
    groups: Sequence[Moves | Sequence[Pair]], order: Order, *, is_turned: bool = False
) -> bool:
    """Say whether the balances of several accounts, whose rows stand in file order, prove the amounts in this order of rows.

    Args:
        groups: the rows of each account.
        order: the order in which the rows stand.
        is_turned: whether all signs are turned.
    """
    links = 0
    for group in groups:
        moves = Moves.of(group)
        rows = moves[::-1] if order == "newest_first" else moves
        rows = rows.turned() if is_turned else rows
        # The first rows already tell of nearly every order that does not hold; what is said to hold holds throughout.
        if len(rows) > _BEGINNING and chain(rows[:_BEGINNING]).breaks:
            return False
        found = chain(rows)
        if found.breaks:
            return False
        links += found.links
    return links > 0


def proven_order(groups: Sequence[Moves | Sequence[Pair]]) -> Order:
    """Give the order of rows in which the balance holds, `unknown` if it is none or both."""
    proven = [order for order in _ORDERS if holds(groups, order)]
    return proven[0] if len(proven) == 1 else "unknown"


def is_turned(groups: Sequence[Moves | Sequence[Pair]]) -> bool:
    """Say whether the balance holds with all signs turned, and only so."""
    if any(holds(groups, order) for order in _ORDERS):
        return False
    return any(holds(groups, order, is_turned=True) for order in _ORDERS)


def balances_at_ends(rows: Moves | Iterable[Pair]) -> tuple[int, int | None] | None:
    """Give the balance before the first and after the last of rows that run from the oldest to the newest.

    The last is None where rows follow it: no balance stands behind these that would prove their amounts.
    """
    moves = Moves.of(rows)
    held = np.flatnonzero(moves.has_balance)
    if not len(held) or not moves.has_amount.all():
        return None
    first, last = int(held[0]), int(held[-1])
    opening = int(moves.balances[first]) - _sum(moves.amounts[: first + 1])
    closing = int(moves.balances[last]) if last == len(moves) - 1 else None
    return opening, closing


def _sum(amounts: NDArray[np.int64]) -> int:
    # Int64 sums wrap in silence.
    return int(pl.Series(amounts).cast(pl.Int128).sum())
