"""Work of people: open lines left lying (C8), approvals (C4, C6), periods (C9), numbers (C10), policies (C3), small write-offs (C5)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import polars as pl

from recon.review.findings.words import findings, money, text
from recon.review.limits import forgiven_before
from recon.review.people import same_name
from recon.review.policy_change import policy_change
from recon.review.queue import queue
from recon.review.record import RULE, decision_states

if TYPE_CHECKING:
    import dataframely as dy

    from recon.authority import Controls
    from recon.frames.findings import Findings
    from recon.protocols import Standing

# So many small write-offs of one person in so many days are a pattern to look at.
_MANY: Final = 5
_DAYS: Final = 30
# An approval that nobody gives for longer than a week holds an item back.
_APPROVAL_DAYS: Final = 7


def people(standing: Standing, controls: Controls) -> list[dy.DataFrame[Findings]]:
    """Find what people left lying, did alone, or did often."""
    return [
        _policy(standing, controls),
        _policy_changes(standing),
        _other_controls(standing),
        _own_approvals(standing),
        _write_offs(standing),
        _unanswered(standing),
        _stale(standing, controls),
        _reopened(standing),
        *_gaps(standing),
    ]


def _policy(standing: Standing, controls: Controls) -> dy.DataFrame[Findings]:
    found = policy_change(standing.events, standing.policy_hash)
    is_open = found is not None and not found.is_approved and controls.policy_needs_approval
    rows = pl.DataFrame(
        {"user": [found.set_by] if found is not None and is_open else []},
        schema={"user": pl.String},
    )
    words = pl.concat_str(
        pl.lit(f"policy {standing.policy_hash}, set by "),
        "user",
        pl.lit(", was approved by nobody else"),
    )
    return findings(rows, "C3", "policy_not_approved", "act", words)


def _policy_changes(standing: Standing) -> dy.DataFrame[Findings]:
    """Policies that were set of late: what decides now may not be what decided before."""
    first = (standing.as_of - dt.timedelta(_DAYS)).isoformat()
    sets = standing.events.filter(pl.col("kind") == "policy_set").sort("seq")
    rows = sets.with_columns(before=pl.col("policy_hash").shift(1), user="actor").filter(
        pl.col("before").is_not_null(),
        pl.col("before") != pl.col("policy_hash"),
        pl.col("at") >= first,
    )
    words = pl.concat_str(
        "user",
        pl.lit(" set policy "),
        "policy_hash",
        pl.lit(" in place of "),
        "before",
        pl.lit(" on "),
        pl.col("at").str.slice(0, 10),
    )
    return findings(rows, "C3", "policy_changed", "info", words)


def _other_controls(standing: Standing) -> dy.DataFrame[Findings]:
    """People or limits that were set of late: who could do all alone since?"""
    first = (standing.as_of - dt.timedelta(_DAYS)).isoformat()
    sets = standing.events.filter(pl.col("kind") == "controls_set").sort("seq")
    # The first ones replace nothing.
    rows = sets.slice(1).filter(pl.col("at") >= first).with_columns(user="actor")
    words = pl.concat_str(
        "user", pl.lit(" set other people or limits on "), pl.col("at").str.slice(0, 10)
    )
    return findings(rows, "C4", "controls_changed", "look", words)


def _own_approvals(standing: Standing) -> dy.DataFrame[Findings]:
    """Approvals by the person who decided: allowed in a small house, and always shown."""
    log = standing.decision_log.select("decision_no", "line_id", "decided_by")
    rows = standing.approvals.filter("is_granted").join(log, on="decision_no")
    is_own = [
        same_name(one) == same_name(other)
        for one, other in rows.select("approver", "decided_by").iter_rows()
    ]
    own = rows.filter(pl.Series(is_own, dtype=pl.Boolean)).with_columns(user="approver")
    words = pl.concat_str("user", pl.lit(" approved their own decision "), text("decision_no"))
    return findings(own.sort("decision_no"), "C4", "own_approval", "look", words)


def _write_offs(standing: Standing) -> dy.DataFrame[Findings]:
    first = (standing.as_of - dt.timedelta(_DAYS)).isoformat()
    done = forgiven_before(standing).filter(pl.col("at") >= first, pl.col("decided_by") != RULE)
    rows = (
        done.group_by("currency", user="decided_by")
        .agg(times=pl.col("decision_no").n_unique(), amount=pl.col("forgiven").sum())
        .filter(pl.col("times") >= _MANY)
        .sort("user", "currency")
    )
    words = pl.concat_str(
        "user",
        pl.lit(" wrote off "),
        money(),
        pl.lit(" in "),
        text("times"),
        pl.lit(f" decisions of the last {_DAYS} days"),
    )
    return findings(rows, "C5", "many_write_offs", "look", words)


def _unanswered(standing: Standing) -> dy.DataFrame[Findings]:
    waiting = decision_states(standing).filter(pl.col("state") == "awaiting")
    day = pl.col("at").str.slice(0, 10).str.to_date()
    age = (pl.lit(standing.as_of) - day).dt.total_days().clip(0)
    facts = standing.lines.select("line_id", "account", "amount", "currency")
    rows = (
        standing.decision_log.join(waiting.select("decision_no", "missing"), on="decision_no")
        .join(facts, on="line_id")
        .with_columns(age_days=age, user="decided_by")
        .filter(pl.col("age_days") > _APPROVAL_DAYS)
        .sort("decision_no")
    )
    words = pl.concat_str(
        pl.lit("decision "),
        text("decision_no"),
        pl.lit(" of "),
        "user",
        pl.lit(" on "),
        money(),
        pl.lit(" waits for "),
        text("missing"),
        pl.lit(" approvals, for "),
        text("age_days"),
        pl.lit(" days"),
    )
    return findings(rows, "C6", "approval_waits", "look", words)


def _stale(standing: Standing, controls: Controls) -> dy.DataFrame[Findings]:
    """Lines that wait for longer than is allowed, with who has them and what was done last."""
    acts = pl.concat(
        [
            standing.comments.select("line_id", "at", who="actor"),
            standing.decision_log.filter(pl.col("decided_by") != RULE).select(
                "line_id", "at", who="decided_by"
            ),
        ]
    )
    last = acts.sort("at", "who").group_by("line_id").agg(pl.col("at", "who").last())
    rows = (
        queue(standing)
        .filter(pl.col("age_days") > controls.stale_days)
        .join(last, on="line_id", how="left")
        .with_columns(user="owner")
        .sort("place")
    )
    action = pl.concat_str(
        pl.lit("last touched by "), "who", pl.lit(" on "), pl.col("at").str.slice(0, 10)
    ).fill_null("nobody touched it")
    words = pl.concat_str(
        money(),
        pl.lit(" is open for "),
        text("age_days"),
        pl.lit(" days ("),
        pl.col("reason").str.replace_all("_", " "),
        pl.lit("), "),
        pl.concat_str(pl.lit("with "), "owner").fill_null("with nobody"),
        pl.lit("; "),
        action,
    )
    return findings(rows, "C8", "stale_line", "look", words)


def _reopened(standing: Standing) -> dy.DataFrame[Findings]:
    """Periods that were opened again, and whether they are closed by now."""
    rows = (
        standing.periods.sort("seq")
        .with_columns(is_closed_now=pl.col("is_closed").last().over("closed_until"))
        .filter(~pl.col("is_closed"))
        .with_columns(user="actor")
    )
    severity = pl.when("is_closed_now").then(pl.lit("info")).otherwise(pl.lit("look"))
    words = pl.concat_str(
        pl.lit("the period until "),
        text("closed_until"),
        pl.lit(" was opened again by "),
        "user",
        pl.lit(": "),
        "reason",
        pl.when("is_closed_now").then(pl.lit("; it is closed")).otherwise(pl.lit("; it is open")),
    )
    return findings(rows, "C9", "period_reopened", severity, words)


def _gaps(standing: Standing) -> list[dy.DataFrame[Findings]]:
    """Numbers that are missing: the record is numbered without a gap, so one means that a row was taken out."""
    found = []
    for what, numbers in (
        ("decision", standing.decision_log["decision_no"]),
        ("event", standing.events["seq"]),
    ):
        ordered = numbers.unique().sort().to_frame("number")
        rows = ordered.with_columns(before=pl.col("number").shift(1, fill_value=0)).filter(
            pl.col("number") > pl.col("before") + 1
        )
        words = pl.concat_str(
            text(pl.col("number") - pl.col("before") - 1),
            pl.lit(f" numbers are missing between {what} "),
            text("before"),
            pl.lit(" and "),
            text("number"),
        )
        found.append(findings(rows, "C10", f"{what}_gap", "act", words))
    return found
