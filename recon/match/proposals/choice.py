"""What naming one subset costs: the bits of choosing it among all of its size.

In: how many things were taken, of how many. Out: millibits, negative, to lay on a proposal of a set that nobody quotes whole.
"""

from __future__ import annotations

from itertools import accumulate
from math import log2

import polars as pl

from recon.match.proposals.subsets import MOST_ITEMS


def choice_millibits(taken: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Millibits of naming one subset of `taken` out of `whole` things, negative: log2 of how many there are.

    Both are at most MOST_ITEMS of `subsets.py`.
    """
    log2_factorial = [0.0, *accumulate(log2(number) for number in range(1, MOST_ITEMS + 1))]
    every = range(MOST_ITEMS + 1)
    all_orders, orders_in, orders_out = (
        count.replace_strict(every, log2_factorial, return_dtype=pl.Float64)
        for count in (whole, taken, whole - taken)
    )
    return -((all_orders - orders_in - orders_out) * 1000).round(0).cast(pl.Int64)
