"""Progress on a terminal; nothing in a pipe."""

from __future__ import annotations

import sys
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from recon.run.progress import Progress


class Silent:
    """Shows nothing."""

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a step."""

    def advance(self, count: int = 1) -> None:
        """Come further within the step."""


class OnTerminal:
    """Shows the step that is under way, and how far it has come."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a step; the one before is complete.

        Args:
            name: what is done, for the reader.
            total: how many pieces there are; None if not known.
        """
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(name, total=total)

    def advance(self, count: int = 1) -> None:
        """Come further within the step by so many pieces."""
        if self._task is not None:
            self._bars.advance(self._task, count)


@contextmanager
def under_way(*, quiet: bool) -> Iterator[Progress]:
    """Show progress on stderr while the work runs, if that is a terminal and nobody asked for silence.

    Stdout belongs to our data: what a plugin prints meanwhile goes to stderr.
    """
    with redirect_stdout(sys.stderr):
        if quiet or not sys.stderr.isatty():
            yield Silent()
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            yield OnTerminal(bars)
