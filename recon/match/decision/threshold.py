"""Choose the confidence from which lines are applied, so that the day's applied lines are as right as the policy asks.

In: scored proposals and the assignment. Out: a threshold in parts per million. No magic number: the doubts that the
lines state themselves must on average stay within what the target leaves, and no line is applied below the floor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.match.decision.decide import WHOLE, is_by_order, target_ppm, with_refusal

if TYPE_CHECKING:
    from recon.config import Policy
    from recon.match.proposals.propose import Proposed


def choose_threshold(scored: Proposed, assigned: pl.DataFrame, policy: Policy) -> int:
    """Find the least confidence at which the lines from there on hold the target together.

    The surer lines of a day make room for some that are a little less sure; a line by itself must hold the target alone.

    Returns:
        parts per million; at least `decide.min_confidence`.
    """
    floor = int(policy.decide.min_confidence * WHOLE)
    target = target_ppm(policy)
    able = with_refusal(scored, assigned, policy, threshold=0).filter(
        pl.col("refusal").is_null(), ~is_by_order(policy)
    )
    running = (
        able.group_by("confidence_ppm")
        .agg(lines=pl.len().cast(pl.Int64))
        .sort("confidence_ppm", descending=True)
        .with_columns(
            lines=pl.col("lines").cum_sum(),
            doubts=((WHOLE - pl.col("confidence_ppm")) * pl.col("lines")).cum_sum(),
        )
    )
    holding = running.filter(pl.col("doubts") <= (WHOLE - target) * pl.col("lines"))
    least = holding["confidence_ppm"].min() if holding.height else target
    assert isinstance(least, int)
    return max(floor, least)
