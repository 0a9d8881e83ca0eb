"""Sit down at a workspace: its settings, its store, the plugins, the policy, who works there and what time it is."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import msgspec

from recon.config import Policy, load_policy
from recon.errors import Refused
from recon.review.allowed import check_allowed
from recon.review.people import Authority
from recon.run.clock import SystemClock
from recon.run.daily.archive import Archive
from recon.run.daily.disk import told_of_disk
from recon.store.chain import Happening, append, head
from recon.store.connect import Store, open_store
from recon.store.migrate import upgrade
from recon.store.policies import controls_at, policy_at
from recon.store.projections import catch_up
from recon.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import Any

    import polars as pl
    from sqlalchemy import Connection

    from recon.run.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where the daily job is done."""

    workspace: Workspace
    store: Store
    policy: Policy
    archive: Archive
    actor: str
    clock: Clock
    # The people and limits in force.
    authority: Authority
    # A file says otherwise, and who works here may not set it: what is in force goes on.
    policy_waits: bool = False
    controls_wait: bool = False

    def happening(
        self, kind: str, facts: Mapping[str, Any], rows: Mapping[str, pl.DataFrame] | None = None
    ) -> Happening:
        """Say that something happens here and now."""
        return Happening(
            kind=kind,
            actor=self.actor,
            at=self.clock.now(),
            facts=facts,
            rows=rows or {},
            policy_hash=self.policy.hash,
        )

    def record(
        self,
        connection: Connection,
        kind: str,
        facts: Mapping[str, Any],
        rows: Mapping[str, pl.DataFrame] | None = None,
    ) -> int:
        """Record an event in an open transaction; gives its number."""
        return append(connection, self.happening(kind, facts, rows))


@contextmanager
def open_desk(folder: Path, actor: str, clock: Clock | None = None) -> Iterator[Desk]:
    """Open a workspace and its store; a store that is new is made.

    Args:
        folder: where `recon.toml` lies.
        actor: who works, as the record will name them.
        clock: what time it is; the machine's own if left out.

    Raises:
        ConfigurationError: there is no workspace, or it is set up wrongly.
        StoreBroken: the store cannot be opened or written.
    """
    workspace = Workspace.at(folder)
    settings = workspace.settings
    policy = load_policy(workspace.path(settings.policy) if settings.policy else None)
    with told_of_disk():
        store = open_store(workspace.store_url)
        try:
            upgrade(store)
            desk = Desk(
                workspace=workspace,
                store=store,
                policy=policy,
                archive=Archive(workspace.path(settings.archive)),
                actor=actor,
                clock=clock or SystemClock(),
                authority=Authority(settings.users, settings.controls),
            )
            yield _begin(desk)
        finally:
            store.close()


def _begin(desk: Desk) -> Desk:
    """Record the store's birth, and people, limits or a policy that are not those in force, if who works here may."""
    with desk.store.reading() as connection:
        known, policy = controls_at(connection, None), policy_at(connection, None)
    in_force = desk.authority if known is None else Authority(*known)
    # Who may set other people is asked of those in force, or everybody would make themselves one of them.
    if in_force != desk.authority and not _may(desk, "set_controls", in_force):
        desk = replace(desk, authority=in_force, controls_wait=True)
    if policy not in (None, desk.policy) and not _may(desk, "set_policy", desk.authority):
        desk = replace(desk, policy=policy, policy_waits=True)
    if known is not None and in_force == desk.authority and policy == desk.policy:
        return desk
    with desk.store.writing() as connection:
        if head(connection).seq == 0:
            desk.record(connection, "store_created", {})
        if controls_at(connection, None) != (desk.authority.users, desk.authority.controls):
            facts = {"users": desk.authority.users, "controls": desk.authority.controls}
            desk.record(connection, "controls_set", _told(facts))
        if policy_at(connection, None) != desk.policy:
            desk.record(connection, "policy_set", _told({"policy": desk.policy}))
        catch_up(connection)
    return desk


def _told(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: msgspec.to_builtins(value, builtin_types=()) for name, value in facts.items()}


def _may(desk: Desk, action: Literal["set_policy", "set_controls"], authority: Authority) -> bool:
    """Whoever works first after a file was edited would else be the author of what it says."""
    try:
        check_allowed(desk.actor, action, authority)
    except Refused:
        # In a house of one a program may run the day's job for its only person.
        return authority.is_house_of_one
    return True
