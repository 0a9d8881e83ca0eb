"""Accept many suggestions at once, from a confidence on. In: the record, an act. Out: decisions, and what was left out with why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from recon.errors import Refused
from recon.frames.allocations import AllocationLog
from recon.frames.decisions import DecisionLog
from recon.frames.items import ItemStates
from recon.frames.lines import Lines
from recon.review.decide import accept
from recon.review.limits import forgiven
from recon.review.record import decision_states, open_items

if TYPE_CHECKING:
    from recon.protocols import Standing
    from recon.review.act import Act, PersonDecision


@dataclass(frozen=True, slots=True)
class Bulk:
    """What is accepted, in the order of the lines, and what is not: line and why."""

    decisions: tuple[PersonDecision, ...]
    left_out: tuple[tuple[str, str], ...]


def bulk_accept(standing: Standing, from_confidence_ppm: int, act: Act) -> Bulk:
    """Accept the best suggestion of every open line that reaches the confidence (parts per million).

    Two lines that want one item get it neither; a suggestion that forgives something is decided by itself, so that a
    limit is never passed in bulk.

    Raises:
        Refused: the person may not decide at all.
    """
    act.person("decide")
    best = _best(standing, from_confidence_ppm)
    wanted = best.filter(pl.col("item_id").is_not_null()).select("line_id", "item_id").unique()
    contested = wanted.filter(pl.len().over("item_id") > 1)["line_id"].unique()
    asked = forgiven(best, standing.lines, standing.items)
    forgiving = best.join(asked, on="decision_no", how="semi")["line_id"].unique()
    small = _of_lines(standing, best.select("line_id").unique())
    left_out = {
        **dict.fromkeys(
            forgiving.to_list(), "it forgives something, which is decided line by line"
        ),
        **dict.fromkeys(contested.to_list(), "another line wants the same item"),
    }
    decisions = []
    for line_id in best["line_id"].unique().sort():
        if line_id in left_out:
            continue
        try:
            decisions.append(accept(small, line_id, 1, replace(act, saw=None)))
        except Refused as refused:
            left_out[line_id] = refused.message
    return Bulk(tuple(decisions), tuple(sorted(left_out.items())))


def _best(standing: Standing, from_confidence_ppm: int) -> pl.DataFrame:
    """Allocations of the best suggestions in force of lines that wait for nothing."""
    states = decision_states(standing)
    waiting = states.filter(pl.col("state").is_in(["awaiting", "later"]))
    in_force = states.filter(pl.col("state") == "in_force").join(waiting, on="line_id", how="anti")
    return standing.allocation_log.filter(
        pl.col("status") == "suggested",
        pl.col("rank") == 1,
        pl.col("confidence_ppm") >= from_confidence_ppm,
    ).join(in_force.select("decision_no"), on="decision_no", how="semi")


def _of_lines(standing: Standing, lines: pl.DataFrame) -> Standing:
    """Give the same record with these lines alone; what other lines' waiting decisions want is taken off the items.

    Each acceptance asks the whole log, which would be slow over a long one.
    """
    allocations = standing.allocation_log.join(lines, on="line_id", how="semi")
    items = (
        open_items(standing)
        .join(allocations, on="item_id", how="semi")
        .with_columns(open_amount="left")
        .select(standing.items.columns)
    )
    return replace(
        standing,
        items=ItemStates.cast(items),
        lines=Lines.cast(standing.lines.join(lines, on="line_id", how="semi")),
        decision_log=DecisionLog.cast(standing.decision_log.join(lines, on="line_id", how="semi")),
        allocation_log=AllocationLog.cast(allocations),
    )
