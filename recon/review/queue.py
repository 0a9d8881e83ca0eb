"""The queue: every receivable line that a person has to look at, ranked. In: a Standing. Out: Queue.

The weight of a line is its amount times its age (days, counted from 1), so that a large line comes before a small one
of the same age, and a line that is left lying rises. Amounts of two currencies are not compared: the lines are ranked
within each currency, and the queue takes the first of every currency, then the second of every one, and so on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.frames.queue import Queue
from recon.review.people import same_name
from recon.review.record import answers, decision_states

if TYPE_CHECKING:
    import dataframely as dy

    from recon.protocols import Standing

_OPEN_FATES: Final = ("unmatched", "suggested", "on_account")
_CLOSED_FATES: Final = ("not_receivable", "returned")


def queue(standing: Standing) -> dy.DataFrame[Queue]:
    """Give all lines that wait for a person, sorted by place.

    These are receipts that are unmatched, suggested or on account; those of which a decision waits for an approval;
    and those of held statements.
    """
    states = decision_states(standing)
    log = standing.decision_log.select(
        "decision_no", "line_id", "fate", "reason", "note", "decided_by", "approvals_needed"
    )
    in_force = log.join(_newest(states, "in_force"), on="decision_no").drop(
        "decided_by", "approvals_needed"
    )
    waiting = _waiting(standing, states, log)
    joined = (
        standing.lines.filter(pl.col("amount") > 0)
        .join(in_force, on="line_id", how="left")
        .join(waiting, on="line_id", how="left")
        .with_columns(
            fate=pl.col("fate").fill_null("unmatched"),
            reason=pl.col("reason").fill_null("no_candidate"),
        )
    )
    is_open = pl.col("fate").is_in(_OPEN_FATES) | pl.col("awaiting_no").is_not_null()
    is_stopped = pl.col("is_held") & ~pl.col("fate").is_in(_CLOSED_FATES)
    date = pl.coalesce("value_date", "booking_date")
    age = (pl.lit(standing.as_of) - date).dt.total_days().clip(0)
    rows = (
        joined.filter(is_open | is_stopped)
        .join(_best(standing), on=["line_id", "decision_no"], how="left")
        .join(_said(standing), on="line_id", how="left")
        .with_columns(
            age_days=age,
            suggestions=pl.col("suggestions").fill_null(0),
            approvals_missing=pl.col("approvals_missing").fill_null(0),
        )
    )
    return Queue.validate(_placed(rows).select(Queue.column_names()))


def _placed(rows: pl.DataFrame) -> pl.DataFrame:
    # 10^15 minor units times ten years of days pass the bounds of Int64.
    weight = pl.col("amount").cast(pl.Int128) * (pl.col("age_days") + 1).cast(pl.Int128)
    heaviest = rows.with_columns(weight=weight).sort(
        "currency", "weight", "line_id", descending=[False, True, False]
    )
    ranked = heaviest.with_columns(
        rank_in_currency=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("currency")
    )
    return ranked.sort("rank_in_currency", "currency").with_columns(
        place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    )


def _newest(states: pl.DataFrame, *wanted: str) -> pl.DataFrame:
    rows = states.filter(pl.col("state").is_in(wanted)).sort("decision_no")
    return rows.unique("line_id", keep="last", maintain_order=True).select("decision_no")


def _waiting(standing: Standing, states: pl.DataFrame, log: pl.DataFrame) -> pl.DataFrame:
    """Decisions that wait for an approval, and who may not give it: who decided, and who approved already."""
    newest = _newest(states, "awaiting")
    missing = states.select("decision_no", approvals_missing="missing")
    rows = log.join(newest, on="decision_no").join(missing, on="decision_no")
    answered = answers(standing.approvals)
    spelled = {
        same_name(name): name for name in standing.approvals["approver"].unique().sort().to_list()
    }
    barred = [
        "|".join(
            [maker, *sorted(spelled[one] for one in answered.get(number, (frozenset(), False))[0])]
        )
        for number, maker in rows.select("decision_no", "decided_by").iter_rows()
    ]
    return rows.select(
        "line_id",
        awaiting_no="decision_no",
        awaiting_fate="fate",
        approvals_missing="approvals_missing",
        not_from=pl.Series(barred, dtype=pl.String),
    )


def _best(standing: Standing) -> pl.DataFrame:
    """The best suggestion of each decision in words, and how many there are."""
    suggested = standing.allocation_log.filter(pl.col("status") == "suggested")
    is_best = pl.col("rank") == pl.col("rank").min().over("decision_no")
    number = pl.coalesce("item_number", "item_id")
    return suggested.group_by("line_id", "decision_no").agg(
        best_items=number.filter(is_best).drop_nulls().unique().sort().str.join("|"),
        best_confidence_ppm=pl.col("confidence_ppm").filter(is_best).max(),
        suggestions=pl.col("rank").n_unique().cast(pl.Int64),
    )


def _said(standing: Standing) -> pl.DataFrame:
    """Who has each line, and what was said of it last."""
    ordered = standing.comments.sort("seq")
    return ordered.group_by("line_id").agg(
        owner=pl.col("owner").drop_nulls().last(), comment=pl.col("comment").drop_nulls().last()
    )
