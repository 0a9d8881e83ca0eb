"""How the flow tells how far it is; the command line decides what to show."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Somebody who is told of each step."""

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a step; `total` is the number of pieces, if known."""
        ...

    def advance(self, count: int = 1) -> None:
        """Come further within the step."""
        ...
