"""Maker-checker: how many others must approve a decision, and who may. In: the record, an act. Out: an Answer, or Refused.

Nobody approves what they decided, nobody counts twice, and nobody approves what they did not see: an answer names one
decision, and a line that changed since refuses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from recon.errors import Refused
from recon.money import to_decimal
from recon.review.parts import check_cover
from recon.review.payers import is_new_account
from recon.review.people import same_name
from recon.review.periods import check_open
from recon.review.policy_change import is_own_allowed, unapproved_author
from recon.review.record import allocations_of, answers, decision_row, line_state, open_items

if TYPE_CHECKING:
    from recon.authority import Controls
    from recon.protocols import Standing
    from recon.review.act import Act


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of Approvals to be recorded, without its number and time. `is_last`: with it the decision counts."""

    decision_no: int
    is_granted: bool
    approver: str
    comment: str | None
    is_last: bool


def by_band(amount: int, currency: str, controls: Controls) -> int:
    """Say how many others must approve a decision on a line of this amount (minor units), by the highest band that it reaches.

    The line's amount decides, not its parts: dividing it saves no approval.
    """
    whole = to_decimal(abs(amount), currency)
    return max((band.approvals for band in controls.bands if whole >= band.from_amount), default=0)


def approvals_needed(
    standing: Standing, line: dict[str, Any], allocations: pl.DataFrame, act: Act
) -> tuple[int, str | None]:
    """Say how many others must approve a decision, and what is to be noted about it.

    Returns:
        the number (0 in a house of one, which the note says), and a note or None.
    """
    controls = act.authority.controls
    needed = by_band(line["amount"], line["currency"], controls)
    customers = allocations["customer_id"].drop_nulls().unique().to_list()
    notes = []
    if controls.hold_new_accounts and is_new_account(standing.parties, line, customers):
        notes.append("the payer's account is new for this customer")
        needed = max(needed, 1)
    if needed and act.authority.is_house_of_one:
        notes.append("own approval: nobody else is among the users")
        needed = 0
    return needed, "; ".join(notes) or None


def answer(standing: Standing, decision_no: int, act: Act, *, is_granted: bool) -> Answer:
    """Grant or refuse one's approval to a decision.

    Raises:
        Refused: the person may not, made it themself, answered before, or set the policy that decided; the decision
            is not there, counts already, was refused, or the record changed since so that it would no longer hold.
    """
    person = act.person("approve")
    decision = decision_row(standing, decision_no)
    _check_stands(standing, decision)
    name = same_name(person.name)
    is_own = name == same_name(decision["decided_by"])
    if is_own and not is_own_allowed(act):
        raise Refused(f"{person.name} made decision {decision_no}, and somebody else approves it")
    granted, _ = answers(standing.approvals).get(decision_no, (frozenset(), False))
    if name in granted:
        raise Refused(f"{person.name} approved decision {decision_no} already")
    author = unapproved_author(standing.events, decision["policy_hash"])
    if author is not None and same_name(author) == name and not is_own_allowed(act):
        raise Refused(
            f"{person.name} set the policy of decision {decision_no}, which nobody else approved",
            hint="somebody else approves the policy or the decision",
        )
    if is_granted:
        _check_holds(standing, decision)
    else:
        act.check_said("a refusal")
    own = "own approval" if is_own else None
    comment = "; ".join(filter(None, (own, act.said))) or None
    is_last = is_granted and len(granted) + 1 >= decision["approvals_needed"]
    return Answer(decision_no, is_granted, person.name, comment, is_last)


def _check_stands(standing: Standing, decision: dict[str, Any]) -> None:
    number = decision["decision_no"]
    if not decision["approvals_needed"]:
        raise Refused(f"decision {number} needs no approval")
    state = line_state(standing, decision["line_id"])
    if state.waiting_no != number or state.waiting_state != "awaiting":
        raise Refused(
            f"decision {number} does not wait for an approval: the line stands by decision {state.newest_no}",
            hint="look at the line again",
        )


def _check_holds(standing: Standing, decision: dict[str, Any]) -> None:
    """What was possible when it was decided must still be: days open, statement not held, items not settled."""
    number = decision["decision_no"]
    check_open(standing.periods, decision["effective_on"], f"decision {number}")
    state = line_state(standing, decision["line_id"])
    if state.line["is_held"]:
        raise Refused(f"the statement of line {state.line['line_id']} is held")
    wanted = allocations_of(standing, number).filter(pl.col("status") == "applied")
    if not wanted.is_empty():
        # Its own wish is no rival of it.
        own = wanted.group_by("item_id").agg(own=pl.col("item_amount").sum())
        items = open_items(standing).join(own, on="item_id", how="left")
        left = pl.col("left") + pl.col("own").fill_null(0)
        check_cover(wanted, state.line, items.with_columns(left=left))


def withdraw(standing: Standing, decision_no: int, act: Act) -> Answer:
    """Take back a decision that waits for an approval: it never counts, and the line stands as it stands.

    It is recorded as a refusal. A decision that counts is undone instead, which may need an approval.

    Raises:
        Refused: it does not wait, the person may not, or does not say why.
    """
    person = act.person("undo")
    decision = decision_row(standing, decision_no)
    act.check_said("a withdrawal")
    state = line_state(standing, decision["line_id"])
    if state.waiting_no != decision_no or state.waiting_state != "awaiting":
        raise Refused(f"decision {decision_no} waits for no approval", hint="undo it")
    granted, _ = answers(standing.approvals).get(decision_no, (frozenset(), False))
    if same_name(person.name) in granted:
        raise Refused(f"{person.name} approved decision {decision_no}; somebody else withdraws it")
    comment = f"withdrawn: {act.said}"
    return Answer(
        decision_no, is_granted=False, approver=person.name, comment=comment, is_last=False
    )
