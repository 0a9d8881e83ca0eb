"""Build the record of a small workspace from rows that name only what matters, and record decisions in it as a store would."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl

from recon.authority import Band, Controls, User
from recon.frames.allocations import AllocationLog, Allocations
from recon.frames.decisions import DecisionLog, Decisions
from recon.frames.entries import EntryLog, Outbox
from recon.frames.events import Approvals, Comments, Events, Periods
from recon.frames.items import ItemDifferences, ItemStates
from recon.frames.statements import Statements
from recon.protocols import Standing
from recon.review.act import Act
from recon.review.people import Authority
from recon.review.record import decision_states
from tests.scenarios.build import line_id, lines_frame, parties_frame

DAY = dt.date(2026, 1, 10)
TODAY = dt.date(2026, 2, 1)
NOW = "2026-02-01T09:00:00.000000Z"
POLICY = "policy-1"
L1, L2, L3 = (line_id(at) for at in range(3))

USERS = {
    "anna": User(roles=("preparer",), write_off_limit=Decimal(20)),
    "berta": User(roles=("approver",)),
    "carl": User(roles=("preparer", "approver"), write_off_limit=Decimal(100)),
    "dora": User(roles=("admin",)),
    "emil": User(roles=("viewer",)),
}


def frame(schema: Any, rows: list[dict[str, Any]]) -> Any:
    """Build a frame from rows; what is left out is null."""
    empty = schema.create_empty()
    names = empty.columns
    full = [{**dict.fromkeys(names), **row} for row in rows]
    return schema.validate(pl.DataFrame(full, schema=empty.schema, orient="row"))


def house(**controls: Any) -> Authority:
    """A workspace of five users; approvals by one from 1,000.00 and by two from 10,000.00 on."""
    bands = (
        Band(from_amount=Decimal(1000), approvals=1),
        Band(from_amount=Decimal(10_000), approvals=2),
    )
    return Authority(USERS, Controls(**{"bands": bands, **controls}))


def act(actor: str = "anna", **changed: Any) -> Act:
    """An act of today, by a user of `house()`."""
    plain = {"at": NOW, "effective_on": TODAY, "authority": house()}
    return Act(**{**plain, "actor": actor, **changed})


def item(number: str, amount: int, **changed: Any) -> dict[str, Any]:
    """An open item of customer C1."""
    kind = "credit_note" if amount < 0 else "invoice"
    return {
        "item_id": number,
        "kind": kind,
        "number": number,
        "customer_id": "C1",
        "currency": "EUR",
        "amount": amount,
        "open_amount": amount,
        "book_amount": amount,
        "unseen": 0,
        "is_in_books": True,
        **changed,
    }


def suggestion(of: str, number: str, amount: int, **changed: Any) -> dict[str, Any]:
    """A suggested allocation of a line to an item; the best one unless said otherwise."""
    return {
        "line_id": of,
        "item_id": number,
        "item_number": number,
        "customer_id": "C1",
        "amount": amount,
        "currency": "EUR",
        "item_amount": amount,
        "item_currency": "EUR",
        "kind": "payment",
        "status": "suggested",
        "rank": 1,
        "confidence_ppm": 950_000,
        "because": "amount 9.0 bits",
        **changed,
    }


def event(seq: int, kind: str, **changed: Any) -> dict[str, Any]:
    return {
        "seq": seq,
        "kind": kind,
        "at": NOW,
        "actor": "recon",
        "payload": "{}",
        "previous_hash": "0" * 64,
        "hash": "1" * 64,
        **changed,
    }


def decision(of: str, number: int, fate: str, reason: str, **changed: Any) -> dict[str, Any]:
    return {
        "line_id": of,
        "fate": fate,
        "reason": reason,
        "decided_by": "rule",
        "policy_hash": POLICY,
        "decision_no": number,
        "seq": number,
        "at": "2026-01-11T05:00:00.000000Z",
        "effective_on": DAY,
        "approvals_needed": 0,
        **changed,
    }


def world(
    lines: list[dict[str, Any]],
    items: list[dict[str, Any]] | None = None,
    decisions: list[dict[str, Any]] | None = None,
    allocations: list[dict[str, Any]] | None = None,
    parties: list[dict[str, Any]] | None = None,
    **frames: list[dict[str, Any]],
) -> Standing:
    """The record as it stands; a line without a decision is unmatched or, with allocations, suggested.

    Allocations without a decision number belong to the decision of their line.
    """
    rows = [{"booking_date": DAY, "amount": 10_000, **row} for row in lines]
    found = lines_frame(rows)
    suggested = {row["line_id"] for row in allocations or []}
    if decisions is None:
        decisions = [
            decision(name, at + 1, "suggested", "one_class_only")
            if name in suggested
            else decision(name, at + 1, "unmatched", "no_candidate")
            for at, name in enumerate(found["line_id"])
        ]
    of_line = {row["line_id"]: row["decision_no"] for row in decisions}
    brought = [
        {"decision_no": of_line.get(row["line_id"]), "place": at + 1, **row}
        for at, row in enumerate(allocations or [])
    ]
    schemas = {
        "events": Events,
        "statements": Statements,
        "differences": ItemDifferences,
        "entries": EntryLog,
        "outbox": Outbox,
        "approvals": Approvals,
        "comments": Comments,
        "periods": Periods,
    }
    built = Standing(
        as_of=TODAY,
        known_seq=100,
        known_at=NOW,
        chain_head="0" * 64,
        policy_hash=POLICY,
        lines=found,
        items=frame(ItemStates, items or []),
        decision_log=frame(DecisionLog, decisions),
        allocation_log=frame(AllocationLog, brought),
        decisions=Decisions.create_empty(),
        allocations=Allocations.create_empty(),
        parties=parties_frame(parties or []),
        **{name: frame(schema, frames.get(name, [])) for name, schema in schemas.items()},
    )
    return in_force(built)


def in_force(standing: Standing) -> Standing:
    """Work out the decisions and allocations in force."""
    states = decision_states(standing).filter(pl.col("state") == "in_force")
    numbers = states.select("decision_no")
    decisions = standing.decision_log.join(numbers, on="decision_no", how="semi")
    allocations = standing.allocation_log.join(numbers, on="decision_no", how="semi")
    return replace(
        standing,
        decisions=Decisions.validate(decisions.select(Decisions.column_names())),
        allocations=Allocations.validate(allocations.select(Allocations.column_names())),
    )


def recorded(standing: Standing, made: Any, at: str = NOW) -> Standing:
    """Record a decision as a store would, and take off the items what it settles once it counts."""
    number = 1 + (standing.decision_log["decision_no"].max() or 0)
    row = made.decision.row(0, named=True) | {
        "decision_no": number,
        "seq": number,
        "at": at,
        "effective_on": made.effective_on,
        "undoes": made.undoes,
        "comment": made.comment,
        "approvals_needed": made.approvals_needed,
    }
    log = pl.concat([standing.decision_log, frame(DecisionLog, [row])])
    brought = made.allocations.with_columns(
        decision_no=pl.lit(number, dtype=pl.Int64),
        place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
    )
    columns = AllocationLog.column_names()
    allocations = pl.concat([standing.allocation_log, brought.select(columns)])
    return settled(replace(standing, decision_log=log, allocation_log=allocations))


def answered(standing: Standing, given: Any) -> Standing:
    """Record an approval or its refusal as a store would."""
    row = {
        "seq": 50 + standing.approvals.height,
        "decision_no": given.decision_no,
        "is_granted": given.is_granted,
        "approver": given.approver,
        "at": NOW,
        "comment": given.comment,
    }
    return settled(
        replace(standing, approvals=pl.concat([standing.approvals, frame(Approvals, [row])]))
    )


def settled(standing: Standing) -> Standing:
    """Work out what is open of each item as known: what the books say, less what is applied here, from whatever day it counts."""
    states = decision_states(standing).filter(pl.col("state").is_in(["in_force", "later"]))
    applied = standing.allocation_log.join(states, on="decision_no", how="semi").filter(
        pl.col("status") == "applied", pl.col("item_id").is_not_null()
    )
    now = in_force(standing)
    sums = applied.group_by("item_id").agg(done=pl.col("item_amount").sum())
    items = now.items.join(sums, on="item_id", how="left", maintain_order="left").with_columns(
        unseen=pl.col("done").fill_null(0)
    )
    left = pl.col("book_amount") - pl.col("unseen")
    items = items.with_columns(open_amount=left).select(now.items.columns)
    return replace(now, items=ItemStates.validate(items))


def policy_set(seq: int, policy_hash: str, actor: str) -> dict[str, Any]:
    return event(seq, "policy_set", policy_hash=policy_hash, actor=actor)


def policy_approved(seq: int, policy_hash: str, actor: str) -> dict[str, Any]:
    payload = json.dumps({"subject": "policy"})
    return event(seq, "approved", policy_hash=policy_hash, actor=actor, payload=payload)
