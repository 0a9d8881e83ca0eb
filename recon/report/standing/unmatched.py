"""The report `unmatched`: every line that is not cleared, with its age, why, and who looks after it; and what moved.

In: a Standing, and for the roll-forward an earlier one. Out: the body of the report.

Source: minimum content of unmatched-item reports that auditors ask for: age and bucket from the value date, state, why
not matched, candidates, owner, last action, source; totals per bucket and reason; opening + new - cleared = closing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from recon.report import shown, tables
from recon.report.sheet import Column
from recon.report.standing.document import Body, Table, control_totals, earlier_of, total
from recon.report.standing.placed import open_lines
from recon.report.standing.roll_forward import roll_forward

if TYPE_CHECKING:
    from recon.protocols import Standing
    from recon.report.standing.document import Asked

LINES: Final = (
    Column("line_id", "Line", 19),
    Column("side", "Side", 7),
    Column("account", "Account", 24),
    Column("booking_date", "Booked", 11, "date"),
    Column("value_date", "Value date", 11, "date"),
    Column("age_days", "Age in days", 11, "count"),
    Column("age_bucket", "Age", 9),
    Column("amount", "Amount", 15, "money"),
    Column("currency", "Currency", 9),
    Column("payer_name", "Payer", 28),
    Column("payer_account", "Payer account", 25),
    Column("customer_id", "Customer", 14),
    Column("known_by", "Known by", 14),
    Column("remittance", "Remittance", 44),
    Column("state", "State", 18),
    Column("fate", "Fate", 13),
    Column("reason", "Reason", 22),
    Column("note", "Nearest miss", 44),
    Column("candidates", "Candidates", 11, "count"),
    Column("best_items", "Best suggestion", 24),
    Column("best_confidence_ppm", "Confidence", 12, "probability"),
    Column("best_because", "Because", 60),
    Column("owner", "Owner", 16),
    Column("last_action", "Last action", 34),
    Column("days_since", "Days since", 11, "count"),
    Column("bank_reference", "Bank reference", 20),
    Column("file", "File", 24),
    Column("record", "Record", 8, "count"),
    Column("statement_id", "Statement", 20),
)
_SUMS: Final = (
    Column("count", "Lines", 9, "count"),
    Column("amount", "Amount", 18, "money"),
    Column("currency", "Currency", 9),
)
BRIEF: Final = (
    "line_id",
    "booking_date",
    "age_days",
    "amount",
    "currency",
    "payer_name",
    "state",
    "reason",
    "best_items",
    "owner",
)
BUCKETS: Final = (Column("age_bucket", "Age in days", 14), *_SUMS)
REASONS: Final = (Column("reason", "Reason", 26), *_SUMS)
STATES: Final = (Column("state", "State", 22), *_SUMS)
STEPS: Final = (Column("step", "Step", 14), *_SUMS)


def build_unmatched(standing: Standing, asked: Asked) -> Body:
    """Build the report; the roll-forward is there if an earlier Standing is asked for.

    Raises:
        IdentityBroken: a line has no fate or several, or the roll-forward does not come to what is open.
        ConfigurationError: the earlier Standing is a later one.
    """
    lines = open_lines(standing).join(_candidates(standing), on="line_id", how="left")
    lines = lines.with_columns(pl.col("candidates").fill_null(0))
    order = pl.col("age_bucket").replace_strict(tables.AGE_BUCKETS, range(len(tables.AGE_BUCKETS)))
    found = [
        Table("lines", "Lines that are not cleared, oldest first", LINES, lines, brief=BRIEF),
        Table("by_age", "By age", BUCKETS, _sums(lines, "age_bucket", order), "bars"),
        Table("by_reason", "By reason", REASONS, _sums(lines, "reason")),
        Table("by_state", "By state", STATES, _sums(lines, "state")),
    ]
    earlier = earlier_of(standing, asked)
    if earlier is not None:
        steps = roll_forward(open_lines(earlier), lines, earlier.lines)
        found.insert(
            1, Table("roll_forward", f"Since {earlier.as_of.isoformat()}", STEPS, steps, "steps")
        )
    return Body(
        headline=_headline(lines),
        totals=tuple(control_totals("not cleared", lines)),
        tables=tuple(found),
    )


def _headline(lines: pl.DataFrame) -> str:
    if not lines.height:
        return "Every line is cleared."
    oldest = shown.counted(lines["age_days"].to_list()[0], "day")
    verb = "is" if lines.height == 1 else "are"
    unowned = shown.counted(lines["owner"].null_count(), "of them has", "of them have")
    return f"{shown.counted(lines.height, 'line')} {verb} not cleared, the oldest for {oldest}; {unowned} no owner."


def _sums(lines: pl.DataFrame, by: str, order: pl.Expr | None = None) -> pl.DataFrame:
    sums = lines.group_by("currency", by).agg(count=pl.len(), amount=total())
    return sums.sort("currency", order if order is not None else pl.col(by))


def _candidates(standing: Standing) -> pl.DataFrame:
    """Give per line how many sets of items are suggested, and the best of them with its confidence and evidence."""
    suggested = standing.allocations.filter(pl.col("status") == "suggested")
    is_best = pl.col("rank") == 1
    item = pl.coalesce("item_number", "item_id").filter(is_best).drop_nulls()
    return (
        suggested.group_by("line_id")
        .agg(
            candidates=pl.col("rank").n_unique(),
            best_items=item.unique().sort().str.join("|"),
            best_confidence_ppm=pl.col("confidence_ppm").filter(is_best).max(),
            best_because=pl.col("because").filter(is_best).min(),
        )
        .sort("line_id")
    )
