"""Name the places of elements: a tree of paths, shared by both readers, each path on its level.

A level is a kind of element that repeats and owns what stands in it: message, statement, balance, entry, detail,
structured remittance. A path is spelled from its level on (`Refs/EndToEndId` of a detail), in the words of the newest
version of the standard, so that all versions read alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import numpy as np

# Real messages have some 300 different paths; a document with thousands is made to tire a reader.
PATH_LIMIT: Final = 10_000
DEPTH_LIMIT: Final = 40
TEXT_LIMIT: Final = 64 * 1024

_MESSAGE: Final = re.compile(r"BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)(?:V[0-9]{2})?")


class Level(IntEnum):
    """What owns a text."""

    OUTSIDE = 0
    MESSAGE = 1
    STATEMENT = 2
    BALANCE = 3
    ENTRY = 4
    DETAIL = 5
    STRUCTURED = 6


PARENT_LEVELS: Final = {
    Level.MESSAGE: Level.OUTSIDE,
    Level.STATEMENT: Level.MESSAGE,
    Level.BALANCE: Level.STATEMENT,
    Level.ENTRY: Level.STATEMENT,
    Level.DETAIL: Level.ENTRY,
    Level.STRUCTURED: Level.DETAIL,
}
KINDS: Final = {"Stmt": "final", "Rpt": "interim", "Ntfctn": "notification"}

# Versions 001.08 and later put a party into `Pty` or `Agt`, and renamed the BIC.
_RENAMED: Final = {
    "BICFI": "BIC",
    "BICOrBEI": "BIC",
    "AnyBIC": "BIC",
}
_WRAPPERS: Final = frozenset({"Pty"})
_PARTIES: Final = frozenset({"RltdPties", "Orgtr", "Invcr", "Invcee"})


class TooManyPaths(ValueError):
    """The document has more kinds of elements than any message."""


@dataclass(slots=True)
class _Path:
    name: str
    level: Level
    opens: bool
    text: str  # from the level on, with slashes; '' for the level's own element
    depth: int


@dataclass(slots=True)
class Paths:
    """All paths met so far; a path's number is its place in the list. Number 0 is above the root."""

    _paths: list[_Path] = field(default_factory=lambda: [_Path("", Level.OUTSIDE, False, "", 0)])
    _children: dict[tuple[int, str], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._paths)

    def child(self, parent: int, name: str) -> int:
        """Give the number of the path of `name` inside `parent`.

        Raises:
            TooManyPaths: beyond PATH_LIMIT.
        """
        found = self._children.get((parent, name))
        if found is None:
            found = self._children[parent, name] = len(self._paths)
            if found > PATH_LIMIT:
                raise TooManyPaths
            self._paths.append(self._made(self._paths[parent], name))
        return found

    def _made(self, parent: _Path, name: str) -> _Path:
        level = _opened(parent, name)
        if level is not None:
            return _Path(name, level, True, "", parent.depth + 1)
        if name.startswith("@"):
            return _Path(name, parent.level, False, parent.text + name, parent.depth)
        word = _RENAMED.get(name, name)
        is_wrapper = name in _WRAPPERS and parent.text.startswith("RltdPties/")
        text = parent.text if is_wrapper else f"{parent.text}/{word}".lstrip("/")
        return _Path(name, parent.level, False, text, parent.depth + 1)

    def name(self, path: int) -> str:
        """Give the element's own name."""
        return self._paths[path].name

    def text(self, path: int) -> str:
        """Give the path's words from its level on."""
        return self._paths[path].text

    def level(self, path: int) -> Level:
        """Give the level that a path stands on."""
        return self._paths[path].level

    def opens(self, path: int) -> bool:
        """Say whether the element is itself the beginning of its level."""
        return self._paths[path].opens

    def levels(self) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
        """Give the level of every path."""
        return np.array([path.level for path in self._paths], np.int8)

    def openers(self) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
        """Give the level that every path opens, 0 if none."""
        return np.array([path.level if path.opens else 0 for path in self._paths], np.int8)


def _opened(parent: _Path, name: str) -> Level | None:
    """Say which level an element begins; structure decides, since names recur in supplementary data."""
    if parent.level is Level.OUTSIDE and _MESSAGE.fullmatch(name):
        return Level.MESSAGE
    if parent.level is Level.MESSAGE and parent.opens and name in KINDS:
        return Level.STATEMENT
    if parent.level is Level.STATEMENT and parent.opens:
        return {"Bal": Level.BALANCE, "Ntry": Level.ENTRY}.get(name)
    if parent.level is Level.ENTRY and name == "TxDtls" and parent.text in {"", "NtryDtls"}:
        return Level.DETAIL
    if parent.level is Level.DETAIL and name == "Strd" and parent.text == "RmtInf":
        return Level.STRUCTURED
    return None
