"""Weigh down explanations whose items another line surely takes: a rival that is spoken for is no rival.

In: scored proposals and the assignment. Out: the same proposals with the confidence that this leaves them.
Only lines that are sure by their own evidence count as takers, so no line's certainty rests on another's in a circle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.match.decision.decide import WHOLE, target_ppm, with_refusal
from recon.match.decision.score import WEIGHED, with_confidence
from recon.match.evidence.settle import LEAVES_OPEN
from recon.match.proposals.propose import Proposed

if TYPE_CHECKING:
    from recon.config import Policy

# An item that is paid may be paid a second time: a stated prior of one receipt in two hundred, not a measurement.
_PAID_TWICE: Final = 1 / 200


def discount_taken(scored: Proposed, assigned: pl.DataFrame, policy: Policy) -> Proposed:
    """Set the confidence anew for lines of which an explanation needs an item that another line surely settles.

    Such an explanation is weighed by the chance that the other line is wrong, or that the item was paid twice.
    Places do not change: they rank the evidence of the line itself. Such lines have `leans_on_others`; of them,
    `is_told_by_others` are those that are sure enough only because what another customer owes is paid.
    """
    sure = with_refusal(scored, assigned, policy, target_ppm(policy)).filter(
        pl.col("refusal").is_null()
    )
    # A part payment leaves the rest of the item to others.
    settling = sure.filter(~pl.col("settlement").is_in(LEAVES_OPEN)).select(
        "proposal",
        doubt=(1 - pl.col("confidence_ppm") / 1_000_000).clip(lower_bound=_PAID_TWICE),
    )
    members = scored.members.drop_nulls("item").select("proposal", "line", "item")
    taken = members.join(settling, on="proposal").select("item", "doubt", taker="line").unique()
    touched = (
        members.join(taken, on="item")
        .filter(pl.col("taker") != pl.col("line"))
        .group_by("proposal")
        .agg(pl.col("doubt").min())
    )
    if touched.is_empty():
        return scored
    lines = scored.proposals.join(touched, on="proposal", how="semi").select("line").unique()
    # Of a wide table the few columns that are asked for.
    known = scored.proposals.select(*WEIGHED, "place")
    of_lines = known.join(lines, on="line", how="semi").join(
        touched, on="proposal", how="left", maintain_order="left"
    )
    anew = with_confidence(of_lines, pl.col("doubt").fill_null(1)).select(
        "proposal", "line", anew="confidence_ppm"
    )
    told = _told_by_others(of_lines, anew, int(policy.decide.min_confidence * WHOLE))
    # Few lines are touched, so that only their confidence is put in the place of the old one.
    confidence = (
        scored.proposals.select("proposal", "confidence_ppm")
        .join(anew.drop("line"), on="proposal", how="left", maintain_order="left")
        .select(pl.coalesce("anew", "confidence_ppm").alias("confidence_ppm"))
    )
    return Proposed(
        scored.proposals.with_columns(
            confidence.to_series(),
            leans_on_others=pl.col("line").is_in(lines["line"].implode()),
            is_told_by_others=pl.col("proposal").is_in(told["proposal"].implode()),
        ),
        scored.members,
    )


def _told_by_others(of_lines: pl.DataFrame, anew: pl.DataFrame, floor: int) -> pl.DataFrame:
    """Find the proposals that reach the floor (parts per million) only by what other customers' items are spoken for.

    Which of one customer's items is left, another line may tell; which customer paid, it may not.
    """
    sure = anew.filter(pl.col("anew") >= floor)
    in_question = of_lines.join(sure, on="line", how="semi").with_columns(
        is_own=pl.col("customer").eq_missing(
            pl.col("customer").sort_by("place").first().over("line")
        )
    )
    # Where no other customer's item is spoken for, the line was weighed so already.
    elsewhere = in_question.filter(pl.col("doubt").is_not_null() & ~pl.col("is_own"))
    weighed = in_question.join(elsewhere, on="line", how="semi")
    alone = with_confidence(weighed, pl.when("is_own").then("doubt").fill_null(1))
    return alone.filter(pl.col("confidence_ppm") < floor).join(sure, on="proposal", how="semi")
