"""Which decisions were approved, and which still wait. In: frames with a `decision_no`. Out: those rows that count, or wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import select

from recon.store.projections import by_column
from recon.store.reading import fetch
from recon.store.tables import FACT, LINE_STATES

if TYPE_CHECKING:
    from sqlalchemy import Connection


def approved_only(connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out the rows of decisions that wait for an approval or were refused."""
    numbers = set(rows["decision_no"])
    names = ("decision_no", "approvals_needed")
    needed = by_column(connection, FACT["decisions"], "decision_no", numbers).select(names)
    told = _with_answers(connection, needed).filter(
        pl.col("granted") >= pl.col("approvals_needed"), ~pl.col("is_refused")
    )
    return rows.join(told, on="decision_no", how="semi")


def waiting_decisions(connection: Connection) -> pl.DataFrame:
    """Give the decisions that wait for an approval: decision_no, line_id."""
    kept = FACT["decisions"]
    table, states = kept.table, LINE_STATES.table
    wanted = fetch(connection, kept, table.c.approvals_needed > 0)
    told = _with_answers(connection, wanted).filter(
        pl.col("granted") < pl.col("approvals_needed"), ~pl.col("is_refused")
    )
    stand = by_column(connection, LINE_STATES, states.c.line_id.name, set(told["line_id"]))
    # One that another decision overtook waits no more.
    return (
        told.join(stand.select("line_id", stood="decision_no"), on="line_id", how="left")
        .filter(pl.col("decision_no") > pl.col("stood").fill_null(0))
        .select("decision_no", "line_id")
    )


def taken_back_numbers(connection: Connection) -> set[int]:
    """Give the decisions that later ones took back."""
    table = FACT["decisions"].table
    return set(connection.scalars(select(table.c.undoes).where(table.c.undoes.is_not(None))))


def _with_answers(connection: Connection, decisions: pl.DataFrame) -> pl.DataFrame:
    answers = by_column(connection, FACT["approvals"], "decision_no", set(decisions["decision_no"]))
    sums = answers.group_by("decision_no").agg(
        granted=pl.col("is_granted").sum().cast(pl.Int64), is_refused=(~pl.col("is_granted")).any()
    )
    return decisions.join(sums, on="decision_no", how="left").with_columns(
        pl.col("granted").fill_null(0), pl.col("is_refused").fill_null(value=False)
    )
