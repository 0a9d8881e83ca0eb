"""What a person should look at: the lines that wait, and what the controls found. In: the store. Out: frames."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from recon.review.findings.every import all_findings
from recon.review.queue import queue
from recon.store.standing import standing, standing_of
from recon.store.tables import FACT, LINE_STATES

if TYPE_CHECKING:
    import datetime as dt

    import dataframely as dy

    from recon.frames.findings import Findings
    from recon.frames.queue import Queue
    from recon.run.daily.desk import Desk


def waiting(desk: Desk, as_of: dt.date | None = None) -> dy.DataFrame[Queue]:
    """Give the queue, its ages counted to a day (today if left out)."""
    states, decisions = LINE_STATES.table, FACT["decisions"].table
    is_open = or_(
        states.c.fate.is_(None),
        states.c.fate.in_(("unmatched", "suggested", "on_account")),
        states.c.is_held == 1,
    )
    with desk.store.reading() as connection:
        ids = set(connection.scalars(select(states.c.line_id).where(is_open)))
        wants = select(decisions.c.line_id).where(decisions.c.approvals_needed > 0)
        ids |= set(connection.scalars(wants))
        found = standing_of(connection, ids)
    # A run may have decided for a later day than the clock shows; what it decided stands in the queue all the same.
    today = max(desk.clock.now().date(), found.as_of)
    return queue(replace(found, as_of=as_of or today))


def found_by_controls(desk: Desk, as_of: dt.date | None = None) -> dy.DataFrame[Findings]:
    """Give what the detective controls find in the whole record, ages counted to a day (today if left out)."""
    with desk.store.reading() as connection:
        found = standing(connection)
    day = as_of or desk.clock.now().date()
    return all_findings(replace(found, as_of=day), desk.authority.controls)
