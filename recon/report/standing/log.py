"""What was done about each line, by whom and when: decisions with their state, approvals, owners, last actions.

In: a Standing. Out: frames a row a decision or a line. Nothing here judges; it reads what the record says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from recon.protocols import Standing

RULE: Final = "rule"
# Who decided a line that nothing has looked at yet.
NOBODY: Final = "nobody"


def decisions_with_state(standing: Standing) -> pl.DataFrame:
    """Say of every decision that was ever made what has become of it.

    Returns:
        the columns of DecisionLog with granted (approvals), approvers, is_refused, old_fate and old_reason (of the
        decision before it on its line), undone_by, in_force_no of its line, and state: in_force, awaiting_approval,
        refused, takes_effect_later, undone, followed. Sorted by decision_no.
    """
    undone = (
        standing.decision_log.filter(pl.col("undoes").is_not_null())
        .group_by(decision_no=pl.col("undoes"))
        .agg(undone_by=pl.col("decision_no").min())
    )
    before = (
        pl.col(name).shift(1).over("line_id", order_by="decision_no").alias(f"old_{name}")
        for name in ("fate", "reason")
    )
    in_force = (
        counted_decisions(standing).group_by("line_id").agg(in_force_no=pl.col("decision_no").max())
    )
    return (
        _answered(standing)
        .join(undone, on="decision_no", how="left")
        .join(in_force, on="line_id", how="left")
        .with_columns(*before, state=_state(standing))
        .sort("decision_no")
    )


def counted_decisions(standing: Standing) -> pl.DataFrame:
    """Give decision_no and line_id of all decisions that count by the value date, also those that others followed.

    A decision comes into force when as many others as it needs have approved it and none refused; one that does so
    after a later one of its line is overtaken, and never counts.
    """
    needed = pl.col("approvals_needed")
    is_ready = (needed == 0) | ((pl.col("granted") >= needed) & ~pl.col("is_refused"))
    since = (
        pl.when(needed == 0)
        .then("seq")
        .otherwise(pl.col("times").list.get(needed - 1, null_on_oob=True))
    )
    ready = _answered(standing).filter(is_ready).with_columns(since=since)
    highest = pl.col("decision_no").cum_max().shift(1).over("line_id")
    return (
        ready.sort("line_id", "since", "decision_no")
        .with_columns(highest=highest)
        .filter(pl.col("highest").is_null() | (pl.col("decision_no") > pl.col("highest")))
        .filter(pl.col("effective_on") <= pl.lit(standing.as_of))
        .select("decision_no", "line_id")
    )


def _answered(standing: Standing) -> pl.DataFrame:
    """Join each decision with the answers of those who were asked to approve it."""
    said = pl.when("is_granted").then(pl.lit("granted by ")).otherwise(pl.lit("refused by "))
    answers = (
        standing.approvals.sort("decision_no", "seq", "approver")
        .group_by("decision_no", maintain_order=True)
        .agg(
            granted=pl.col("is_granted").sum().cast(pl.Int64),
            is_refused=(~pl.col("is_granted")).any(),
            times=pl.col("seq").filter("is_granted"),
            approvers=pl.concat_str(said, pl.col("approver")).str.join("; "),
        )
    )
    return standing.decision_log.join(answers, on="decision_no", how="left").with_columns(
        pl.col("granted").fill_null(0), pl.col("is_refused").fill_null(value=False)
    )


def _state(standing: Standing) -> pl.Expr:
    number, in_force = pl.col("decision_no"), pl.col("in_force_no").fill_null(0)
    return (
        pl.when(number == in_force)
        .then(pl.lit("in_force"))
        .when(pl.col("is_refused"))
        .then(pl.lit("refused"))
        .when(pl.col("undone_by").is_not_null())
        .then(pl.lit("undone"))
        .when(number < in_force)
        .then(pl.lit("followed"))
        .when(pl.col("granted") < pl.col("approvals_needed"))
        .then(pl.lit("awaiting_approval"))
        .when(pl.col("effective_on") > pl.lit(standing.as_of))
        .then(pl.lit("takes_effect_later"))
        .otherwise(pl.lit("followed"))
    )


def awaiting_lines(standing: Standing) -> pl.DataFrame:
    """Give line_id and awaiting_decision_no of lines on which a second person has to say yes or no."""
    return (
        decisions_with_state(standing)
        .filter(pl.col("state") == "awaiting_approval")
        .group_by("line_id")
        .agg(awaiting_decision_no=pl.col("decision_no").max())
        .sort("line_id")
    )


def owners(standing: Standing) -> pl.DataFrame:
    """Give line_id and owner: whom the line was last handed to."""
    return (
        standing.comments.filter(pl.col("owner").is_not_null())
        .sort("seq")
        .group_by("line_id", maintain_order=True)
        .agg(pl.col("owner").last())
    )


def last_actions(standing: Standing) -> pl.DataFrame:
    """Give line_id, last_action in words, last_action_at, and days_since up to the value date.

    An action that was recorded after the value date is 0 days old.
    """
    actions = pl.concat([_decided(standing), _said(standing), _approved(standing)])
    day = pl.col("last_action_at").str.slice(0, 10).str.to_date("%Y-%m-%d")
    return (
        actions.sort("seq", "order")
        .group_by("line_id", maintain_order=True)
        .agg(pl.col("last_action", "last_action_at").last())
        .with_columns(days_since=(pl.lit(standing.as_of) - day).dt.total_days().clip(0))
    )


def _decided(standing: Standing) -> pl.DataFrame:
    words = pl.format("{}: {} ({})", "decided_by", "fate", "reason")
    return standing.decision_log.select(
        "line_id", "seq", order="decision_no", last_action=words, last_action_at="at"
    )


def _said(standing: Standing) -> pl.DataFrame:
    words = (
        pl.when(pl.col("owner").is_not_null())
        .then(pl.format("{}: handed to {}", "actor", pl.col("owner").fill_null("")))
        .otherwise(pl.format("{}: comment", "actor"))
    )
    return standing.comments.select(
        "line_id",
        "seq",
        order=pl.lit(0, dtype=pl.Int64),
        last_action=words,
        last_action_at="at",
    )


def _approved(standing: Standing) -> pl.DataFrame:
    lines = standing.decision_log.select("decision_no", "line_id")
    answer = pl.when("is_granted").then(pl.lit("approved")).otherwise(pl.lit("refused"))
    return standing.approvals.join(lines, on="decision_no", how="inner").select(
        "line_id",
        "seq",
        order="decision_no",
        last_action=pl.format("{}: {} decision {}", "approver", answer, "decision_no"),
        last_action_at="at",
    )
