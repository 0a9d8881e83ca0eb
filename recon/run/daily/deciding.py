"""Let a person decide: read the record, let `recon/review` judge, and record what comes of it. In: an act. Out: numbers.

What a person saw is looked at again in the transaction that records: if the line or one of its items moved since, nothing
is recorded. So any number of people may decide at once, and every line is decided once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import select

from recon.apply.entries import build_entries
from recon.apply.opposite import opposite, with_fresh_keys
from recon.errors import Refused, clip
from recon.failpoints import reached
from recon.frames.lines import Lines
from recon.review.act import Act
from recon.review.approvals import withdraw
from recon.review.record import decision_states
from recon.review.remarks import assign
from recon.review.remarks import comment as remark
from recon.review.undo import undo
from recon.run.daily.numbering import keys_of, last_number, number_decisions, place_allocations
from recon.run.daily.unmoved import check_unmoved
from recon.store.chain import instant
from recon.store.projections import catch_up
from recon.store.reading import fetch
from recon.store.standing import standing_of
from recon.store.tables import FACT, LINE_STATES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from recon.protocols import Standing
    from recon.review.act import PersonDecision
    from recon.review.approvals import Answer
    from recon.run.daily.desk import Desk


def act_of(
    desk: Desk,
    *,
    comment: str | None = None,
    saw: int | None = None,
    effective_on: dt.date | None = None,
) -> Act:
    """Say who acts, now, by whose authority."""
    now = desk.clock.now()
    return Act(
        actor=desk.actor,
        at=instant(now),
        effective_on=effective_on or now.date(),
        authority=desk.authority,
        comment=comment,
        saw=saw,
    )


def stands(desk: Desk, line_ids: Sequence[str], item_ids: Sequence[str] = ()) -> Standing:
    """Give the record as it stands now, of some lines and items and what bears on them."""
    with desk.store.reading() as connection:
        return standing_of(connection, line_ids, item_ids)


def find_line(desk: Desk, beginning: str) -> str:
    """Give the id of the line that begins so.

    Raises:
        Refused: none does, or more than one.
    """
    table = LINE_STATES.table
    query = select(table.c.line_id).where(table.c.line_id.startswith(beginning, autoescape=True))
    with desk.store.reading() as connection:
        found: list[str] = list(connection.scalars(query.limit(2)))
    if len(found) != 1:
        raise Refused(
            f"{'more than one line begins' if found else 'no line begins'} with {clip(beginning)!r}",
            hint="`recon queue` lists the lines that wait",
        )
    return found[0]


def line_of(desk: Desk, number: int) -> str:
    """Give the line of a decision.

    Raises:
        Refused: there is no such decision.
    """
    log = FACT["decisions"].table
    with desk.store.reading() as connection:
        found: str | None = connection.scalar(
            select(log.c.line_id).where(log.c.decision_no == number)
        )
    if found is None:
        raise Refused(f"there is no decision {number}", hint="`recon report decisions` lists them")
    return found


def undo_or_withdraw(desk: Desk, number: int, act: Act, *, knows_dependents: bool) -> str:
    """Take a decision back: one that waits for an approval is withdrawn, one that counts is followed by its opposite.

    Returns:
        what was done, in words.

    Raises:
        Refused: a control forbids it, or something was built on it.
    """
    before = stands(desk, [line_of(desk, number)])
    waiting = decision_states(before).filter(
        pl.col("decision_no") == number, pl.col("state") == "awaiting"
    )
    if waiting.height:
        answer_decision(desk, number, lambda now: withdraw(now, number, act))
        return f"decision {number} is withdrawn: it never counts"
    decision = undo(before, number, act, knows_dependents=knows_dependents)
    ((line_id, new, needed),) = decide(desk, before, [decision])
    waits = f"; it counts once {needed} other(s) approve it" if needed else ""
    return f"{line_id}: decision {number} is taken back by decision {new}{waits}"


def suggested_lines(desk: Desk) -> list[str]:
    """Give the lines that stand as suggested."""
    table = LINE_STATES.table
    with desk.store.reading() as connection:
        query = select(table.c.line_id).where(table.c.fate == "suggested")
        return list(connection.scalars(query))


def decide(
    desk: Desk, before: Standing, decisions: Sequence[PersonDecision]
) -> list[tuple[str, int, int]]:
    """Record decisions of a person, all or none.

    Args:
        desk: the workspace.
        before: the record on which they were made.
        decisions: what `recon/review` made of the act.

    Returns:
        line, decision number and approvals needed of each.

    Raises:
        Refused: something moved since the record was read on which they were judged.
    """
    if not decisions:
        return []
    with desk.store.writing() as connection:
        catch_up(connection)
        check_unmoved(connection, before, decisions)
        rows = _rows(desk, connection, before, decisions)
        facts = {"lines": [one.line_id for one in decisions], "by": "person"}
        desk.record(connection, "decided", facts, rows)
        catch_up(connection)
        reached("review.inserted")
    reached("review.committed")
    return list(rows["decisions"].select("line_id", "decision_no", "approvals_needed").rows())


def answer_decision(desk: Desk, number: int, judge: Callable[[Standing], Answer]) -> Answer:
    """Record an approval, a refusal or a withdrawal.

    Args:
        desk: the workspace.
        number: the decision.
        judge: `recon.review.approvals.answer` or `withdraw`, given the record.

    Raises:
        Refused: a control forbids it.
    """
    with desk.store.writing() as connection:
        catch_up(connection)
        log = FACT["decisions"].table
        line = connection.scalar(select(log.c.line_id).where(log.c.decision_no == number))
        given = judge(standing_of(connection, [line] if line else []))
        row = {
            "decision_no": number,
            "is_granted": given.is_granted,
            "approver": given.approver,
            "at": instant(desk.clock.now()),
            "comment": given.comment,
        }
        approvals = pl.DataFrame([row], schema_overrides={"comment": pl.String})
        facts = {"subject": "decision", "decision_no": number, "is_granted": given.is_granted}
        desk.record(connection, "approved", facts, {"approvals": approvals})
        catch_up(connection)
        reached("review.inserted")
    reached("review.committed")
    return given


def remark_on(
    desk: Desk, line_id: str, *, comment: str | None = None, owner: str | None = None
) -> None:
    """Record a comment on a line, or hand it to somebody.

    Raises:
        Refused: the person may not, there is no such line, or nobody knows the owner.
    """
    act = act_of(desk, comment=comment)
    before = stands(desk, [line_id])
    told = assign(before, line_id, owner, act) if owner else remark(before, line_id, act)
    row = {
        "line_id": line_id,
        "at": act.at,
        "actor": told.actor,
        "owner": told.owner,
        "comment": told.comment,
    }
    rows = pl.DataFrame([row], schema_overrides={"owner": pl.String, "comment": pl.String})
    with desk.store.writing() as connection:
        kind = "assigned" if owner else "commented"
        desk.record(connection, kind, {"line_id": line_id}, {"comments": rows})
        catch_up(connection)


def _rows(
    desk: Desk, connection: Connection, before: Standing, decisions: Sequence[PersonDecision]
) -> dict[str, pl.DataFrame]:
    """Number the decisions in the order of their lines, and put their allocations, entries and refusals to them."""
    ordered = sorted(decisions, key=lambda one: one.line_id)
    told = pl.concat([one.decision for one in ordered])
    extra = pl.DataFrame(
        [
            {
                "line_id": one.line_id,
                "effective_on": one.effective_on,
                "undoes": one.undoes,
                "comment": one.comment,
                "approvals_needed": one.approvals_needed,
            }
            for one in ordered
        ],
        schema_overrides={"undoes": pl.Int64, "comment": pl.String},
    )
    numbered = number_decisions(told, last_number(connection), at=desk.clock.now(), facts=extra)
    numbers = dict(numbered.select("line_id", "decision_no").rows())
    allocations, entries, refused = [], [], []
    for one in ordered:
        number = pl.lit(numbers[one.line_id], pl.Int64)
        allocations.append(one.allocations.with_columns(decision_no=number))
        refused.append(one.refused.with_columns(decision_no=number))
        entries.append(_entries(desk, connection, before, one).with_columns(decision_no=number))
    return {
        "decisions": numbered,
        "allocations": place_allocations(pl.concat(allocations)),
        "entries": pl.concat(entries),
        "refused_pairs": pl.concat(refused).unique(("decision_no", "item_number"), keep="first"),
    }


def _entries(
    desk: Desk, connection: Connection, before: Standing, one: PersonDecision
) -> pl.DataFrame:
    """Make the entries of a decision: those of its allocations, or the opposite of what it takes back."""
    kept = FACT["entries"]
    columns = [name for name in kept.columns if name != "decision_no"]
    if one.undoes is not None:
        undone = fetch(connection, kept, kept.table.c.decision_no == one.undoes)
        return opposite(undone, one.entry_date).select(columns)
    line = Lines.validate(before.lines.filter(pl.col("line_id") == one.line_id))
    made = build_entries(line, one.allocations, desk.policy).with_columns(
        date=pl.lit(one.entry_date), reverses=pl.lit(None, pl.String)
    )
    return with_fresh_keys(made, keys_of(connection, made["line_id"].unique())).select(columns)
