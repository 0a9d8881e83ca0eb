"""Call a ledger with a limit of time. In: functions. Out: what they return or raise, or `TimeoutError`.

A call that is late cannot be ended from outside, and it may still take effect: its entries are unknown until the ledger is
asked. All calls of one connection are made by one thread, for many libraries keep a connection to the thread that
opened it.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Patience:
    """One thread, and so many seconds for each call."""

    def __init__(self, seconds: int) -> None:
        """Start the thread; it never keeps the program from ending."""
        self._seconds = seconds
        self._asked: queue.SimpleQueue[Callable[[], Any] | None] = queue.SimpleQueue()
        self._told: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()
        self._is_late = False
        threading.Thread(target=self._work, name="recon-ledger", daemon=True).start()

    def call(self, function: Callable[[], Any]) -> Any:
        """Give what the function returns.

        Raises:
            TimeoutError: it has not ended in time, or an earlier call has not: nothing more is asked of this connection.
        """
        if self._is_late:
            raise TimeoutError("an earlier call has not ended yet")
        self._asked.put(function)
        try:
            has_ended_well, told = self._told.get(timeout=self._seconds)
        except queue.Empty:
            self._is_late = True
            raise TimeoutError(f"no answer within {self._seconds} s") from None
        if has_ended_well:
            return told
        raise told

    def end(self) -> None:
        """Let the thread go, as soon as its call has ended."""
        self._asked.put(None)

    def _work(self) -> None:
        while (function := self._asked.get()) is not None:
            try:
                self._told.put((True, function()))
            except BaseException as error:  # noqa: BLE001 - it is raised again where the plugin is named
                self._told.put((False, error))
