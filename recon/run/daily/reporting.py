"""Render a report of the record. In: which report, of which day, as known when. Out: its bytes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from recon.errors import ConfigurationError
from recon.report.standing.render import Asked, render_report
from recon.store.standing import standing
from recon.store.tables import EVENTS

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from recon.protocols import Standing
    from recon.run.daily.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for, as the command line gives it."""

    name: str
    as_of: dt.datetime | None = None
    known: int | None = None
    known_at: dt.datetime | None = None
    since: dt.datetime | None = None
    book_balance: tuple[str, ...] = ()
    how: str = "table"
    table: str | None = None
    out: Path | None = None


def render(desk: Desk, wanted: Wanted) -> bytes:
    """Render one report.

    Raises:
        ConfigurationError: nothing was known then, or the report does not take what is asked.
    """
    with desk.store.reading() as connection:
        known = wanted.known
        if known is None:
            known = _known(connection, wanted.known_at)
        day = wanted.as_of.date() if wanted.as_of else None
        found = standing(connection, day, known)
        earlier = standing(connection, wanted.since.date(), known) if wanted.since else None
    asked = Asked(earlier=earlier, book_balances=_balances(wanted.book_balance, found))
    return render_report(wanted.name, found, wanted.how, asked, table=wanted.table)


def _known(connection: Connection, at: dt.datetime | None) -> int | None:
    """Give the last event up to an instant; a day means its end."""
    if at is None:
        return None
    is_day = at.time() == dt.time()
    last = at + dt.timedelta(days=1) if is_day else at
    events = EVENTS.table
    sign = (
        events.c.at < last.isoformat() if is_day else events.c.at <= f"{last.isoformat()}.999999Z"
    )
    found: int | None = connection.scalar(select(func.max(events.c.seq)).where(sign))
    if found is None:
        raise ConfigurationError(f"nothing was known at {at.isoformat()}")
    return found


def _balances(given: tuple[str, ...], found: Standing) -> dict[str, str]:
    known = set(found.statements["account"])
    balances: dict[str, str] = {}
    for text in given:
        account, sign, amount = text.rpartition("=")
        if not sign or account not in known:
            raise ConfigurationError(
                f"{text!r} is not ACCOUNT=AMOUNT of an account of the record",
                hint=f"the accounts are {', '.join(sorted(known))}",
            )
        balances[account] = amount
    return balances
