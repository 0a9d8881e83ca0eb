"""Decide a line by hand: accept a suggestion, split, put on account, mark not receivable, reject a suggestion.

In: the record as it stands, a line, the act of a person. Out: a PersonDecision to be recorded, or Refused. A line that
is decided is undone first; a line that is held, a debit, and a line that changed since the person looked are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from recon.errors import Refused, clip
from recon.frames.allocations import Allocations
from recon.frames.decisions import Decisions
from recon.frames.history import RefusedPairs
from recon.review.act import Outcome, PersonDecision
from recon.review.approvals import approvals_needed
from recon.review.limits import check_limits
from recon.review.parts import Part, allocations_of_parts, check_cover
from recon.review.periods import posting_date
from recon.review.record import LineState, allocations_of, line_state, open_items

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dataframely as dy

    from recon.protocols import Standing
    from recon.review.act import Act
    from recon.review.people import Person

_OPEN_FATES = ("unmatched", "suggested")


def accept(standing: Standing, line_id: str, rank: int, act: Act) -> PersonDecision:
    """Take a suggestion over as it is: its allocations are applied.

    Args:
        standing: the record as it stands.
        line_id: the line.
        rank: the suggestion, 1 being the best.
        act: who, when, and what they saw.

    Raises:
        Refused: there is no such suggestion, its items are no longer open as it needs, or a control forbids it.
    """
    person = act.person("decide")
    state = decidable(standing, line_id, act)
    suggestion = suggested(standing, state, rank)
    check_cover(suggestion, state.line, open_items(standing))
    because = f"; accepted by {person.name}"
    taken = suggestion.with_columns(
        status=pl.lit("applied"),
        rank=pl.lit(1, dtype=pl.Int64),
        because=pl.concat_str("because", pl.lit(because)),
    )
    allocations = Allocations.validate(taken.select(Allocations.column_names()))
    check_limits(standing, allocations, state.line, act, person)
    fate = "applied" if allocations["item_id"].is_not_null().any() else "on_account"
    return decided(
        standing, state, Outcome(fate=fate, reason="accepted_by_person"), allocations, act
    )


def split(standing: Standing, line_id: str, parts: Sequence[Part], act: Act) -> PersonDecision:
    """Divide a line's money among items, with what is forgiven, and a rest on account.

    Raises:
        Refused: the parts do not come to the line, an item is not open as they need, or a control forbids it.
    """
    person = act.person("decide")
    state = decidable(standing, line_id, act)
    if not any(part.item_id for part in parts):
        raise Refused("a split pays at least one item", hint="or put the line on account")
    for part in parts:
        if part.customer_id is not None:
            _check_customer(standing, part.customer_id)
    because = _because("split", person, act)
    allocations = allocations_of_parts(state.line, parts, open_items(standing), because)
    outcome = Outcome(fate="applied", reason="split_by_person")
    check_limits(standing, allocations, state.line, act, person)
    return decided(standing, state, outcome, allocations, act)


def put_on_account(standing: Standing, line_id: str, customer_id: str, act: Act) -> PersonDecision:
    """Put the whole line on a customer's account; it settles no item.

    Raises:
        Refused: nobody knows the customer, or a control forbids it.
    """
    person = act.person("decide")
    state = decidable(standing, line_id, act)
    _check_customer(standing, customer_id)
    part = Part(kind="on_account", amount=state.line["amount"], customer_id=customer_id)
    because = _because("put on account", person, act)
    allocations = allocations_of_parts(state.line, [part], standing.items.head(0), because)
    outcome = Outcome(fate="on_account", reason="on_account_by_person")
    return decided(standing, state, outcome, allocations, act)


def mark_not_receivable(standing: Standing, line_id: str, reason: str, act: Act) -> PersonDecision:
    """Say that a line is no customer's money; `reason` is why, in the person's words.

    Raises:
        Refused: no reason is given, or a control forbids it.
    """
    act.person("decide")
    state = decidable(standing, line_id, act)
    if not reason.strip():
        raise Refused("a line is no receivable for a reason", hint="say what the money is")
    outcome = Outcome(fate="not_receivable", reason="not_receivable_by_person", note=reason.strip())
    return decided(standing, state, outcome, Allocations.create_empty(), act)


def reject(standing: Standing, line_id: str, rank: int, act: Act) -> PersonDecision:
    """Refuse a suggestion: it does not come back unless the line or the open amount of its items changes.

    What no other suggestion of the line wants is refused; where all of it is wanted by others too, those go with it,
    because the pair of line and item is what is remembered. The suggestions that stay move up.

    Raises:
        Refused: there is no such suggestion, or a control forbids it.
    """
    person = act.person("decide")
    state = decidable(standing, line_id, act)
    suggestion = suggested(standing, state, rank)
    every = allocations_of(standing, state.decision_no).filter(pl.col("status") == "suggested")
    wanted = suggestion.filter(pl.col("item_id").is_not_null()).select("item_id").unique()
    shared = every.filter(pl.col("rank") != rank).select("item_id")
    alone = wanted.join(shared, on="item_id", how="anti")
    refused = wanted if alone.is_empty() else alone
    gone = every.join(refused, on="item_id", how="semi").select("rank").unique()
    left = (
        every.filter(pl.col("rank") != rank)
        .join(gone, on="rank", how="anti")
        .with_columns(rank=pl.col("rank").rank("dense").cast(pl.Int64))
        .sort("rank", "item_id", "kind", nulls_last=True)
    )
    kept = Allocations.validate(left.select(Allocations.column_names()))
    fate = "unmatched" if kept.is_empty() else "suggested"
    numbers = ", ".join(suggestion["item_number"].drop_nulls().unique().sort().to_list())
    note = f"{person.name} refused {numbers or 'the suggestion'}"
    pairs = refused_pairs(state.line, refused, standing.items)
    outcome = Outcome(fate=fate, reason="rejected_by_person", note=note, refused=pairs)
    return decided(standing, state, outcome, kept, act)


def decidable(standing: Standing, line_id: str, act: Act) -> LineState:
    """Find a line and check that it may be decided now.

    Raises:
        Refused: it is a debit, held, decided, waits for an approval or a day, changed since the person looked, or its
            day is closed.
    """
    state = line_state(standing, line_id)
    check_line(state, act)
    if state.waiting_no is not None:
        why = "an approval" if state.waiting_state == "awaiting" else "its value date"
        raise Refused(
            f"decision {state.waiting_no} of line {line_id} waits for {why}",
            hint="approve it, or withdraw it",
        )
    if state.fate not in _OPEN_FATES:
        raise Refused(
            f"line {line_id} is decided ({state.fate}, {state.reason}) by decision {state.decision_no}",
            hint=f"take it back first: `recon undo {state.decision_no}`",
        )
    return state


def check_line(state: LineState, act: Act) -> None:
    """Check what must hold for any decision on a line, undoing included.

    Raises:
        Refused: it is a debit, held, it changed since the person looked, or the decision would count too early.
    """
    line = state.line
    line_id = line["line_id"]
    if line["amount"] <= 0:
        raise Refused(f"line {line_id} is no receipt: debits are not decided here")
    if line["is_held"]:
        raise Refused(
            f"line {line_id} is held", hint="release its statement first, or get a sound one"
        )
    if act.saw is not None and act.saw != state.newest_no:
        raise Refused(
            f"line {line_id} changed since: you saw decision {act.saw}, it stands by {state.newest_no}",
            hint="look at it again",
        )
    first = min(filter(None, (line["booking_date"], line["value_date"])))
    if act.effective_on < first:
        raise Refused(f"a decision cannot count from {act.effective_on}: the money came on {first}")


def suggested(standing: Standing, state: LineState, rank: int) -> pl.DataFrame:
    """Give the allocations of one suggestion of a line.

    Raises:
        Refused: it has none of that rank.
    """
    every = allocations_of(standing, state.decision_no).filter(pl.col("status") == "suggested")
    found = every.filter(pl.col("rank") == rank)
    if found.is_empty():
        count = every["rank"].n_unique()
        line_id = state.line["line_id"]
        raise Refused(f"line {line_id} has {count} suggestions, and none of rank {rank}")
    return found.sort("item_id", "kind", nulls_last=True)


def refused_pairs(
    line: dict[str, Any], refused: pl.DataFrame, items: pl.DataFrame
) -> dy.DataFrame[RefusedPairs]:
    """Name pairs of a line and items (column item_id) that do not belong together, with what is open of each."""
    rows = refused.join(items.select("item_id", "number", "open_amount"), on="item_id")
    return RefusedPairs.validate(
        rows.select(
            line_id=pl.lit(line["line_id"]),
            bank_reference=pl.lit(line["bank_reference"], dtype=pl.String),
            item_number="number",
            open_amount="open_amount",
        ).sort("item_number")
    )


def decided(
    standing: Standing,
    state: LineState,
    outcome: Outcome,
    allocations: dy.DataFrame[Allocations],
    act: Act,
) -> PersonDecision:
    """Put a decision together; the approvals that it needs and the day of its entry are worked out.

    Raises:
        Refused: the day from which it counts is closed.
    """
    person = act.person("decide" if outcome.undoes is None else "undo")
    line = state.line
    entry_date = posting_date(standing.periods, line["booking_date"], act.effective_on)
    moves_money = outcome.fate not in _OPEN_FATES or outcome.undoes is not None
    needed, why = approvals_needed(standing, line, allocations, act) if moves_money else (0, None)
    row = {
        "line_id": line["line_id"],
        "fate": outcome.fate,
        "reason": outcome.reason,
        "note": "; ".join(filter(None, (outcome.note, why))) or None,
        "decided_by": person.name,
        "policy_hash": standing.policy_hash,
    }
    frame = pl.DataFrame([row], schema=Decisions.create_empty().schema, orient="row")
    return PersonDecision(
        decision=Decisions.validate(frame),
        allocations=allocations,
        refused=RefusedPairs.create_empty() if outcome.refused is None else outcome.refused,
        follows=state.last_no,
        undoes=outcome.undoes,
        effective_on=act.effective_on,
        entry_date=entry_date,
        comment=act.said,
        approvals_needed=needed,
    )


def _because(what: str, person: Person, act: Act) -> str:
    return f"{what} by {person.name}" + (f": {act.said}" if act.said else "")


def _check_customer(standing: Standing, customer_id: str) -> None:
    known = pl.concat(
        [standing.parties.select("customer_id"), standing.items.select("customer_id")]
    )["customer_id"]
    if customer_id not in set(known.drop_nulls()):
        raise Refused(f"nobody knows the customer {clip(customer_id)!r}")
