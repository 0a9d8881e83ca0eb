"""What the record says of decisions and lines. In: a Standing. Out: the state of each decision, and of one line.

A decision counts once the others it needs have approved it; one that somebody refused to approve never counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.errors import Refused, clip
from recon.frames.allocations import AllocationLog
from recon.frames.decisions import DecisionLog
from recon.review.people import same_name

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.events import Approvals
    from recon.protocols import Standing

RULE: Final = "rule"
# in_force: the line stands so. past: another decision followed it. later: its value date is still to come.
STATES: Final = ("in_force", "past", "later", "awaiting", "declined")


@dataclass(frozen=True, slots=True)
class LineState:
    """One line as it stands: its facts, the decision in force, and one that waits, if any does."""

    line: dict[str, Any]
    decision_no: int | None
    fate: str
    reason: str
    note: str | None
    decided_by: str
    waiting_no: int | None
    waiting_state: str | None
    # The highest number of the line, whatever became of it; one that was refused is among them.
    last_no: int | None

    @property
    def newest_no(self) -> int | None:
        """The decision that a person has before them: the one that waits, else the one in force."""
        return self.waiting_no or self.decision_no


def answers(approvals: dy.DataFrame[Approvals]) -> dict[int, tuple[frozenset[str], bool]]:
    """Give for each decision that was answered the people who granted it, folded to one name each, and any refusal.

    Two spellings of one name are one person, so an approval counts once.
    """
    rows = approvals.select("decision_no", "is_granted", "approver").sort("decision_no")
    found: dict[int, tuple[frozenset[str], bool]] = {}
    for number, is_granted, approver in rows.iter_rows():
        granted, is_refused = found.get(number, (frozenset(), False))
        name = {same_name(approver)} if is_granted else set()
        found[number] = (granted | name, is_refused or not is_granted)
    return found


def approved(standing: Standing) -> pl.DataFrame:
    """Say of every decision whether enough others approved it: decision_no, missing, is_declined."""
    answered = answers(standing.approvals)
    rows = [(number, len(granted), no) for number, (granted, no) in answered.items()]
    schema = {"decision_no": pl.Int64, "granted": pl.Int64, "is_declined": pl.Boolean}
    counted = pl.DataFrame(rows, schema=schema, orient="row")
    log = standing.decision_log.select("decision_no", "approvals_needed")
    missing = (pl.col("approvals_needed") - pl.col("granted").fill_null(0)).clip(0)
    return log.join(counted, on="decision_no", how="left").select(
        "decision_no", missing=missing, is_declined=pl.col("is_declined").fill_null(value=False)
    )


def decision_states(standing: Standing) -> pl.DataFrame:
    """Give every decision of the log its state, sorted by number.

    Returns:
        decision_no, line_id, state (of STATES), missing (approvals), and effective_on.
    """
    counts = (pl.col("missing") == 0) & ~pl.col("is_declined")
    is_due = pl.col("effective_on") <= pl.lit(standing.as_of)
    in_time = pl.when(counts & is_due).then("decision_no")
    newest = in_time.max().over("line_id")
    state = (
        pl.when(pl.col("is_declined"))
        .then(pl.lit("declined"))
        # Another decision that counts came after it, so nobody waits for it any more.
        .when((pl.col("decision_no") < newest).fill_null(value=False))
        .then(pl.lit("past"))
        .when(pl.col("missing") > 0)
        .then(pl.lit("awaiting"))
        .when(~is_due)
        .then(pl.lit("later"))
        .otherwise(pl.lit("in_force"))
    )
    log = standing.decision_log.select("decision_no", "line_id", "effective_on")
    return (
        log.join(approved(standing), on="decision_no")
        .with_columns(state=state)
        .select("decision_no", "line_id", "state", "missing", "effective_on")
        .sort("decision_no")
    )


def line_state(standing: Standing, line_id: str) -> LineState:
    """Find one line as it stands.

    Raises:
        Refused: there is no such line.
    """
    lines = standing.lines.filter(pl.col("line_id") == line_id)
    if lines.is_empty():
        raise Refused(
            f"there is no line {clip(line_id)!r} in the record", hint="`recon review` lists them"
        )
    log = of_line(standing, line_id)
    states = decision_states(log).select("decision_no", "state")
    decided = log.decision_log.join(states, on="decision_no").sort("decision_no")
    standing_row = decided.filter(pl.col("state") == "in_force").tail(1).to_dicts()
    waiting = decided.filter(pl.col("state").is_in(["awaiting", "later"])).tail(1).to_dicts()
    first = standing_row[0] if standing_row else {}
    return LineState(
        line=lines.row(0, named=True),
        decision_no=first.get("decision_no"),
        fate=first.get("fate", "unmatched"),
        reason=first.get("reason", "no_candidate"),
        note=first.get("note"),
        decided_by=first.get("decided_by", RULE),
        waiting_no=waiting[0]["decision_no"] if waiting else None,
        waiting_state=waiting[0]["state"] if waiting else None,
        last_no=decided["decision_no"].to_list()[-1] if decided.height else None,
    )


def of_line(standing: Standing, line_id: str) -> Standing:
    """Give the same record with the log of one line alone, so that one line's question is cheap in a long log."""
    log = standing.decision_log.filter(pl.col("line_id") == line_id)
    return replace(standing, decision_log=DecisionLog.cast(log))


def allocations_of(standing: Standing, decision_no: int | None) -> dy.DataFrame[AllocationLog]:
    """Give the allocations that a decision brought; none where there is no decision yet."""
    rows = standing.allocation_log.filter(pl.col("decision_no").eq_missing(decision_no))
    return AllocationLog.cast(rows)


def reserved(standing: Standing) -> pl.DataFrame:
    """Say what decisions that wait for an approval want of each item: item_id, reserved (minor units of the item).

    What waits is spoken for, or two people could promise one item to two lines. A decision that counts from a later
    day has settled its items already as far as is known.
    """
    waiting = decision_states(standing).filter(pl.col("state") == "awaiting")
    rows = standing.allocation_log.join(waiting, on="decision_no", how="semi")
    wanted = rows.filter(pl.col("status") == "applied", pl.col("item_id").is_not_null())
    return wanted.group_by("item_id").agg(reserved=pl.col("item_amount").sum()).sort("item_id")


def open_items(standing: Standing) -> pl.DataFrame:
    """Give the items with `left`: what is open here, less what decisions that wait want of it (minor units)."""
    wanted = reserved(standing)
    left = pl.col("open_amount") - pl.col("reserved").fill_null(0)
    return standing.items.join(wanted, on="item_id", how="left").with_columns(left=left)


def decision_row(standing: Standing, decision_no: int) -> dict[str, Any]:
    """Find one decision of the log.

    Raises:
        Refused: there is no such decision.
    """
    found = standing.decision_log.filter(pl.col("decision_no") == decision_no)
    if found.is_empty():
        raise Refused(f"there is no decision {decision_no} in the record")
    return found.row(0, named=True)
