"""Problems of one file, collected so that a person can mend them in one go.

In: cells that are wrong, each with its place. Out: one error with the first ten of them, or none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from recon.errors import Place, UnreadableItems

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN = 10


class Problem(NamedTuple):
    """One wrong cell; line and column count from 1, the column as the ordinal of the cell."""

    line: int
    column: int
    cause: str
    text: str
    hint: str


@dataclass(slots=True)
class Problems:
    """What is wrong in one file."""

    file: str
    found: list[Problem] = field(default_factory=list)
    count: int = 0

    def note(self, count: int, first: Iterable[Problem]) -> None:
        """Add `count` problems, of which the first few are at hand."""
        self.count += count
        self.found += first

    def check(self) -> None:
        """Raise what was noted.

        Raises:
            UnreadableItems: there is a problem; the first one gives place, excerpt and hint.
        """
        if not self.count:
            return
        shown = sorted(self.found)[:SHOWN]
        rows = [
            f"{Place(self.file, problem.line, problem.column)} {problem.cause}" for problem in shown
        ]
        head = f"{self.count} cells are wrong" if self.count > 1 else "a cell is wrong"
        rest = [f"and {self.count - len(rows)} more"] if self.count > len(rows) else []
        first = shown[0]
        raise UnreadableItems(
            "\n  ".join([f"{head}; nothing was read from {self.file}:", *rows, *rest]),
            place=Place(self.file, first.line, first.column),
            excerpt=first.text,
            hint=first.hint,
        )
