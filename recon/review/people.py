"""Who acts: one person has one name, however it is spelled. In: a name as given, the users. Out: the Person, or Refused.

Four eyes are four only if nobody is two people, so names are compared without case, accents, blanks or alphabet.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from anyascii import anyascii

from recon.authority import Controls
from recon.errors import Refused, clip

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from recon.authority import Role, User

# Who decides in the record without being a person.
PROGRAMS: Final = frozenset({"rule", "recon", "cashrecon", "plugin", "system"})
EVERY_ROLE: Final[tuple[Role, ...]] = ("viewer", "preparer", "approver", "admin")


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the workspace knows them: `name` is the one spelling that the record shows."""

    name: str
    roles: tuple[Role, ...]
    # None: a house of one person sets no limit for itself.
    write_off_limit: Decimal | None


@dataclass(frozen=True, slots=True)
class Authority:
    """The people of a workspace and the limits of its controls."""

    users: Mapping[str, User] = field(default_factory=dict)
    controls: Controls = field(default_factory=Controls)

    @property
    def is_house_of_one(self) -> bool:
        """No users are listed: one person does all, and the record says so."""
        return not self.users


def same_name(name: str) -> str:
    r"""Fold a name to what all its spellings share: no case, accents, blanks, invisible signs or look-alike letters.

    >>> same_name(" ÀNNA  Maier") == same_name("anna maier") == same_name("\u0410nna Maier")
    True
    """
    seen = "".join(
        ch
        for ch in unicodedata.normalize("NFKC", name)
        if unicodedata.category(ch) not in {"Cf", "Cc", "Mn"} or ch.isspace()
    )
    return " ".join(anyascii(seen).casefold().split())


def person_of(name: str, authority: Authority) -> Person:
    """Find the person of a name.

    Raises:
        Refused: the name is empty, disguised or a program's; it is nobody's among the users; or it is that of two.
    """
    folded = same_name(name)
    if not folded:
        raise Refused("who decides must be named", hint="name yourself by --as NAME")
    if any(unicodedata.category(ch) in {"Cf", "Cc"} for ch in name):
        raise Refused(f"the name {clip(name)!r} holds invisible characters")
    if folded in PROGRAMS:
        raise Refused(f"{clip(name)!r} is the name of a program, not of a person")
    if authority.is_house_of_one:
        return Person(" ".join(name.split()), EVERY_ROLE, None)
    found = [(known, user) for known, user in authority.users.items() if same_name(known) == folded]
    if not found:
        raise Refused(
            f"{clip(name)!r} is not among the users of this workspace",
            hint="an admin adds [users.NAME] to recon.toml",
        )
    if len(found) > 1:
        names = " and ".join(repr(known) for known, _ in found)
        raise Refused(f"{names} cannot be told apart", hint="give one of them another name")
    ((known, user),) = found
    return Person(known, user.roles, user.write_off_limit)
