"""The clock of a run; a test gives another one. Nothing but who, when and which day a run is of is read from it."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Clock(Protocol):
    """Somebody who knows what time it is."""

    def now(self) -> dt.datetime:
        """Give the instant, with its time zone."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> dt.datetime:
        """Give the instant in UTC."""
        return dt.datetime.now(dt.UTC)  # noqa: TID251 - the one place
