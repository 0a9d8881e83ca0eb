"""The role matrix: who may do what. In: a person, an action. Out: nothing, or Refused with who may.

Whoever decides about money sets no limits, and whoever sets limits decides about no money; one user may have several
roles where a house is small, and still never approves what they decided themselves.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from recon.errors import Refused
from recon.review.people import person_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recon.authority import Role
    from recon.review.people import Authority, Person

Action: TypeAlias = Literal[
    "comment",
    "assign",
    "decide",
    "undo",
    "approve",
    "release_statement",
    "post",
    "close_period",
    "reopen_period",
    "set_policy",
    "set_controls",
    "approve_policy",
    "export_pack",
]

# Source: segregation of duties between preparing, approving and set-up (catalogue C3, C4 and C9).
MATRIX: Final[Mapping[Action, tuple[Role, ...]]] = MappingProxyType(
    {
        "comment": ("preparer", "approver", "admin"),
        "assign": ("preparer", "approver", "admin"),
        "decide": ("preparer",),
        "undo": ("preparer",),
        "approve": ("approver",),
        "release_statement": ("approver",),
        "post": ("approver", "admin"),
        "close_period": ("approver", "admin"),
        "reopen_period": ("admin",),
        "set_policy": ("admin",),
        "set_controls": ("admin",),
        "approve_policy": ("approver", "admin"),
        "export_pack": ("approver", "admin"),
    }
)

MEANING: Final[Mapping[Action, str]] = MappingProxyType(
    {
        "comment": "write a comment on a line",
        "assign": "hand a line to somebody",
        "decide": "accept, split, put on account, mark not receivable, reject",
        "undo": "take a decision back",
        "approve": "approve or refuse another's decision",
        "release_statement": "release a statement that is held",
        "post": "deliver entries to a ledger",
        "close_period": "close a period",
        "reopen_period": "open a closed period again",
        "set_policy": "set another policy",
        "set_controls": "set other people or limits",
        "approve_policy": "approve the policy that another set",
        "export_pack": "write an evidence pack, which holds all that is recorded",
    }
)


def check_allowed(name: str, action: Action, authority: Authority) -> Person:
    """Find the person and check that one of their roles allows the action.

    Raises:
        Refused: nobody of that name is known, or no role of theirs allows it.
    """
    person = person_of(name, authority)
    may = MATRIX[action]
    if not set(person.roles) & set(may):
        raise Refused(
            f"{person.name} ({', '.join(person.roles) or 'no role'}) may not {MEANING[action]}",
            hint=f"ask somebody who is {' or '.join(may)}",
        )
    return person
