"""Rebuild the store of a pack in memory, event by event. In: recorded events and rows. Out: the store as it stood then.

What a run saw depends on when projections were made: they are brought up to date where the run that wrote them did so.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import insert as insert_row

from recon.config import Policy
from recon.databases import sqlite_library
from recon.review.people import Authority
from recon.run.daily.archive import Archive
from recon.run.daily.desk import Desk
from recon.store.connect import Store, open_store
from recon.store.migrate import upgrade
from recon.store.policies import controls_at, policy_at
from recon.store.projections import catch_up
from recon.store.tables import EVENTS, FACT
from recon.store.writing import insert
from recon.workspace import Settings, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recon.run.audit.facts import Told

_NOWHERE: Final = Path()


@dataclass(frozen=True, slots=True)
class Stopped:
    """A clock that stands at the instant of what is made again."""

    instant: dt.datetime

    def now(self) -> dt.datetime:
        """Give the instant."""
        return self.instant


@contextmanager
def memory_store() -> Iterator[Store]:
    """Open an empty store that lies in memory alone."""
    store = open_store("sqlite://")
    try:
        upgrade(store)
        yield store
    finally:
        store.close()


def load(store: Store, told: Told, *, is_last: bool) -> None:
    """Put one event and its rows into the store.

    Args:
        store: the store as it stood after the event before.
        told: the event as it was recorded.
        is_last: projections were brought up to date after it; of several files received together, only after the last.

    Raises:
        ValueError: these are rows that no store takes.
    """
    with store.writing() as connection:
        connection.execute(insert_row(EVENTS.table).values(msgspec.structs.asdict(told.event)))
        try:
            for name, rows in told.rows.items():
                insert(connection, FACT[name], rows)
        except sqlite_library().Error as error:
            raise ValueError(f"event {told.event.seq} cannot be stored: {error}") from None
        if is_last:
            catch_up(connection)


def desk_of_then(store: Store, actor: str, at: str, history_days: int) -> Desk:
    """Sit down at the store as whoever did it then: their policy, their name, their hour."""
    with store.reading() as connection:
        policy = policy_at(connection, None) or Policy()
        authority = Authority(*(controls_at(connection, None) or ()))
    settings = Settings(history_days=history_days)
    return Desk(
        workspace=Workspace(folder=_NOWHERE, settings=settings),
        store=store,
        policy=policy,
        archive=Archive(_NOWHERE),
        actor=actor,
        clock=Stopped(dt.datetime.fromisoformat(at)),
        authority=authority,
    )
