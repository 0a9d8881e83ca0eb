"""The report `changes`: every event in words, with what stood before and what stands since.

In: a Standing. Out: the body of the report, a row an event in the order of its number. What a frame of the record tells
(decisions, approvals, comments, periods, items, policies) is told from the frame; any further fact from the event itself.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.report import shown
from recon.report.sheet import Column
from recon.report.standing.document import Body, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.protocols import Standing
    from recon.report.standing.document import Asked

CHANGES: Final = (
    Column("seq", "Event", 8, "count"),
    Column("at", "Recorded", 28),
    Column("actor", "By", 16),
    Column("kind", "Kind", 20),
    Column("what", "What", 50),
    Column("old", "Before", 40),
    Column("new", "Since", 40),
    Column("facts", "Facts", 60),
    Column("policy_hash", "Policy", 18),
    Column("hash", "Hash", 66),
)
KINDS: Final = (
    Column("kind", "Kind", 20),
    Column("actor", "By", 16),
    Column("count", "Events", 9, "count"),
)
_WORDS: Final = {
    "store_created": "The record was begun",
    "policy_set": "The policy was set",
    "controls_set": "The people and limits were set",
    "file_received": "A file was received",
    "items_loaded": "Open items were loaded",
    "customers_loaded": "Customers were loaded",
    "advices_received": "Remittance advices were received",
    "settlements_received": "Settlement reports were received",
    "run_started": "A run began",
    "run_completed": "A run was completed",
    "decided": "Lines were decided",
    "approved": "An approval was answered",
    "statement_released": "A held statement was released",
    "assigned": "A line was handed over",
    "commented": "A line was commented",
    "period_closed": "A period was closed",
    "period_reopened": "A period was opened again",
    "entries_queued": "Entries were queued for a ledger",
    "posting_attempted": "Entries were sent to a ledger",
    "posting_answered": "A ledger answered",
    "pack_exported": "An evidence pack was exported",
}
_SAYS: Final = ("seq", "what", "old", "new")
_FACTS: Final = ("facts", "payload_name", "payload_old", "payload_new")
# The facts by which an event tells a change of its own, and of what; the rest stand in words as they are.
_CHANGE: Final = ("old", "new", "name")
# The facts that hold a whole configuration: told key by key where it changed.
_SET_UP: Final = ("policy", "users", "controls")


def build_changes(standing: Standing, _asked: Asked) -> Body:
    """Build the log of changes."""
    facts = [_facts(payload) for payload in standing.events["payload"]]
    of_payloads = pl.DataFrame(facts, schema=dict.fromkeys(_FACTS, pl.String))
    rows = (
        pl.concat([standing.events, of_payloads], how="horizontal")
        .join(_told(standing), on="seq", how="left")
        .with_columns(
            what=pl.concat_str(
                pl.col("kind").replace_strict(_WORDS, default=pl.col("kind")),
                pl.coalesce("what", "payload_name"),
                separator=": ",
                ignore_nulls=True,
            ),
            old=pl.coalesce("old", "payload_old"),
            new=pl.coalesce("new", "payload_new"),
        )
        .sort("seq")
    )
    kinds = rows.group_by("kind", "actor").agg(count=pl.len()).sort("kind", "actor")
    return Body(
        headline=f"{shown.counted(rows.height, 'event')} by {shown.counted(rows['actor'].n_unique(), 'actor')}.",
        totals=(),
        tables=(
            Table(
                "changes",
                "Events in order",
                CHANGES,
                rows,
                brief=("seq", "at", "actor", "what", "old", "new"),
            ),
            Table("by_kind", "By kind and actor", KINDS, kinds),
        ),
    )


def _told(standing: Standing) -> pl.DataFrame:
    """Say what the frames of the record tell of each event; one event may bring a decision and a comment."""
    frames = (_decided, _approved, _handed, _periods, _set_up)
    told = pl.concat(frame(standing).select(_SAYS) for frame in frames)
    joined = (
        pl.when(pl.col(name).count() > 0).then(pl.col(name).drop_nulls().str.join("; ")).alias(name)
        for name in _SAYS[1:]
    )
    return told.group_by("seq", maintain_order=True).agg(*joined)


def _facts(payload: str) -> dict[str, str | None]:
    """Say the facts of an event in one row of words; what is told elsewhere stays out."""
    facts = _read(payload)
    rest = [
        f"{name}: {_word(facts[name])}"
        for name in sorted(facts)
        if name not in (*_CHANGE, *_SET_UP)
    ]
    return {
        "facts": "; ".join(rest) or None,
        "payload_name": _word(facts["name"]) if "name" in facts else None,
        "payload_old": _word(facts["old"]) if "old" in facts else None,
        "payload_new": _word(facts["new"]) if "new" in facts else None,
    }


def _read(payload: str) -> dict[str, Any]:
    read = json.loads(payload) if payload else {}
    return read if isinstance(read, dict) else {"payload": read}


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and all(
        isinstance(one, dict) and "count" in one for one in value.values()
    ):
        # What an event brought: rows by table; their digests stand in the event itself.
        return ", ".join(f"{name} {one['count']}" for name, one in sorted(value.items())) or "none"
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _decided(standing: Standing) -> pl.DataFrame:
    """Say how many lines an event decided; of a single one, from what to what."""
    now = pl.format("{} ({})", "fate", "reason")
    # What was refused, or still waits for an approval, never was the state of its line.
    counted = pl.when(_has_counted()).then(now).forward_fill().shift(1)
    log = (
        standing.decision_log.join(_answered(standing), on="decision_no", how="left")
        .sort("decision_no")
        .with_columns(before=counted.over("line_id", order_by="decision_no"), now=now)
    )
    fates = log.group_by("seq", "fate").agg(count=pl.len()).sort("seq", "fate")
    counts = fates.group_by("seq").agg(counts=pl.format("{} {}", "count", "fate").str.join(", "))
    is_one = pl.len() == 1
    first, last = pl.col("decision_no").first(), pl.col("decision_no").last()
    one = pl.format("decision {} on line {}", first, pl.col("line_id").first())
    many = pl.format("decisions {} to {}", first, last)
    told = log.group_by("seq", maintain_order=True).agg(
        what=pl.when(is_one).then(one).otherwise(many),
        old=pl.when(is_one).then(pl.col("before").first()),
        one_new=pl.when(is_one).then(pl.col("now").first()),
    )
    return told.join(counts, on="seq", how="left", maintain_order="left").with_columns(
        new=pl.coalesce("one_new", "counts")
    )


def _answered(standing: Standing) -> pl.DataFrame:
    """Count the answers to each decision: granted, refused."""
    is_granted = pl.col("is_granted")
    return standing.approvals.group_by("decision_no").agg(
        granted=is_granted.sum(), refused=(~is_granted).sum()
    )


def _has_counted() -> pl.Expr:
    granted, refused = (pl.col(name).fill_null(0) for name in ("granted", "refused"))
    return (granted >= pl.col("approvals_needed")) & (refused == 0)


def _approved(standing: Standing) -> pl.DataFrame:
    answer = pl.when("is_granted").then(pl.lit("granted")).otherwise(pl.lit("refused"))
    return standing.approvals.sort("decision_no", "approver").select(
        "seq",
        what=pl.format("decision {} was {}", "decision_no", answer),
        old=pl.lit(None, dtype=pl.String),
        new="comment",
    )


def _handed(standing: Standing) -> pl.DataFrame:
    owner_before = pl.col("owner").forward_fill().shift(1).over("line_id", order_by="seq")
    is_handed = pl.col("owner").is_not_null()
    return standing.comments.with_columns(before=owner_before).select(
        "seq",
        what=pl.when(is_handed)
        .then(pl.format("line {} was handed over", "line_id"))
        .otherwise(pl.format("line {} was commented", "line_id")),
        old=pl.when(is_handed).then("before"),
        new=pl.concat_str("owner", "comment", separator=": ", ignore_nulls=True),
    )


def _periods(standing: Standing) -> pl.DataFrame:
    day = pl.col("closed_until").dt.to_string("%Y-%m-%d")
    state = pl.when("is_closed").then(pl.lit("closed")).otherwise(pl.lit("open"))
    return standing.periods.with_columns(day=day, state=state).select(
        "seq",
        what=pl.format("until {}", "day"),
        old=pl.col("state").shift(1).over("closed_until", order_by="seq"),
        new=pl.format("{}: {}", "state", "reason"),
    )


def _set_up(standing: Standing) -> pl.DataFrame:
    """Name each key that another policy, or other people and limits, changed, with both values."""
    told = []
    for kind in ("policy_set", "controls_set"):
        keys: dict[str, str] | None = None
        hashes = None
        events = standing.events.filter(pl.col("kind") == kind).sort("seq")
        for seq, payload, policy_hash in events.select("seq", "payload", "policy_hash").iter_rows():
            facts = _read(payload)
            now = {key: said for name in _SET_UP for key, said in _flat(name, facts.get(name))}
            # The first one replaces nothing: all of its keys would be no news.
            before = now if keys is None else keys
            changed = sorted(key for key in {*before, *now} if before.get(key) != now.get(key))
            old = "; ".join(f"{key} = {before.get(key, 'not set')}" for key in changed)
            new = "; ".join(f"{key} = {now.get(key, 'not set')}" for key in changed)
            # The hash is of the policy.
            is_policy = kind == "policy_set"
            told.append((seq, None, old or hashes, new or (policy_hash if is_policy else None)))
            keys, hashes = now, policy_hash if is_policy else None
    schema = {"seq": pl.Int64, "what": pl.String, "old": pl.String, "new": pl.String}
    return pl.DataFrame(told, schema=schema, orient="row")


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Name every value of nested tables by its path."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from _flat(f"{name}.{key}", value[key])
    elif value is not None:
        yield name, _word(value)
