"""Policy changes need another's approval where the controls say so. In: the events. Out: who set and approved a policy.

The first policy of a workspace is no change. An event `policy_set` names the new policy in `policy_hash`; an event
`approved` that has `"subject": "policy"` in its payload approves the policy in its `policy_hash`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from recon.errors import Refused, clip
from recon.review.people import PROGRAMS, same_name

if TYPE_CHECKING:
    import dataframely as dy

    from recon.frames.events import Events
    from recon.protocols import Standing
    from recon.review.act import Act


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """Who set a policy, the last time that it was set, and who approved it since."""

    policy_hash: str
    seq: int
    set_by: str
    is_first: bool
    approved_by: tuple[str, ...]

    @property
    def is_approved(self) -> bool:
        """Somebody else approved it, or it is the first."""
        others = [who for who in self.approved_by if same_name(who) != same_name(self.set_by)]
        return self.is_first or bool(others)


def policy_change(events: dy.DataFrame[Events], policy_hash: str) -> PolicyChange | None:
    """Find how a policy came into force; None if the record does not say."""
    sets = events.filter(pl.col("kind") == "policy_set").sort("seq")
    own = sets.filter(pl.col("policy_hash") == policy_hash).tail(1)
    if own.is_empty():
        return None
    seq, set_by = own.select("seq", "actor").row(0)
    answers = events.filter(
        pl.col("kind") == "approved", pl.col("policy_hash") == policy_hash, pl.col("seq") > seq
    ).sort("seq")
    granted = tuple(
        actor
        for actor, payload in answers.select("actor", "payload").iter_rows()
        if json.loads(payload).get("subject") == "policy"
    )
    return PolicyChange(policy_hash, seq, set_by, seq == sets["seq"].min(), granted)


def check_policy(standing: Standing, policy_hash: str, *, needs_approval: bool) -> None:
    """Check that a policy may decide.

    Raises:
        Refused: it was changed, changes need approval, and nobody but its author approved it.
    """
    found = policy_change(standing.events, policy_hash)
    if needs_approval and found is not None and not found.is_approved:
        raise Refused(
            f"policy {policy_hash}, set by {found.set_by}, waits for an approval",
            hint="somebody else approves it, or the policy before is set again",
        )


def check_policy_approval(standing: Standing, policy_hash: str, act: Act) -> str:
    """Check that a person may approve a policy, and give the name to be recorded.

    Raises:
        Refused: they may not, it is their own, it was never set, or it was replaced since.
    """
    person = act.person("approve_policy")
    found = policy_change(standing.events, policy_hash)
    if found is None:
        raise Refused(f"no policy {clip(policy_hash)!r} was ever set")
    newest = standing.events.filter(pl.col("kind") == "policy_set")["seq"].max()
    if found.seq != newest:
        raise Refused(f"policy {policy_hash} was replaced since", hint="look at the new one")
    if same_name(person.name) == same_name(found.set_by) and not is_own_allowed(act):
        raise Refused(f"{person.name} set this policy, and somebody else approves it")
    if same_name(person.name) in {same_name(who) for who in found.approved_by}:
        raise Refused(f"{person.name} approved this policy already")
    return person.name


def check_set_policy(act: Act) -> str:
    """Check that a person may set another policy, and give the name to be recorded.

    Raises:
        Refused: they may not, or do not say why.
    """
    person = act.person("set_policy")
    act.check_said("another policy")
    return person.name


def is_own_allowed(act: Act) -> bool:
    """One's own work may be approved: the house is of one person, or its controls say so."""
    authority = act.authority
    return authority.is_house_of_one or authority.controls.allow_own_approval


def unapproved_author(events: dy.DataFrame[Events], policy_hash: str) -> str | None:
    """Name the person who set a policy that nobody else approved: they approve no decision made under it.

    The first policy is the set-up of the house and bars nobody.
    """
    found = policy_change(events, policy_hash)
    if found is None or found.is_approved or same_name(found.set_by) in PROGRAMS:
        return None
    return found.set_by
