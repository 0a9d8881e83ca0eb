"""What choosing a set costs."""

from __future__ import annotations

from math import comb, log2

import polars as pl

from recon.match.proposals.choice import choice_millibits


def test_naming_one_subset_costs_the_logarithm_of_how_many_there_are():
    frame = pl.DataFrame({"taken": [0, 1, 3, 20, 200], "whole": [5, 8, 10, 40, 200]})

    costs = frame.select(cost=choice_millibits(pl.col("taken"), pl.col("whole")))["cost"].to_list()

    assert costs == [
        -round(1000 * log2(comb(whole, taken)))
        for taken, whole in zip(frame["taken"], frame["whole"], strict=True)
    ]
