"""What people do beside deciding: comment on a line, hand it over, release a statement. Out: rows to be recorded, or Refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from recon.errors import Refused, clip
from recon.review.people import person_of
from recon.review.record import line_state

if TYPE_CHECKING:
    from recon.protocols import Standing
    from recon.review.act import Act


@dataclass(frozen=True, slots=True)
class Remark:
    """A row of Comments to be recorded, without its number and time; an owner: the line is handed over."""

    line_id: str
    actor: str
    owner: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class Release:
    """A held statement that a person releases: its lines may be decided from here on."""

    statement_id: str
    actor: str
    reason: str


def comment(standing: Standing, line_id: str, act: Act) -> Remark:
    """Comment on a line.

    Raises:
        Refused: the person may not, says nothing, or there is no such line.
    """
    person = act.person("comment")
    act.check_said("a remark")
    line_state(standing, line_id)
    return Remark(line_id, person.name, None, act.said)


def assign(standing: Standing, line_id: str, owner: str, act: Act) -> Remark:
    """Hand a line to somebody, who looks after it from here on.

    Raises:
        Refused: the person may not, nobody knows the owner, or there is no such line.
    """
    person = act.person("assign")
    line_state(standing, line_id)
    found = person_of(owner, act.authority)
    return Remark(line_id, person.name, found.name, act.said)


def release(standing: Standing, statement_id: str, act: Act) -> Release:
    """Release a statement that is held because it does not balance or does not continue.

    Raises:
        Refused: the person may not, gives no reason, there is no such statement, or it is not held.
    """
    person = act.person("release_statement")
    act.check_said("releasing a statement")
    found = standing.statements.filter(pl.col("statement_id") == statement_id)
    if found.is_empty():
        raise Refused(f"there is no statement {clip(statement_id)!r} in the record")
    if not found["is_held"].item():
        raise Refused(f"statement {statement_id} is not held")
    return Release(statement_id, person.name, act.said or "")
