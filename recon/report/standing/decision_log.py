"""The report `decisions`: every decision that was ever made, who made it, what it changed and what became of it.

In: a Standing. Out: the body of the report, a row a decision in the order of its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.report import shown
from recon.report.sheet import Column
from recon.report.standing import log
from recon.report.standing.document import Body, Table, control_totals, total

if TYPE_CHECKING:
    from recon.protocols import Standing
    from recon.report.standing.document import Asked

DECISIONS: Final = (
    Column("decision_no", "No.", 8, "count"),
    Column("at", "Recorded", 28),
    Column("effective_on", "Effective", 11, "date"),
    Column("decided_by", "By", 16),
    Column("line_id", "Line", 19),
    Column("account", "Account", 24),
    Column("booking_date", "Booked", 11, "date"),
    Column("amount", "Amount", 15, "money"),
    Column("currency", "Currency", 9),
    Column("old_fate", "Fate before", 13),
    Column("old_reason", "Reason before", 22),
    Column("fate", "Fate", 13),
    Column("reason", "Reason", 22),
    Column("state", "State", 18),
    Column("undoes", "Undoes", 8, "count"),
    Column("undone_by", "Undone by", 9, "count"),
    Column("approvals_needed", "Approvals needed", 10, "count"),
    Column("granted", "Granted", 9, "count"),
    Column("approvers", "Approvals", 34),
    Column("settled", "Settles", 44),
    Column("note", "Note", 44),
    Column("comment", "Comment", 44),
    Column("policy_hash", "Policy", 18),
    Column("seq", "Event", 8, "count"),
)
BRIEF: Final = (
    "decision_no",
    "effective_on",
    "decided_by",
    "line_id",
    "amount",
    "currency",
    "old_fate",
    "fate",
    "reason",
    "state",
)
PEOPLE: Final = (
    Column("decided_by", "By", 16),
    Column("fate", "Fate", 13),
    Column("reason", "Reason", 26),
    Column("count", "Decisions", 10, "count"),
    Column("amount", "Amount", 18, "money"),
    Column("currency", "Currency", 9),
)


def build_decisions(standing: Standing, _asked: Asked) -> Body:
    """Build the log of decisions; a decision on a line that was booked after the value date has no line here."""
    lines = standing.lines.select("line_id", "account", "booking_date", "amount", "currency")
    rows = (
        log.decisions_with_state(standing)
        .join(lines, on="line_id", how="left", maintain_order="left")
        .join(_settled(standing), on="decision_no", how="left", maintain_order="left")
    )
    by = ["decided_by", "fate", "reason", "currency"]
    people = rows.group_by(by).agg(count=pl.len(), amount=total()).sort(by, nulls_last=True)
    in_force = rows.filter(pl.col("state") == "in_force", pl.col("currency").is_not_null())
    waiting = int((rows["state"] == "awaiting_approval").sum())
    return Body(
        headline=f"{shown.counted(rows.height, 'decision')}, {shown.number(waiting)} awaiting approval.",
        totals=tuple(control_totals("in force", in_force)),
        tables=(
            Table("decisions", "Decisions by number", DECISIONS, rows, brief=BRIEF),
            Table("by_person", "By person and reason", PEOPLE, people),
        ),
    )


def _settled(standing: Standing) -> pl.DataFrame:
    """Name the items that each decision applies money to."""
    item = pl.coalesce("item_number", "item_id")
    return (
        standing.allocation_log.filter(pl.col("status") == "applied")
        .group_by("decision_no")
        .agg(settled=item.drop_nulls().unique().sort().str.join("|"))
    )
