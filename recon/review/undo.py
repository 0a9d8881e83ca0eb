"""Undo a decision by a further one: the line is open again. In: the record, a decision. Out: a PersonDecision, or Refused.

What was built on the decision is listed first, and stays as it is: nothing of another line is undone in passing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recon.errors import Refused
from recon.frames.allocations import Allocations
from recon.frames.history import RefusedPairs
from recon.review.act import Outcome
from recon.review.decide import check_line, decided
from recon.review.record import RULE, allocations_of, decision_row, decision_states, line_state

if TYPE_CHECKING:
    import dataframely as dy

    from recon.protocols import Standing
    from recon.review.act import Act, PersonDecision

# An entry of which the ledger may have heard: it gets an opposite entry.
_DELIVERED: Final = ("posted", "unknown", "needs_confirmation")
_NOT_DECIDED: Final = ("unmatched", "suggested")


@dataclass(frozen=True, slots=True)
class Dependents:
    """What was built on a decision.

    `decisions` are later ones of the same line, `allocations` what later decisions gave to the same items, `entries`
    the keys of its entries that a ledger has or may have.
    """

    decisions: tuple[int, ...]
    allocations: tuple[tuple[int, str, str], ...]
    entries: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.decisions or self.allocations or self.entries)

    def words(self) -> str:
        """List them for a person, at most three of a sort."""
        parts = [
            *_listed("decision", [str(number) for number in self.decisions]),
            *_listed("item", [f"{item} (decision {no})" for no, _, item in self.allocations]),
            *_listed("entry", [f"{key[:8]} in {ledger}" for ledger, key in self.entries]),
        ]
        return "; ".join(parts)


def dependents(standing: Standing, decision_no: int) -> Dependents:
    """List what was built on a decision.

    Raises:
        Refused: there is no such decision.
    """
    decision = decision_row(standing, decision_no)
    later = standing.decision_log.filter(
        pl.col("line_id") == decision["line_id"], pl.col("decision_no") > decision_no
    )
    own = allocations_of(standing, decision_no).filter(pl.col("status") == "applied")
    items = own.select("item_id").drop_nulls().unique()
    counting = decision_states(standing).filter(
        pl.col("state").is_in(["in_force", "awaiting", "later"]),
        pl.col("decision_no") > decision_no,
    )
    after = (
        standing.allocation_log.filter(
            pl.col("status") == "applied", pl.col("line_id") != decision["line_id"]
        )
        .join(counting, on="decision_no", how="semi")
        .join(items, on="item_id", how="semi")
    )
    number = pl.coalesce("item_number", "item_id")
    rows = after.select("decision_no", "line_id", number).unique().sort(pl.all())
    keys = standing.entries.filter(pl.col("decision_no") == decision_no).select("entry_key")
    delivered = standing.outbox.filter(pl.col("state").is_in(_DELIVERED)).join(
        keys, on="entry_key", how="semi"
    )
    return Dependents(
        decisions=tuple(sorted(later["decision_no"])),
        allocations=tuple(rows.iter_rows()),
        entries=tuple(delivered.select("ledger", "entry_key").sort(pl.all()).iter_rows()),
    )


def undo(
    standing: Standing, decision_no: int, act: Act, *, knows_dependents: bool = False
) -> PersonDecision:
    """Take a decision back: the line is open again, unmatched with the reason `undone`.

    A rule does not do the same again: what it had applied is refused, as a rejected suggestion is. It needs as many
    approvals as any decision on the line.

    Args:
        standing: the record as it stands.
        decision_no: the decision in force of a line.
        act: who, when and why.
        knows_dependents: the person has seen what was built on it, and undoes this decision alone nevertheless.

    Raises:
        Refused: it is not in force, there is nothing to take back, no comment is given, a control forbids it, or
            something was built on it and the person does not say that they know.
    """
    act.person("undo")
    act.check_said("taking a decision back")
    decision = decision_row(standing, decision_no)
    state = line_state(standing, decision["line_id"])
    check_line(state, act)
    if state.waiting_state == "awaiting":
        raise Refused(
            f"decision {state.waiting_no} of the line waits for an approval",
            hint="withdraw that one first",
        )
    if state.newest_no != decision_no:
        raise Refused(
            f"decision {decision_no} is not in force: the line stands by decision {state.newest_no}"
        )
    if act.effective_on < decision["effective_on"]:
        raise Refused(
            f"decision {decision_no} counts from {decision['effective_on']}, and is taken back from then on"
        )
    is_by_rule = decision["decided_by"] == RULE
    if decision["undoes"] is not None or (is_by_rule and decision["fate"] in _NOT_DECIDED):
        raise Refused(f"decision {decision_no} decides nothing that could be taken back")
    built = dependents(standing, decision_no)
    if built and not knows_dependents:
        raise Refused(
            f"something was built on decision {decision_no}: {built.words()}",
            hint="undo it nevertheless by --despite-dependents; what a ledger has gets an opposite entry",
        )
    outcome = Outcome(
        fate="unmatched",
        reason="undone",
        note=f"takes back decision {decision_no} ({decision['fate']}, {decision['reason']})",
        refused=_not_again(standing, state.line, decision_no) if is_by_rule else None,
        undoes=decision_no,
    )
    return decided(standing, state, outcome, Allocations.create_empty(), act)


def _not_again(
    standing: Standing, line: dict[str, Any], decision_no: int
) -> dy.DataFrame[RefusedPairs]:
    """Refuse the pairs that a rule applied, with what is open of the items once the decision is taken back."""
    own = allocations_of(standing, decision_no).filter(
        pl.col("status") == "applied", pl.col("item_number").is_not_null()
    )
    settled = own.group_by("item_id", "item_number").agg(pl.col("item_amount").sum())
    rows = settled.join(standing.items.select("item_id", "open_amount"), on="item_id", how="left")
    return RefusedPairs.validate(
        rows.select(
            line_id=pl.lit(line["line_id"]),
            bank_reference=pl.lit(line["bank_reference"], dtype=pl.String),
            item_number="item_number",
            open_amount=pl.col("open_amount").fill_null(0) + pl.col("item_amount"),
        ).sort("item_number")
    )


def _listed(noun: str, names: list[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return [f"{noun} {', '.join(names[:3])}{more}"]
