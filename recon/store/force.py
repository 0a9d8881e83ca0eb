"""Which decisions come into force, in which order, and what that moves. In: decisions and approvals. Out: frames.

A decision is in force when as many others as it needs have approved it and none refused. Of one line the decision with
the highest number that is in force counts; one that is approved after a later one came into force is overtaken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.store.reading import fetch
from recon.store.tables import FACT

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NUMBERS_AT_ONCE: Final = 500


def in_force(connection: Connection, lines: pl.DataFrame, done: int, until: int) -> pl.DataFrame:
    """Give the decisions that came into force after one event and up to another.

    Args:
        connection: an open transaction.
        lines: line_id and decision_no as they stood after `done`.
        done: the event up to which all is known.
        until: the last event that counts.

    Returns:
        line_id, decision_no, fate, seq (the event that brought it into force), previous (the decision that was in force
        before it, or null), in that order of events.
    """
    decisions, approvals = FACT["decisions"], FACT["approvals"]
    names = ["decision_no", "line_id", "fate", "seq", "approvals_needed"]
    table = decisions.table
    made = fetch(connection, decisions, table.c.seq > done, table.c.seq <= until, names=names)
    given = approvals.table
    answers = fetch(connection, approvals, given.c.seq <= until)
    if done:
        # An approval may speak of a decision that was known before.
        late = answers.filter(pl.col("seq") > done)["decision_no"].unique().to_list()
        made = pl.concat([made, *_numbered(connection, late, names)]).unique("decision_no")
    ready = _ready(made, answers).filter(pl.col("seq") > done)
    stood = lines.select("line_id", stood="decision_no")
    ordered = ready.join(stood, on="line_id", how="left").sort("line_id", "seq", "decision_no")
    highest = pl.max_horizontal(
        pl.col("decision_no").cum_max().shift(1).over("line_id"), pl.col("stood")
    )
    counted = ordered.with_columns(before=highest).filter(
        pl.col("before").is_null() | (pl.col("decision_no") > pl.col("before"))
    )
    return counted.select("line_id", "decision_no", "fate", "seq", previous="before").sort(
        "seq", "decision_no"
    )


def moves_of(connection: Connection, forced: pl.DataFrame) -> pl.DataFrame:
    """Say what decisions that came into force take off items: seq, item_id, moved (minor units of the item)."""
    now = forced.select("seq", "decision_no", sign=pl.lit(1, pl.Int64))
    then = forced.filter(pl.col("previous").is_not_null()).select(
        "seq", decision_no="previous", sign=pl.lit(-1, pl.Int64)
    )
    steps = pl.concat([now, then])
    settled = applied_of(connection, steps["decision_no"].unique())
    return (
        steps.join(settled, on="decision_no")
        .select("seq", "item_id", moved=pl.col("item_amount") * pl.col("sign"))
        .sort("seq", "item_id")
    )


def applied_of(connection: Connection, numbers: pl.Series) -> pl.DataFrame:
    """Give what these decisions applied to items: decision_no, item_id, item_amount."""
    kept = FACT["allocations"]
    names = ("decision_no", "place", "item_id", "item_amount", "status")
    table = kept.table
    if numbers.is_empty():
        return pl.DataFrame(
            schema={"decision_no": pl.Int64, "item_id": pl.String, "item_amount": pl.Int64}
        )
    where = (
        table.c.decision_no.between(numbers.min(), numbers.max()),
        table.c.status == "applied",
        table.c.item_id.is_not(None),
    )
    found = fetch(connection, kept, *where, names=names)
    wanted = found.filter(pl.col("decision_no").is_in(numbers.implode()))
    return wanted.select("decision_no", "item_id", "item_amount")


def _ready(made: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """Give the decisions that have all their approvals, with the event that brought the last one."""
    sums = (
        answers.sort("decision_no", "seq")
        .group_by("decision_no", maintain_order=True)
        .agg(
            granted=pl.col("is_granted").sum(),
            is_refused=(~pl.col("is_granted")).any(),
            times=pl.col("seq").filter("is_granted"),
        )
    )
    told = made.join(sums, on="decision_no", how="left")
    needed = pl.col("approvals_needed")
    is_ready = (needed == 0) | (
        (pl.col("granted").fill_null(0) >= needed) & ~pl.col("is_refused").fill_null(value=False)
    )
    last = pl.col("times").list.get(needed - 1, null_on_oob=True)
    return told.filter(is_ready).with_columns(seq=pl.when(needed == 0).then("seq").otherwise(last))


def _numbered(connection: Connection, numbers: list[int], names: list[str]) -> list[pl.DataFrame]:
    kept = FACT["decisions"]
    return [
        fetch(
            connection,
            kept,
            kept.table.c.decision_no.in_(numbers[at : at + _NUMBERS_AT_ONCE]),
            names=names,
        )
        for at in range(0, len(numbers), _NUMBERS_AT_ONCE)
    ]
