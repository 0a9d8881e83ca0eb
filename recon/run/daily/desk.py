"""Sit down at a workspace: its settings, its store, the plugins, the policy, who works there and what time it is."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

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
from recon.store.policies import policy_at
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
    # The policy file says otherwise, and who works here may not set it: the policy in force goes on.
    policy_waits: bool = False

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
            )
            yield _begin(desk)
        finally:
            store.close()


def _begin(desk: Desk) -> Desk:
    """Record the store's birth, and a policy that is not the one in force, if who works here may set one."""
    with desk.store.reading() as connection:
        in_force = policy_at(connection, None)
    if in_force == desk.policy:
        return desk
    if in_force is not None and not _may_set_policy(desk):
        return replace(desk, policy=in_force, policy_waits=True)
    with desk.store.writing() as connection:
        if head(connection).seq == 0:
            desk.record(connection, "store_created", {})
        if policy_at(connection, None) != desk.policy:
            told = msgspec.to_builtins(desk.policy, builtin_types=())
            desk.record(connection, "policy_set", {"policy": told})
        catch_up(connection)
    return desk


def _may_set_policy(desk: Desk) -> bool:
    """Whoever works first after the file was edited would else be the policy's author."""
    settings = desk.workspace.settings
    try:
        check_allowed(desk.actor, "set_policy", Authority(settings.users, settings.controls))
    except Refused:
        # In a house of one a program may run the day's job for its only person.
        return not settings.users
    return True
