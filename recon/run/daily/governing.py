"""What people do beside deciding lines: release statements, close periods, approve a policy. In: an act. Out: an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recon.frames.events import Periods
from recon.review.periods import close_period, reopen_period
from recon.review.policy_change import check_policy, check_policy_approval
from recon.review.remarks import release
from recon.store.chain import instant
from recon.store.projections import catch_up
from recon.store.reading import fetch
from recon.store.standing import standing_of
from recon.store.tables import FACT

if TYPE_CHECKING:
    import datetime as dt

    from recon.review.act import Act
    from recon.run.daily.desk import Desk


def release_statement(desk: Desk, statement_id: str, act: Act) -> None:
    """Let a held statement be used.

    Raises:
        Refused: there is no such statement, it is not held, the person may not, or gives no reason.
    """
    with desk.store.writing() as connection:
        told = release(standing_of(connection, []), statement_id, act)
        row = {"statement_id": statement_id, "actor": told.actor, "reason": told.reason}
        facts = {"statement_id": statement_id}
        desk.record(connection, "statement_released", facts, {"releases": pl.DataFrame([row])})
        catch_up(connection)


def change_period(desk: Desk, day: dt.date, reason: str, *, is_closed: bool) -> None:
    """Close all days up to one, or open the last closed period again.

    Raises:
        Refused: the person may not, gives no reason, or there is no such period.
    """
    change = close_period if is_closed else reopen_period
    with desk.store.writing() as connection:
        periods = Periods.validate(fetch(connection, FACT["periods"]))
        found = change(periods, day, actor=desk.actor, reason=reason, authority=desk.authority)
        row = {
            "closed_until": found.closed_until,
            "is_closed": found.is_closed,
            "at": instant(desk.clock.now()),
            "actor": found.actor,
            "reason": found.reason,
        }
        kind = "period_closed" if is_closed else "period_reopened"
        facts = {"closed_until": day.isoformat(), "reason": found.reason}
        desk.record(connection, kind, facts, {"periods": pl.DataFrame([row])})
        catch_up(connection)


def approve_policy(desk: Desk, policy_hash: str, act: Act) -> None:
    """Approve the policy that somebody else set.

    Raises:
        Refused: it is one's own, it was never set, or it was replaced since.
    """
    with desk.store.writing() as connection:
        name = check_policy_approval(standing_of(connection, []), policy_hash, act)
        desk.record(connection, "approved", {"subject": "policy", "by": name})
        catch_up(connection)


def require_policy(desk: Desk) -> None:
    """Check that the policy may decide.

    Raises:
        Refused: it was changed, and nobody but its author approved it.
    """
    needs = desk.authority.controls.policy_needs_approval
    if needs:
        with desk.store.reading() as connection:
            check_policy(standing_of(connection, []), desk.policy.hash, needs_approval=True)
